"""Mail of which the provider has no raw form: put together of its parts, it reads as the one that was sent."""

import pytest

from conversations.models import Attachment, Message
from email_channel.models import EmailMessage
from email_channel.parsing.client import parse_mail
from email_channel.provider.assembled import MARK, ReceivedPart, assembled_mail
from tests.email_channel.mails import SUPPORT
from tests.email_channel.provider.conftest import Told, one_event, work
from tests.servers.resend import FakeResend

RAW = (
    b"From: =?utf-8?q?Ada_Bj=C3=B6rk?= <ada@customers.example>\r\nTo: support@acme.example\r\n"
    b"Subject: =?utf-8?q?Pora_ei_k=C3=A4ynnisty?=\r\nMessage-ID: <parts@customers.example>\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'
    b"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nSe ei py\xc3\xb6ri.\r\n"
    b"--b\r\nContent-Type: application/pdf\r\n"
    b'Content-Disposition: attachment; filename="kuitti.pdf"\r\n\r\n%PDF-1.4\r\n'
    b"--b--\r\n"
)


@pytest.mark.usefixtures("mailbox")
def test_it_reads_as_the_mail_that_was_sent(resend: FakeResend, told: Told) -> None:
    mail = resend.receive(RAW, SUPPORT)
    resend.inbox.without_raw.add(mail.id)
    told()

    work()
    assert one_event().error == ""
    message, envelope = Message.objects.get(), EmailMessage.objects.get()
    assert message.body_text.strip() == "Se ei pyöri."
    assert (envelope.subject, envelope.from_name) == ("Pora ei käynnisty", "Ada Björk")
    assert (envelope.from_address, envelope.message_id) == ("ada@customers.example", "<parts@customers.example>")
    assert Attachment.objects.get().name == "kuitti.pdf"
    assert [name for name, _value in envelope.headers].count(MARK) == 1


@pytest.mark.parametrize(
    "told_of_mail",
    [
        {},
        {"headers": {}, "from": "a@b.example", "to": ["x@y.example"], "subject": "Hello", "text": "Text"},
        {"headers": {"from": "a@b.example\r\nBcc: c@d.example", "x y": "z", "": "q"}, "text": "\ud800 \x00"},
        {"headers": {"subject": "ä" * 5000, "Content-Type": "text/evil", "MIME-Version": "7"}, "html": "<p>Hi"},
        {"headers": {"received": ["one", "two"], "x": None, "y": 5}, "text": None, "html": 7},
    ],
)
def test_odd_parts_make_a_mail_that_can_be_read(told_of_mail: dict[str, object]) -> None:
    odd = {"content_type": "x", "filename": "a\r\nb/../ä", "content_id": "<ä\n>", "content_disposition": "inline"}

    raw = assembled_mail(told_of_mail, [ReceivedPart(odd, b"\x00\xff"), ReceivedPart({}, b"")])

    parsed = parse_mail(raw)
    assert not [name for name, _value in parsed.headers if name.lower() == "bcc"]
    assert b"text/evil" not in raw
