"""A stranger's client sends mail: API.md "E-mail", `POST /email/send`, with nothing but HTTP and a token."""

import uuid
from typing import Any

import pytest

from accounts.models import Account
from tests.factories import make_mailbox
from tests.test_contract import Stranger, api, open_one

__all__ = ["api"]

MAIL = {"to": "ada@customers.example", "subject": "Your parcel", "body_text": "It is on its way."}


@pytest.fixture(autouse=True)
def _mailbox(acme: Account, committed: None) -> None:
    make_mailbox(acme)


def test_mail_opens_a_conversation(api: Stranger) -> None:
    sent = api.post("/email/send", {**MAIL, "cc": ["bob@partners.example"]}, status=202)

    assert sent["state"] == "queued"
    assert sent["message_id"].startswith("<")
    assert sent["message_id"].endswith(">")
    conversation = api.get(f"/conversations/{sent['conversation_id']}")
    assert (conversation["subject"], conversation["channel"]) == ("Your parcel", "email")
    assert conversation["contact"]["email"] == "ada@customers.example"
    stored = api.get(f"/email/messages/{sent['id']}")
    assert stored["message_id"] == sent["message_id"]


def test_mail_goes_into_a_conversation_and_answers_a_message(api: Stranger) -> None:
    first = api.post("/email/send", {**MAIL, "to": ["ada@customers.example"]}, status=202)
    [message] = api.get(f"/conversations/{first['conversation_id']}/messages")["results"]

    second = api.post("/email/send", {**MAIL, "conversation_id": first["conversation_id"]}, status=202)
    third = api.post("/email/send", {**MAIL, "reply_to_message_id": message["id"]}, status=202)

    assert second["conversation_id"] == third["conversation_id"] == first["conversation_id"]
    assert len(api.get(f"/conversations/{first['conversation_id']}/messages")["results"]) == 3


def test_same_idempotency_key_sends_one(api: Stranger) -> None:
    key: dict[str, Any] = {"Idempotency-Key": uuid.uuid4().hex}

    first, second = (api.post("/email/send", MAIL, status=202, **key) for _ in range(2))

    assert first == second
    api.post("/email/send", {**MAIL, "subject": "Another"}, status=409, **key)


def test_wrong_mail_is_refused_by_field(api: Stranger) -> None:
    for field, body in (
        ("to", {"subject": "x", "body_text": "x"}),
        ("to", {**MAIL, "to": ["nobody"]}),
        ("subject", {"to": "a@b.example", "body_text": "x"}),
        ("attachments.0", {**MAIL, "attachments": ["x"]}),
    ):
        problem = api.post("/email/send", body, status=422)
        assert problem["code"] == "validation_error"
        assert field in problem["errors"]
    api.post("/email/send", {"to": "a@b.example", "subject": "x"}, status=422)
    api.post("/email/send", {**MAIL, "conversation_id": str(uuid.uuid4())}, status=404)
    api.post("/email/send", {**MAIL, "conversation_id": "x' or 1=1"}, status=404)


def test_conversation_whose_replies_are_fetched_gets_no_mail(api: Stranger) -> None:
    fetched = open_one(api)

    assert api.post("/email/send", {**MAIL, "conversation_id": fetched["id"]}, status=409)["code"] == "conflict"
