"""What strangers write into subject, names, addresses, files and types acts in no page of ours (attacks: C2)."""

import json
from base64 import b64encode
from html.parser import HTMLParser
from pathlib import Path
from uuid import UUID

import pytest

from accounts.models import User
from email_channel.models import IncomingMail
from tests.email_channel.conftest import Receive, conversation_of
from tests.email_channel.mails import SUPPORT
from tests.fixtures.cast import ClientOf

pytestmark = [pytest.mark.shared, pytest.mark.timeout(600)]


class Acting(HTMLParser):
    """Gathers what would act: scripts that are ours have a source, and no page of ours has handlers."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        kinds = (None, "", "module", "text/javascript")
        if tag == "script" and not (given.get("src") or "").startswith("/static/") and given.get("type") in kinds:
            self.found.append(f"script {given}")
        for name, value in attrs:
            url = (value or "").strip().lower()
            if name.startswith("on") or name == "style" or url.startswith(("javascript:", "vbscript:")):
                self.found.append(f"{tag} {name}")


def acting_in(page: str) -> list[str]:
    parser = Acting()
    parser.feed(page)
    return parser.found


def encoded(text: str) -> str:
    return f"=?utf-8?b?{b64encode(text.encode()).decode()}?="


def mail_of(payload: str, number: int) -> bytes:
    """Return a mail with the payload as subject, names of people, name of a file, its id and its type."""
    quoted = payload.replace("\\", "").replace('"', "'").replace("\r", " ").replace("\n", " ")
    word = encoded(payload[:150])
    return (
        f"From: {word} <a{number}@customers.example>\r\nTo: {SUPPORT}\r\nCc: {word} <b{number}@customers.example>\r\n"
        f"Subject: {encoded(payload)}\r\nMessage-ID: <{number}@c.example>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'
        f"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{payload}\r\n"
        f'--b\r\nContent-Type: image/png; name="{quoted}"\r\nContent-ID: <{quoted}>\r\n'
        f'Content-Disposition: attachment; filename="{quoted}"\r\n\r\nx\r\n'
        f"--b\r\nContent-Type: {quoted}\r\nContent-Disposition: attachment\r\n\r\nx\r\n--b--\r\n"
    ).encode()


def test_no_field_of_a_mail_acts_in_a_page(
    receive: Receive, client_of: ClientOf, admin: User, shared_dir: Path
) -> None:
    cases = json.loads((shared_dir / "attacks" / "html_xss.json").read_text())
    payloads = [str(case["payload"]) for case in cases]
    client = client_of(admin)
    places: list[str] = []
    ids: list[UUID] = []
    for number, payload in enumerate(payloads):
        taken_in = receive(mail_of(payload, number))
        ids.append(taken_in.id)
        places.append(f"/conversations/{conversation_of(taken_in).display_id}?view=all")

    # Each list beside a thread shows fifty of them.
    mails = (f"/settings/incoming-mail/{each}" for each in ids[::10])
    pages = [*places, *mails, "/settings/incoming-mail", "/customers"]
    acting = {page: found for page in pages if (found := acting_in(client.get(page).text))}

    assert len(payloads) > 200
    assert IncomingMail.objects.count() == len(payloads)
    assert acting == {}
