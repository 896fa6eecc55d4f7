"""Mail that is broken, or meant to break something: always a conversation that an agent sees."""

import time
from collections.abc import Callable

import pytest
from django.db import OperationalError
from structlog.testing import capture_logs

from conversations.models import Contact, Conversation
from email_channel.actions.store_mail import store_mail
from email_channel.actions.take_in_mail import take_in_mail
from email_channel.enums import IntakeState, MailSource, Outcome
from email_channel.models import IncomingMail, Mailbox
from email_channel.parsing.errors import MailUnreadable, Unreadable
from email_channel.parsing.parsed import ParsedMail
from email_channel.reading import unreadable_text
from tests.email_channel.conftest import Receive, conversation_of, email_of, message_of
from tests.email_channel.mails import html_mail, raw_mail

TIME_LIMIT_S = 15
BOMBS: dict[str, Callable[[], bytes]] = {
    "nested comments": lambda: raw_mail(to="(" * 500 + "x" + ")" * 500 + " <support@acme.example>"),
    "open parentheses": lambda: raw_mail(to="(" * 5_000),
    "nested multiparts": lambda: _nested(1_000),
    "many parts": lambda: _many_parts(10_000),
    "nested mails": lambda: b"From: a@b.example\r\n" + b"Content-Type: message/rfc822\r\n\r\n" * 1_000,
    "20,000 encoded words": lambda: raw_mail(subject=" ".join(["=?utf-8?q?a?="] * 20_000)),
    "long quoted name": lambda: raw_mail(sender='"' + "a" * 200_000 + '" <a@b.example>'),
    "parameters": lambda: raw_mail(headers=(("Content-Type", "text/plain" + "; a=b" * 5_000),)),
    "charset idna": lambda: raw_mail(headers=(("Content-Type", "text/plain; charset=idna"),)),
    "introductions without end": lambda: raw_mail(text="On " * 10_000),
    "deep html": lambda: html_mail("<div>" * 20_000 + "deep"),
    "long tag": lambda: html_mail("<p " + "a=b " * 100_000 + ">x"),
    "open tags": lambda: html_mail("<" * 300_000),
}


def _nested(depth: int) -> bytes:
    parts = [b"From: a@b.example\r\n"]
    parts += [
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (level, level) for level in range(depth)
    ]
    return b"".join(parts)


def _many_parts(count: int) -> bytes:
    head = b'From: a@b.example\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'
    return head + b"--b\r\n\r\nx\r\n" * count + b"--b--\r\n"


@pytest.mark.parametrize("name", BOMBS)
def test_a_mail_bomb_ends_in_a_conversation_within_its_time(receive: Receive, name: str) -> None:
    raw = BOMBS[name]()
    start = time.monotonic()

    taken_in = receive(raw)

    assert time.monotonic() - start < TIME_LIMIT_S
    assert taken_in.outcome in (Outcome.CREATED, Outcome.QUARANTINED)
    assert Conversation.objects.count() == 1


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (bytes(range(256)) * 8, "not_mail"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00\xff" * 2_000, "not_mail"),
        (b"just some words", "not_mail"),
        (b" " * 300_000 + b"From: a@b.example\r\n\r\nlate", "not_mail"),
    ],
)
def test_what_is_no_mail_is_quarantined_with_its_bytes(receive: Receive, raw: bytes, reason: str) -> None:
    taken_in = receive(raw, envelope_sender="ada@customers.example")

    message = message_of(taken_in)
    attachment = message.attachments.get()
    assert (taken_in.outcome, taken_in.reason, message.unreadable_reason) == (Outcome.QUARANTINED, reason, reason)
    with attachment.file.open("rb") as file:
        assert file.read() == raw
    assert conversation_of(taken_in).contact.email == "ada@customers.example"
    assert message.body_text == "This does not look like a mail. It is attached as it came."


