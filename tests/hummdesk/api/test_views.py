import re
from datetime import UTC, datetime
from io import BytesIO

import pytest
from django.core.handlers.asgi import ASGIRequest
from rest_framework.response import Response

from accounts.models import Account
from conversations.models import Contact, Tag
from hummdesk.api.renderers import iso_utc
from tests.factories import make_contact
from tests.fixtures.cast import ClientOf
from tests.hummdesk.api.routes import Tags

pytestmark = pytest.mark.urls("tests.hummdesk.api.routes")


def _post_in_chunks(body: bytes) -> Response:
    """Return the answer to a body whose length no header says, as the ASGI server hands it over."""
    headers = [
        (b"host", b"acme.localhost"),
        (b"content-type", b"application/json"),
        (b"transfer-encoding", b"chunked"),
    ]
    scope = {"type": "http", "method": "POST", "path": "/api/tags", "query_string": b"", "headers": headers}
    answer: Response = Tags.as_view()(ASGIRequest(scope, BytesIO(body)))
    return answer


def test_body_in_chunks_is_read(acme: Account) -> None:
    answer = _post_in_chunks(b'{"name": "vip"}')

    assert answer.status_code == 201
    assert Tag.objects.filter(name="vip").exists()


def test_body_in_chunks_over_the_limit_is_413(acme: Account) -> None:
    answer = _post_in_chunks(b'{"name": "' + b"x" * 2_100_000 + b'"}')

    assert answer.status_code == 413


def test_unchanged_resource_is_304_to_who_has_it(acme: Account, client_of: ClientOf) -> None:
    client, contact = client_of(None), make_contact()
    first = client.get(f"/api/contacts/{contact.id}")

    again = client.get(f"/api/contacts/{contact.id}", headers={"If-None-Match": first["ETag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == first["ETag"]


def test_changed_resource_has_another_etag(acme: Account, client_of: ClientOf) -> None:
    client, contact = client_of(None), make_contact()
    first = client.get(f"/api/contacts/{contact.id}")
    Contact.objects.filter(id=contact.id).update(name="Another")

    again = client.get(f"/api/contacts/{contact.id}", headers={"If-None-Match": first["ETag"]})

    assert (again.status_code, again.json()["name"]) == (200, "Another")


def test_answers_are_kept_by_no_shared_cache(acme: Account, client_of: ClientOf) -> None:
    response = client_of(None).get("/api/contacts")

    assert "private" in response["Cache-Control"]
    assert {"Authorization", "Cookie"} <= set(re.split(r",\s*", response["Vary"]))


def test_moments_are_utc_with_milliseconds(acme: Account, client_of: ClientOf) -> None:
    contact = make_contact()
    Contact.objects.filter(id=contact.id).update(created_at=datetime(2026, 11, 23, 1, 6, 0, 123_456, UTC))

    response = client_of(None).get(f"/api/contacts/{contact.id}")

    assert response.json()["created_at"] == "2026-11-23T01:06:00.123Z"


def test_iso_utc_keeps_three_digits_of_a_whole_second() -> None:
    assert iso_utc(datetime(2026, 1, 1, tzinfo=UTC)) == "2026-01-01T00:00:00.000Z"
