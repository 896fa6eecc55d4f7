from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Account, User
from conversations.enums import WebhookState
from conversations.models import Webhook, WebhookDelivery
from conversations.serializers.webhooks import WEBHOOK_TYPES
from hummdesk.tenancy.context import account_context
from tests.factories import make_webhook
from tests.fixtures.cast import ApiOf

LIST = "/api/v1/webhooks"
URL = "https://hooks.example.com/here"
FIELDS = {
    "id",
    "url",
    "description",
    "event_types",
    "is_enabled",
    "disabled_reason",
    "failing_since",
    "version",
    "created_at",
    "updated_at",
}


def make_deliveries(webhook: Webhook, count: int, **fields: Any) -> None:
    WebhookDelivery.objects.bulk_create(
        WebhookDelivery(webhook=webhook, event_seq=seq, type="message.created", payload={"type": "x"}, **fields)
        for seq in range(1, count + 1)
    )


def test_webhook_is_made_changed_and_removed(acme: Account, admin: User, api_of: ApiOf) -> None:
    api = api_of(admin)

    made = api.post(LIST, {"url": URL, "description": "Chat", "event_types": ["notification", "message.created"]})

    assert made.status_code == 201
    given = made.json()
    secret = given.pop("secret")
    assert set(given) == FIELDS
    assert (given["event_types"], given["is_enabled"]) == (["message.created", "notification"], True)
    one = f"{LIST}/{given['id']}"
    assert api.get(one).json() == given
    assert api.get(LIST).json()["results"] == [given]
    changed = api.patch(one, {"description": "Other", "is_enabled": False, "version": 1})
    assert (changed.status_code, changed.json()["description"], changed.json()["version"]) == (200, "Other", 2)
    assert api.patch(one, {"description": "Late", "version": 1}).status_code == 409
    rotated = api.post(f"{one}/rotate-secret")
    assert (rotated.status_code, set(rotated.json())) == (200, FIELDS | {"secret"})
    assert rotated.json()["secret"] != secret
    assert api.delete(one).status_code == 204
    assert api.get(one).status_code == 404


def test_secret_is_not_kept_with_the_idempotency_key(acme: Account, admin: User, api_of: ApiOf) -> None:
    api = api_of(admin)
    given = [api.post(LIST, {"url": URL}, headers={"Idempotency-Key": "same"}).json()["secret"] for _number in "ab"]

    assert given[0] != given[1]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "url"),
        ({"url": "http://127.0.0.1/"}, "url"),
        ({"url": "x" * 2001}, "url"),
        ({"url": ["https://hooks.example.com/"]}, "url"),
        ({"url": URL, "event_types": ["typing"]}, "event_types"),
        ({"url": URL, "event_types": "message.created"}, "event_types"),
        ({"url": URL, "event_types": ["notification"] * 99}, "event_types"),
        ({"url": URL, "description": "x" * 201}, "description"),
        ({"url": URL, "secret": "whsec_mine"}, "secret"),
    ],
)
def test_bad_webhook_is_refused_with_the_field(
    acme: Account, admin: User, api_of: ApiOf, body: dict[str, Any], field: str
) -> None:
    answer = api_of(admin).post(LIST, body)

    assert answer.status_code == 422
    assert {name.split(".")[0] for name in answer.json()["errors"]} == {field}
    assert not Webhook.objects.exists()


def test_refused_type_names_those_there_are(acme: Account, admin: User, api_of: ApiOf) -> None:
    answer = api_of(admin).post(LIST, {"url": URL, "event_types": ["presence"]})

    assert all(name in answer.content.decode() for name in WEBHOOK_TYPES)


@pytest.mark.parametrize("path", ["", "/{id}", "/{id}/deliveries"])
def test_agents_and_leaders_see_no_webhooks(
    acme: Account, agent: User, leader: User, api_of: ApiOf, path: str
) -> None:
    webhook = make_webhook()

    for user in (agent, leader):
        assert api_of(user).get(LIST + path.format(id=webhook.id)).status_code == 403


