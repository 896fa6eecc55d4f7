import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest

from accounts.models import Account
from conversations.actions.write_message import send_reply
from email_channel.actions.send_mail import MailWords, send_mail
from email_channel.models import Mailbox, SuppressedAddress
from email_channel.unsubscribing import unsubscribe_url, unsubscribing_address
from hummdesk.errors import NotFound
from hummdesk.tenancy.context import account_context
from teams.access import Viewer
from tests.factories import make_contact, make_conversation
from tests.fixtures.cast import ClientOf, RestoringClient
from tests.fixtures.work import RunTasks
from tests.servers.resend import FakeResend

ADA = "ada@customers.example"
HELLO = MailWords(subject="Hello", body_text="Hi")


def header_of(resend: FakeResend) -> str:
    return str(resend.ledger[-1].body["headers"].get("List-Unsubscribe", ""))


@pytest.fixture
def link(viewer: Viewer, mailbox: Mailbox, resend: FakeResend, run_tasks: RunTasks) -> str:
    """The link in the header of a mail with which we began."""
    send_mail(viewer=viewer, words=HELLO, to=[ADA])
    run_tasks()
    assert resend.ledger[0].body["headers"]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    found = re.fullmatch(r"<https?://[^/]+(/unsubscribe\?token=[^>]+)>", header_of(resend))
    assert found
    return found[1]


def test_who_was_written_to_first_gets_no_more_mail_by_one_click(
    client_of: ClientOf, link: str, published: Callable[[], list[str]]
) -> None:
    client = client_of(None)
    assert "Get no more mail" in client.get(link).content.decode()
    assert not SuppressedAddress.objects.exists()

    answer = RestoringClient(enforce_csrf_checks=True, headers={"host": "acme.localhost"}).post(
        link, {"List-Unsubscribe": "One-Click"}
    )

    assert answer.status_code == 200
    assert SuppressedAddress.objects.get().address == ADA
    assert published()[-1] == "AddressSuppressed"


def test_answers_and_mails_that_several_read_have_no_such_link(
    viewer: Viewer, mailbox: Mailbox, resend: FakeResend, run_tasks: RunTasks
) -> None:
    conversation = make_conversation(contact=make_contact(ADA), mailbox_id=mailbox.id, messages=1)
    send_reply(viewer=viewer, conversation_id=conversation.id, body_text="Hi")
    run_tasks()
    assert header_of(resend) == ""

    send_mail(viewer=viewer, words=HELLO, to=[ADA], bcc=["bob@partners.example"])
    run_tasks()
    assert header_of(resend) == ""


def test_links_of_others_and_forged_ones_are_nobodys(client_of: ClientOf, acme: Account, nordhem: Account) -> None:
    with account_context(acme):
        [token] = parse_qs(urlsplit(unsubscribe_url(ADA)).query)["token"]
        assert unsubscribing_address(token) == ADA

    with account_context(nordhem), pytest.raises(NotFound):
        unsubscribing_address(token)
    for forged in ("", "x", f"{token}x"):
        assert client_of(None).post(f"/unsubscribe?token={forged}").status_code == 404
