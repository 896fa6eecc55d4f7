"""A stranger's client: API.md "E-mail", row by row, with nothing but HTTP and a token."""

import hashlib
import hmac
import time
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from accounts.models import Account, User
from tests.fixtures.live import LiveServer
from tests.test_contract import Stranger, eventually

MAILBOX = {"id", "address", "name", "team_id", "signature", "hours_id", "auto_reply"}
MAIL = {"id", "direction", "conversation_id", "message_id", "subject", "sender", "to", "cc", "created_at"}


@pytest.fixture
def api(committed: None, live: LiveServer, acme: Account, admin: User) -> Iterator[Stranger]:
    """An admin's client."""
    stranger = Stranger(live, admin.email)
    yield stranger
    stranger.http.close()


def hand_in(api: Stranger, mailbox: dict[str, Any], raw: bytes) -> Any:
    """Hand in a mail, signed as API.md says."""
    moment = str(int(time.time()))
    digest = hmac.new(mailbox["secret"].encode(), f"{moment}.".encode() + raw, hashlib.sha256).hexdigest()
    headers = {"Content-Type": "message/rfc822", "X-HummDesk-Signature": f"t={moment},v1={digest}"}
    return Stranger._checked(api.http.post("/email/inbound/raw", content=raw, headers=headers), 202)


def mail_to(address: str) -> bytes:
    lines = [
        "From: Ada Lind <ada@customers.example>",
        f"To: {address}",
        "Subject: Where is my parcel?",
        f"Message-ID: <{uuid.uuid4().hex}@customers.example>",
        "",
        "It should be here by now.",
        "",
    ]
    return "\r\n".join(lines).encode()


def test_mailbox_is_added_changed_listed_and_removed(api: Stranger) -> None:
    made = api.post("/email/mailboxes", {"address": "help@acme.example", "name": "Help", "signature": "The team"})

    assert made.keys() >= MAILBOX | {"secret"}
    path = f"/email/mailboxes/{made['id']}"
    assert api.patch(path, {"name": "Helpers"})["name"] == "Helpers"
    [listed] = api.get("/email/mailboxes")["results"]
    assert "secret" not in listed
    api.delete(path)
    api.patch(path, {"name": "Gone"}, status=404)
    api.post("/email/mailboxes", {"address": "no address"}, status=422)


def test_mail_handed_in_is_listed_with_headers_and_as_it_came(api: Stranger) -> None:
    mailbox = api.post("/email/mailboxes", {"address": "post@acme.example", "name": "Post"})
    raw = mail_to("post@acme.example")

    taken_in = hand_in(api, mailbox, raw)

    assert taken_in["outcome"] == "created"
    eventually(lambda: bool(api.get("/email/messages", {"conversation_id": taken_in["conversation_id"]})["results"]))
    [mail] = api.get("/email/messages", {"conversation_id": taken_in["conversation_id"]})["results"]
    assert mail.keys() >= MAIL
    shown = api.get(f"/email/messages/{mail['id']}")
    assert ["Subject", "Where is my parcel?"] in shown["headers"]
    assert api.http.get(f"/email/messages/{mail['id']}/raw").content == raw
    assert hand_in(api, mailbox, raw)["outcome"] == "duplicate"
    api.get(f"/email/messages/{uuid.uuid4()}", expect=404)