def test_webhook_of_another_account_is_not_there(acme: Account, nordhem: Account, admin: User, api_of: ApiOf) -> None:
    with account_context(nordhem):
        theirs = make_webhook()
        make_deliveries(theirs, 1, state=WebhookState.FAILED)
        delivery = WebhookDelivery.objects.get()
    mine = make_webhook()
    api = api_of(admin)

    for method, path in (
        ("get", f"/{theirs.id}"),
        ("patch", f"/{theirs.id}"),
        ("delete", f"/{theirs.id}"),
        ("post", f"/{theirs.id}/rotate-secret"),
        ("get", f"/{theirs.id}/deliveries"),
        ("post", f"/{theirs.id}/deliveries/{delivery.id}/redeliver"),
        ("post", f"/{mine.id}/deliveries/{delivery.id}/redeliver"),
        ("post", f"/{mine.id}/deliveries/{uuid4()}/redeliver"),
    ):
        body = {"description": "Mine"} if method == "patch" else None
        assert getattr(api, method)(LIST + path, body).status_code == 404, path


def test_deliveries_are_listed_newest_first_by_pages(acme: Account, admin: User, api_of: ApiOf) -> None:
    webhook = make_webhook()
    make_deliveries(webhook, 5, error="The receiver answered 500.", response_status=500)
    make_deliveries(make_webhook(), 3)
    api = api_of(admin)

    first = api.get(f"{LIST}/{webhook.id}/deliveries?limit=3").json()
    second = api.get(first["next"]).json()

    assert [row["event_seq"] for row in first["results"] + second["results"]] == [5, 4, 3, 2, 1]
    assert second["next"] is None
    row = first["results"][0]
    assert (row["state"], row["attempt_count"], row["payload"]) == ("waiting", 0, {"type": "x"})
    assert (row["response_status"], row["error"]) == (500, "The receiver answered 500.")
    assert row["next_attempt_at"]


def test_deliveries_are_filtered_by_state(acme: Account, admin: User, api_of: ApiOf) -> None:
    webhook = make_webhook()
    make_deliveries(webhook, 3)
    WebhookDelivery.objects.filter(event_seq=2).update(state=WebhookState.FAILED)
    api = api_of(admin)

    failed = api.get(f"{LIST}/{webhook.id}/deliveries?state=failed").json()["results"]

    assert [(row["event_seq"], row["next_attempt_at"]) for row in failed] == [(2, None)]
    assert api.get(f"{LIST}/{webhook.id}/deliveries?state=lost").status_code == 422
    assert api.get(f"{LIST}/{webhook.id}/deliveries?status=failed").status_code == 422


def test_lists_take_the_same_statements_for_one_row_and_for_thirty(acme: Account, admin: User, api_of: ApiOf) -> None:
    api, webhook = api_of(admin), make_webhook()
    make_deliveries(webhook, 1)
    paths = [LIST, f"{LIST}/{webhook.id}/deliveries"]

    def counts() -> list[int]:
        found = []
        for path in paths:
            with CaptureQueriesContext(connection) as queries:
                assert api.get(path).status_code == 200
            found.append(len(queries))
        return found

    counts()
    with_one = counts()
    WebhookDelivery.objects.all().delete()
    make_deliveries(webhook, 30)
    for _number in range(15):
        make_webhook()

    assert counts() == with_one
    assert max(with_one) <= 8


def test_redeliver_answers_with_the_waiting_delivery(acme: Account, admin: User, api_of: ApiOf) -> None:
    webhook = make_webhook()
    make_deliveries(webhook, 1, state=WebhookState.FAILED, attempt_count=11)
    delivery = WebhookDelivery.objects.get()
    path = f"{LIST}/{webhook.id}/deliveries/{delivery.id}/redeliver"

    answer = api_of(admin).post(path)

    assert (answer.status_code, answer.json()["state"], answer.json()["attempt_count"]) == (202, "waiting", 0)
    Webhook.objects.update(is_enabled=False)
    assert api_of(admin).post(path).status_code == 409
