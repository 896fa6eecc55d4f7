"""Sixty addresses made to be read in two ways: the one that is compared is the one that an answer goes to."""

from email.utils import parseaddr

import pytest

from accounts.models import Account
from conversations.actions.save_company import create_company
from conversations.actions.write_message import send_reply
from conversations.models import Message
from email_channel.models import OutgoingDelivery
from teams.access import Viewer
from tests.email_channel.conftest import Receive, conversation_of, email_of
from tests.email_channel.mails import raw_mail

ADA, FIRST_ID = "ada@customers.example", "<first@customers.example>"
_ENDS = ("elsewhere.example", "customers.example.elsewhere.example", "elsewhere.example.")
TRICKS = [
    *(f'"{ADA}" <eve@{end}>' for end in _ENDS),
    *(f"{ADA} <eve@{end}>" for end in _ENDS),
    *(f"<{ADA}@{end}>" for end in _ENDS),
    *(f'"{ADA}"@{end}' for end in _ENDS),
    *(f"ada%customers.example@{end}" for end in _ENDS),
    *(f"customers.example!ada@{end}" for end in _ENDS),
    *(f"<@customers.example:eve@{end}>" for end in _ENDS),
    *(f"=?utf-8?q?{ADA.replace('@', '=40')}?= <eve@{end}>" for end in _ENDS),
    *(f"=?utf-8?q?ada=40customers.example=3E=00?=@{end}" for end in _ENDS),
    *(f"({ADA}) eve@{end}" for end in _ENDS),
    *(f"eve@{end} ({ADA})" for end in _ENDS),
    *(f"{ADA}: eve@{end};" for end in _ENDS),
    "ada@customers.example\x00@elsewhere.example",
    "ada@customers.example\t@elsewhere.example",
    "ada@customers.example <eve@elsewhere.example",
    "eve@elsewhere.example <ada@customers.example",
    "<eve@elsewhere.example> <ada@customers.example>",
    "<<eve@elsewhere.example>>",
    "eve@elsewhere.example, ada@customers.example",
    "ada@customers.example, eve@elsewhere.example",
    "ada@customers.example; eve@elsewhere.example",
    "ada@customers.examp1e",
    "ada@custоmers.example",
    "аda@customers.example",
    "ada@customers.example.",
    "ada@customers。example",
    "ada@xn--customers-.example",
    "ada@[customers.example]",
    "ada @customers.example.elsewhere.example",
    "ada+x@customers.example",
    "ada@sub.customers.example",
    "ada@evilcustomers.example",
    "ada@customers.example%elsewhere.example",
    "ada@customers.example/elsewhere.example",
    "ada\\@customers.example@elsewhere.example",
    '"ada\\"@customers.example"@elsewhere.example',
]


def test_there_are_sixty() -> None:
    assert len(set(TRICKS)) == 60


@pytest.mark.parametrize("sender", TRICKS)
def test_who_is_let_in_is_who_gets_the_answer(receive: Receive, viewer: Viewer, acme: Account, sender: str) -> None:
    acme.settings |= {"company_may_join": True}
    create_company(viewer=viewer, fields={"name": "Customers", "domain": "customers.example"})
    first = conversation_of(receive(raw_mail(message_id=FIRST_ID)))

    second = receive(raw_mail(sender=sender, headers=(("In-Reply-To", FIRST_ID),)))

    landed = conversation_of(second)
    address = email_of(second).from_address
    if landed.id == first.id:
        assert address.lower().rpartition("@")[2] == "customers.example"
        assert email_of(second).landing["sender"] in ("customer", "colleague")
        return
    assert Message.objects.filter(conversation=first).count() == 1
    if "@" in address and address.isascii():
        assert parseaddr(f"<{address}>")[1] == address
        send_reply(viewer=viewer, conversation_id=landed.id, body_text="Who are you?")
        assert OutgoingDelivery.objects.get().recipient == landed.contact.email == address.lower()