def test_a_mail_that_cannot_be_read_keeps_its_sender_and_subject(
    receive: Receive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("email_channel.actions.take_in_mail.parse_mail", _time_out)

    taken_in = receive(raw_mail(subject="The drill is broken"))

    conversation = conversation_of(taken_in)
    assert (taken_in.outcome, taken_in.reason) == (Outcome.QUARANTINED, "time_out")
    assert (conversation.subject, conversation.contact.email) == ("The drill is broken", "ada@customers.example")
    assert email_of(taken_in).from_address == "ada@customers.example"
    assert "time_out" not in message_of(taken_in).body_text
    assert message_of(taken_in).attachments.get().name == "mail.eml"


def test_a_header_that_cannot_be_stored_does_not_hide_the_mail(
    receive: Receive, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = ParsedMail(subject="Broken", headers=(("X-\x00", "1"),))
    monkeypatch.setattr("email_channel.actions.take_in_mail.parse_mail", _time_out)
    monkeypatch.setattr("email_channel.actions.take_in_mail.parse_headers", lambda _raw: broken)

    taken_in = receive(raw_mail(), envelope_sender="ada@customers.example")

    assert taken_in.outcome == Outcome.QUARANTINED
    assert conversation_of(taken_in).contact.email == "ada@customers.example"
    assert Conversation.objects.count() == 1


@pytest.mark.parametrize("reason", Unreadable)
def test_each_reason_is_told_in_words_without_its_code(reason: Unreadable) -> None:
    text = unreadable_text(b"x", reason)

    assert text.body_text.startswith("This ")
    assert text.body_text.endswith(". It is attached as it came.")
    assert "_" not in text.body_text
    assert text.unreadable_reason == reason


def _time_out(_raw: bytes) -> ParsedMail:
    raise MailUnreadable(Unreadable.TIME_OUT)


def test_a_quarantined_mail_that_comes_again_is_a_duplicate(receive: Receive) -> None:
    first = receive(b"just some words")

    again = receive(b"just some words")

    assert (again.outcome, again.conversation_id) == (Outcome.DUPLICATE, first.conversation_id)


def test_nul_in_headers_and_text_is_no_obstacle(receive: Receive) -> None:
    raw = raw_mail(sender="A\x00da <ada@customers.example>", subject="Dr\x00ill", text="bro\x00ken")

    taken_in = receive(raw)

    conversation = conversation_of(taken_in)
    assert taken_in.outcome == Outcome.CREATED
    assert (conversation.subject, conversation.contact.email) == ("Dr ill", "ada@customers.example")
    assert message_of(taken_in).body_text.startswith("bro")


def test_nul_in_the_name_of_a_field_is_no_obstacle(receive: Receive) -> None:
    taken_in = receive(raw_mail().replace(b"Date:", b"X-N\x00ul: 1\x00\r\nDate:"))

    assert taken_in.outcome == Outcome.CREATED


@pytest.mark.parametrize(
    "field",
    [
        b"Subject: \xed\xa0\x80 lone",
        b"Subject: =?utf-8?b?7aCA?= lone",
        b"Subject: =?utf-16?b?2AA=?= lone",
        b"To: =?utf-8?q?=ED=A0=80?= <support@acme.example>",
        b"Message-ID: <\xed\xa0\x80@x.example>",
        b"In-Reply-To: <\xff\xfe@x.example>",
    ],
)
def test_a_lone_surrogate_in_a_header_is_no_obstacle(receive: Receive, field: bytes) -> None:
    taken_in = receive(b"From: ada@customers.example\r\n" + field + b"\r\n\r\nHello")

    assert taken_in.outcome == Outcome.CREATED
    assert message_of(taken_in).body_text == "Hello"


def test_a_surrogate_written_as_html_entity_is_stored_as_something_else(receive: Receive) -> None:
    taken_in = receive(html_mail("<p>a&#xD800;b&#0;c</p>"))

    assert taken_in.outcome == Outcome.CREATED
    assert "\x00" not in message_of(taken_in).body_text


def test_five_thousand_recipients_are_counted_and_the_first_are_kept(receive: Receive) -> None:
    to = ", ".join(f"r{number}@crowd.example" for number in range(5_000))

    taken_in = receive(raw_mail(to=to))

    assert taken_in.outcome == Outcome.CREATED
    assert len(email_of(taken_in).to) == 1_000


@pytest.mark.parametrize("sender", ["", "<>", ";:,<", "undisclosed-recipients:;", "=?utf-8?q??="])
def test_an_empty_from_belongs_to_nobody_known(receive: Receive, sender: str) -> None:
    taken_in = receive(raw_mail(sender=sender))

    assert taken_in.outcome == Outcome.CREATED
    assert conversation_of(taken_in).contact.email == "unknown@invalid"


def test_a_name_with_line_breaks_stays_on_one_line(receive: Receive) -> None:
    taken_in = receive(raw_mail(sender="=?utf-8?q?Ada=0D=0ABcc=3A_x=40y=2Eexample?= <ada@customers.example>"))

    name = conversation_of(taken_in).contact.name
    assert "\n" not in name
    assert "\r" not in name


def test_an_endless_name_and_message_id_are_stored(receive: Receive) -> None:
    raw = raw_mail(sender=f'"{"n" * 5_000}" <ada@customers.example>', message_id=f"<{'i' * 5_000}@x.example>")

    taken_in = receive(raw)

    assert taken_in.outcome == Outcome.CREATED
    assert len(Contact.objects.get().name) <= 200


def test_headers_beyond_two_hundred_are_left_to_the_raw_mail(receive: Receive) -> None:
    headers = tuple((f"X-{number}", "1") for number in range(500))

    assert len(email_of(receive(raw_mail(headers=headers))).headers) == 200


@pytest.mark.parametrize("line_end", [b"\n", b"\r", b"\r\n"])
def test_any_line_end_is_read(receive: Receive, line_end: bytes) -> None:
    taken_in = receive(raw_mail(text="one").replace(b"\r\n", line_end))

    assert conversation_of(taken_in).subject == "The drill is broken"
    assert message_of(taken_in).body_text == "one"


def test_a_fault_of_ours_over_one_mail_shows_the_mail_unread(
    receive: Receive, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*_args: object) -> None:
        raise ValueError("a text of the customer's")

    monkeypatch.setattr("email_channel.actions.take_in_mail.incoming_text", break_down)

    with capture_logs() as logs:
        taken_in = receive(raw_mail())

    assert (taken_in.outcome, taken_in.reason) == (Outcome.QUARANTINED, "crashed")
    assert message_of(taken_in).attachments.get().name == "mail.eml"
    assert "ValueError" in str(logs)
    assert "customer's" not in str(logs)


def test_a_database_that_fails_leaves_the_mail_waiting(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(*_args: object, **_fields: object) -> None:
        raise OperationalError("server closed the connection")

    stored = store_mail(mailbox_id=mailbox.id, raw=raw_mail(), source=MailSource.FILE)
    monkeypatch.setattr("email_channel.actions.take_in_mail.find_or_create_contact", break_down)

    with pytest.raises(OperationalError):
        take_in_mail(stored.id)

    assert IncomingMail.objects.get(id=stored.id).state == IntakeState.RECEIVED
    assert not Conversation.objects.exists()
