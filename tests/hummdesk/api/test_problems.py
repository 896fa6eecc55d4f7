import json
from typing import Any

import pytest
from django.test import Client
from rest_framework.exceptions import ErrorDetail

from accounts.models import Account
from conversations.models import Tag
from hummdesk.api.problems import errors_by_field
from tests.fixtures.cast import RestoringClient

pytestmark = pytest.mark.urls("tests.hummdesk.api.routes")


@pytest.fixture
def client(acme: Account) -> Client:
    return RestoringClient(headers={"host": "acme.localhost"}, raise_request_exception=False)


def problem(response: Any) -> dict[str, Any]:
    assert response["Content-Type"] == "application/problem+json"
    document: dict[str, Any] = response.json()
    assert document["status"] == response.status_code
    assert document["request_id"] == response["X-Request-ID"]
    assert document["type"] == "about:blank"
    assert document["title"]
    assert document["detail"]
    return document


def test_invalid_field_is_422_with_errors_by_field(client: Client) -> None:
    body = {"name": "too long", "contact": {"email": "x"}}

    response = client.post("/api/tags", body, content_type="application/json")

    document = problem(response)
    assert (response.status_code, document["code"]) == (422, "validation_error")
    assert set(document["errors"]) == {"name", "contact.email"}


def test_undeclared_field_is_422_and_names_the_declared(client: Client) -> None:
    response = client.post("/api/tags", {"name": "x", "role": "admin"}, content_type="application/json")

    assert "contact, extra, name" in problem(response)["errors"]["role"][0]
    assert not Tag.objects.exists()


@pytest.mark.parametrize("body", ['{"name": ', b'{"name": "\xff\xfe"}', "[" * 100_000, "NaN"])
def test_body_that_is_no_json_is_400(client: Client, body: str | bytes) -> None:
    response = client.generic("POST", "/api/tags", body, content_type="application/json")

    assert (response.status_code, problem(response)["code"]) == (400, "parse_error")


@pytest.mark.parametrize("body", ["[]", "null", '"x"', "1"])
def test_body_that_is_no_object_is_422(client: Client, body: str) -> None:
    response = client.generic("POST", "/api/tags", body, content_type="application/json")

    assert problem(response)["code"] == "validation_error"


@pytest.mark.parametrize("value", [["a"], {"a": "\x00"}, {"\ud800": 1}, {"a": "x" * 20_000}])
def test_json_that_the_database_cannot_keep_is_422(client: Client, value: object) -> None:
    body = json.dumps({"name": "x", "extra": value})

    response = client.generic("POST", "/api/tags", body, content_type="application/json")

    assert list(problem(response)["errors"]) == ["extra"]


@pytest.mark.parametrize("opening", ["[", '{"a":'])
@pytest.mark.parametrize("levels", [20, 250, 400])
def test_json_of_too_many_levels_is_422(client: Client, opening: str, levels: int) -> None:
    """Some levels are parsed, but are too many for whatever looks at them afterwards."""
    inner = opening * levels + "1" + ("]" if opening == "[" else "}") * levels

    response = client.generic("POST", "/api/tags", f'{{"extra": {{"a": {inner}}}}}', content_type="application/json")

    assert (response.status_code, "extra" in problem(response)["errors"]) == (422, True)


def test_other_content_type_is_415(client: Client) -> None:
    response = client.post("/api/tags", "name=x", content_type="application/x-www-form-urlencoded")

    assert (response.status_code, problem(response)["code"]) == (415, "unsupported_media_type")


def test_body_over_the_limit_is_413(client: Client) -> None:
    response = client.post("/api/tags", {"name": "x" * 2_100_000}, content_type="application/json")

    assert (response.status_code, problem(response)["code"]) == (413, "payload_too_large")


def test_nul_in_the_query_is_422(client: Client) -> None:
    response = client.get("/api/contacts?q=a%00b")

    assert list(problem(response)["errors"]) == ["q"]


def test_unforeseen_error_is_500_without_a_trace_and_undoes_nothing_else(client: Client, settings: Any) -> None:
    settings.DEBUG = True

    response = client.post("/api/tags", {"name": "boom"}, content_type="application/json")

    assert (response.status_code, problem(response)["code"]) == (500, "server_error")
    assert b"secret" not in response.content
    assert b"Traceback" not in response.content


def test_row_that_was_deleted_by_another_at_the_same_moment_is_409(client: Client) -> None:
    response = client.post("/api/tags", {"name": "gone"}, content_type="application/json")

    assert (response.status_code, problem(response)["code"]) == (409, "conflict")
    assert b"violates" not in response.content


def test_nobody_is_401_and_told_how_to_log_in(client: Client) -> None:
    response = client.get("/api/members-only")

    assert (response.status_code, problem(response)["code"]) == (401, "not_authenticated")
    assert response["WWW-Authenticate"] == "Bearer"


def test_missing_row_is_404_without_what_django_says(client: Client) -> None:
    response = client.get("/api/failing/missing")

    assert (response.status_code, problem(response)["code"]) == (404, "not_found")
    assert b"a row" not in response.content


def test_throttled_call_says_when_to_come_back(client: Client) -> None:
    response = client.get("/api/failing/throttled")

    assert (response.status_code, problem(response)["code"]) == (429, "throttled")
    assert response["Retry-After"] == "3"
    assert response["X-RateLimit-Limit"] == "10"
    assert response["X-RateLimit-Remaining"] == "0"
    assert response["X-RateLimit-Reset"] == "1800000000"


def test_method_that_a_call_has_not_is_405_with_the_ones_it_has(client: Client) -> None:
    response = client.delete("/api/tags")

    document = problem(response)
    assert (response.status_code, document["code"]) == (405, "method_not_allowed")
    assert document["title"] == "This call does not take that method."
    assert document["detail"] == 'Method "DELETE" not allowed.'
    assert "POST" in response["Allow"]


def test_unknown_path_is_404_with_debug_on_too(client: Client, settings: Any) -> None:
    settings.DEBUG = True

    response = client.post("/api/nowhere", {}, content_type="application/json")

    assert (response.status_code, problem(response)["code"]) == (404, "not_found")


def test_errors_by_field_names_rows_of_lists() -> None:
    detail = {"to": [{}, {"email": [ErrorDetail("Wrong.")]}], "non_field_errors": [ErrorDetail("Both.")]}

    assert errors_by_field(detail) == {"to.1.email": ["Wrong."], "non_field_errors": ["Both."]}
