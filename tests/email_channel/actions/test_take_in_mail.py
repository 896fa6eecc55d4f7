from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import Account
from conversations.actions.change_status import change_status
from conversations.enums import Channel, MessageKind, Status
from conversations.models import Contact, Conversation, Message
from email_channel.actions.store_mail import store_mail
from email_channel.actions.take_in_mail import ATTEMPTS_MOST, take_in_mail
from email_channel.enums import Direction, IntakeState, MailSource, Outcome
from email_channel.models import EmailMessage, IncomingMail, Mailbox
from email_channel.queries import CLAIM_LASTS
from hummdesk.tenancy.context import account_context
from teams.access import Viewer
from tests.email_channel.conftest import Receive, conversation_of, email_of, message_of
from tests.email_channel.mails import html_mail, raw_mail
from tests.factories import make_mailbox, make_team


def test_a_first_mail_opens_a_conversation(receive: Receive, mailbox: Mailbox) -> None:
    taken_in = receive(raw_mail(subject="The drill is broken", text="It stopped turning."))

    conversation = conversation_of(taken_in)
    assert (taken_in.outcome, taken_in.reason) == (Outcome.CREATED, "new")
    assert (conversation.subject, conversation.channel) == ("The drill is broken", Channel.EMAIL)
    assert (conversation.status, conversation.mailbox_id) == (Status.OPEN, mailbox.id)
    assert (conversation.contact.name, conversation.contact.email) == ("Ada Byron", "ada@customers.example")
    assert message_of(taken_in).body_text == "It stopped turning."
    assert message_of(taken_in).body_html == "<p>It stopped turning.</p>"


def test_a_mail_leaves_its_envelope_and_headers(receive: Receive, mailbox: Mailbox) -> None:
    headers = (("Cc", "Bob <bob@customers.example>"), ("X-Shop", "7"), ("References", "<a@x.example> <b@x.example>"))

    email = email_of(receive(raw_mail(message_id="<1@customers.example>", headers=headers)))

    assert (email.direction, email.mailbox, email.landed_because) == (Direction.INCOMING, mailbox, "new")
    assert (email.message_id, email.references) == ("<1@customers.example>", ["<a@x.example>", "<b@x.example>"])
    assert (email.from_name, email.from_address) == ("Ada Byron", "ada@customers.example")
    assert email.to == [{"name": "", "address": "support@acme.example"}]
    assert email.cc == [{"name": "Bob", "address": "bob@customers.example"}]
    assert ["X-Shop", "7"] in email.headers
    assert email.sent_at is not None
    assert email.sent_at.isoformat() == "2026-11-22T23:06:00+00:00"


def test_taking_in_publishes_what_happened(receive: Receive, published: Callable[[], list[str]]) -> None:
    receive(raw_mail())

    assert published() == ["ConversationOpened", "MessageReceived", "MailTakenIn"]


def test_a_new_conversation_goes_to_the_team_of_its_mailbox(acme: Account) -> None:
    team = make_team()
    mailbox = make_mailbox(acme, team=team)
    stored = store_mail(mailbox_id=mailbox.id, raw=raw_mail(), source=MailSource.FILE)

    taken_in = take_in_mail(stored.id)

    assert taken_in is not None
    assert conversation_of(taken_in).team == team


def test_the_message_bears_the_time_at_which_the_mail_came(mailbox: Mailbox) -> None:
    stored = store_mail(mailbox_id=mailbox.id, raw=raw_mail(), source=MailSource.FILE)
    received_at = timezone.now() - timedelta(hours=2)
    IncomingMail.objects.update(received_at=received_at)

    taken_in = take_in_mail(stored.id)

    assert taken_in is not None
    assert message_of(taken_in).created_at == received_at
    assert conversation_of(taken_in).waiting_since == received_at


def test_the_same_mail_again_is_a_duplicate_of_the_first(receive: Receive, published: Callable[[], list[str]]) -> None:
    raw = raw_mail()
    first = receive(raw)
    before = len(published())

    again = receive(raw)

    assert (again.outcome, again.reason) == (Outcome.DUPLICATE, "message_id")
    assert (again.conversation_id, again.message_id) == (first.conversation_id, first.message_id)
    assert Message.objects.count() == 1
    assert published()[before:] == ["MailTakenIn"]


def test_one_message_id_with_other_trace_headers_is_still_a_duplicate(receive: Receive) -> None:
    receive(raw_mail(message_id="<1@customers.example>"))

    again = receive(b"Received: from elsewhere\r\n" + raw_mail(message_id="<1@customers.example>"))

    assert again.outcome == Outcome.DUPLICATE


def test_a_used_message_id_with_other_words_is_another_mail(receive: Receive) -> None:
    first = receive(raw_mail(message_id="<form@shop.example>", text="One"))

    second, third = (receive(raw_mail(message_id="<form@shop.example>", text=text)) for text in ("Two", "Three"))
    again = receive(b"Received: from elsewhere\r\n" + raw_mail(message_id="<form@shop.example>", text="Two"))

    assert [taken_in.outcome for taken_in in (first, second, third)] == [Outcome.CREATED] * 3
    assert (again.outcome, again.message_id) == (Outcome.DUPLICATE, second.message_id)
    assert {email_of(taken_in).message_id for taken_in in (first, second, third)} == {"<form@shop.example>"}


@pytest.mark.parametrize("fields", [{"sender": "eve@elsewhere.example"}, {"subject": "Something else"}])
def test_a_used_message_id_does_not_hide_a_mail_of_somebody_else(receive: Receive, fields: dict[str, str]) -> None:
    receive(raw_mail(message_id="<1@customers.example>"))

    second = receive(raw_mail(message_id="<1@customers.example>", **fields))  # type: ignore[arg-type]

    assert second.outcome == Outcome.CREATED


def test_a_long_mail_that_comes_another_way_is_a_duplicate(receive: Receive) -> None:
    raw = raw_mail(text="word " * 150_000)
    receive(raw)

    assert receive(b"Received: from elsewhere\r\n" + raw).outcome == Outcome.DUPLICATE


def test_a_mail_without_message_id_is_known_by_its_bytes(receive: Receive) -> None:
    raw = raw_mail(message_id=None)
    receive(raw)

    again, other = receive(raw), receive(raw_mail(message_id=None, text="Something else."))

    assert (again.outcome, again.reason) == (Outcome.DUPLICATE, "content")
    assert other.outcome == Outcome.CREATED


def test_one_message_id_in_two_mailboxes_is_two_messages(receive: Receive, acme: Account) -> None:
    raw = raw_mail()
    first = receive(raw)
    stored = store_mail(mailbox_id=make_mailbox(acme).id, raw=raw, source=MailSource.FILE)

    second = take_in_mail(stored.id)

    assert second is not None
    assert second.outcome == Outcome.CREATED
    assert second.conversation_id != first.conversation_id


def test_one_message_id_in_two_accounts_is_two_messages(
    receive: Receive, nordhem: Account, nordhem_mailbox: Mailbox
) -> None:
    raw = raw_mail()
    receive(raw)

    with account_context(nordhem):
        stored = store_mail(mailbox_id=nordhem_mailbox.id, raw=raw, source=MailSource.FILE)
        second = take_in_mail(stored.id)

        assert second is not None
        assert second.outcome == Outcome.CREATED
        assert Message.objects.count() == 1
    assert Message.objects.count() == 1


def test_a_second_run_tells_what_became_of_the_mail(mailbox: Mailbox, published: Callable[[], list[str]]) -> None:
    stored = store_mail(mailbox_id=mailbox.id, raw=raw_mail(), source=MailSource.FILE)
    first = take_in_mail(stored.id)
    before = len(published())

    second = take_in_mail(stored.id)

    assert second == first
    assert Message.objects.count() == 1
    assert len(published()) == before


def test_a_mail_that_another_process_works_on_is_left_alone(mailbox: Mailbox) -> None:
    stored = store_mail(mailbox_id=mailbox.id, raw=raw_mail(), source=MailSource.FILE)
    IncomingMail.objects.update(claimed_at=timezone.now() - CLAIM_LASTS + timedelta(seconds=5))

    assert take_in_mail(stored.id) is None

    assert not Message.objects.exists()


def test_a_claim_of_a_process_that_is_gone_is_void(mailbox: Mailbox) -> None:
    stored = store_mail(mailbox_id=mailbox.id, raw=raw_mail(), source=MailSource.FILE)
    IncomingMail.objects.update(claimed_at=timezone.now() - CLAIM_LASTS - timedelta(seconds=5), attempt_count=1)

    taken_in = take_in_mail(stored.id)

    assert taken_in is not None
    assert taken_in.outcome == Outcome.CREATED


def test_a_mail_over_which_processes_died_is_set_aside_unread(mailbox: Mailbox) -> None:
    stored = store_mail(mailbox_id=mailbox.id, raw=raw_mail(), source=MailSource.FILE)
    IncomingMail.objects.update(attempt_count=ATTEMPTS_MOST)

    taken_in = take_in_mail(stored.id)

    assert taken_in is not None
    assert (taken_in.outcome, taken_in.reason) == (Outcome.QUARANTINED, "crashed")
    assert message_of(taken_in).attachments.get().name == "mail.eml"


def test_a_mail_whose_file_is_gone_becomes_visible_all_the_same(mailbox: Mailbox) -> None:
    stored = store_mail(mailbox_id=mailbox.id, raw=raw_mail(), source=MailSource.FILE)
    IncomingMail.objects.get(id=stored.id).raw.delete(save=False)

    taken_in = take_in_mail(stored.id)

    assert taken_in is not None
    assert taken_in.outcome == Outcome.QUARANTINED
    assert "file is missing" in message_of(taken_in).body_text
    assert not message_of(taken_in).attachments.exists()


def test_a_mail_that_is_in_no_table_is_an_error(acme: Account) -> None:
    with pytest.raises(IncomingMail.DoesNotExist):
        take_in_mail(uuid4())


def test_a_known_customer_keeps_the_contact_and_the_name(receive: Receive) -> None:
    first = receive(raw_mail(sender="Ada Byron <ada@customers.example>"))

    second = receive(raw_mail(sender="ADA B. <Ada@Customers.Example>"))

    assert conversation_of(second).contact_id == conversation_of(first).contact_id
    assert Contact.objects.get().name == "Ada Byron"


@pytest.mark.parametrize(
    ("sender", "headers", "envelope_sender", "address"),
    [
        (None, (("Sender", "Eve <eve@s.example>"),), "x@y.example", "eve@s.example"),
        (None, (("Reply-To", "rita@s.example"),), "x@y.example", "rita@s.example"),
        (None, (), "Bounce@Y.example", "bounce@y.example"),
        ("", (), "x@y.example", "x@y.example"),
        ("<>", (), "", "unknown@invalid"),
        ("Only A Name", (), "x@y.example", "x@y.example"),
        (None, (), "", "unknown@invalid"),
    ],
)
def test_who_wrote_is_found_where_from_does_not_tell(
    receive: Receive, sender: str | None, headers: tuple[tuple[str, str], ...], envelope_sender: str, address: str
) -> None:
    taken_in = receive(raw_mail(sender=sender, headers=headers), envelope_sender)

    assert taken_in.outcome == Outcome.CREATED
    assert conversation_of(taken_in).contact.email == address


def test_quoted_text_is_folded_beside_what_was_written(receive: Receive) -> None:
    text = "It works now.\r\n\r\nOn Mon, 23 Nov 2026 at 01:06, Acme Support wrote:\r\n> Did you plug it in?"

    message = message_of(receive(raw_mail(text=text)))

    assert message.body_text == "It works now."
    assert "Did you plug it in?" in message.quoted_html
    assert "Did you plug it in?" not in message.body_html


def test_html_is_shown_without_what_could_run(receive: Receive) -> None:
    raw = html_mail(
        "<p>Hello <b>there</b></p><script>alert(1)</script><img src=x onerror=alert(1)>", text="Hello there"
    )

    message = message_of(receive(raw))

    assert "<b>there</b>" in message.body_html
    assert message.body_text == "Hello there"
    assert "alert" not in message.body_html


def test_a_form_in_html_that_shows_nothing_leaves_the_words_to_the_plain_one(receive: Receive) -> None:
    message = message_of(receive(html_mail("<html><body></body></html>", text="All is in here.")))

    assert message.body_html == "<p>All is in here.</p>"
    assert message.body_text == "All is in here."


def test_files_are_stored_with_the_message(receive: Receive) -> None:
    raw = (
        b"From: ada@customers.example\r\nMessage-ID: <f@c.example>\r\n"
        b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'
        b"--b\r\nContent-Type: text/plain\r\n\r\nSee below.\r\n"
        b'--b\r\nContent-Type: image/png; name="drill.png"\r\nContent-Transfer-Encoding: base64\r\n'
        b"Content-Disposition: attachment; filename=drill.png\r\n\r\niVBORw0KGgo=\r\n--b--\r\n"
    )

    message = message_of(receive(raw))

    attachment = message.attachments.get()
    assert (attachment.name, attachment.content_type, attachment.size_bytes) == ("drill.png", "image/png", 8)
    assert message.body_text == "See below."


def test_a_text_that_is_cut_for_its_length_comes_with_the_whole_mail(receive: Receive) -> None:
    raw = raw_mail(text="word " * 150_000)

    message = message_of(receive(raw))

    assert len(message.body_text) <= 500_000
    attachment = message.attachments.get()
    with attachment.file.open("rb") as file:
        assert (attachment.name, file.read()) == ("mail.eml", raw)


def test_an_answer_reopens_a_resolved_conversation(receive: Receive, viewer: Viewer) -> None:
    first = receive(raw_mail(message_id="<1@customers.example>"))
    assert first.conversation_id is not None
    change_status(viewer=viewer, conversation_id=first.conversation_id, status=Status.RESOLVED)

    second = receive(raw_mail(headers=(("In-Reply-To", "<1@customers.example>"),)))

    conversation = conversation_of(second)
    assert (second.outcome, second.conversation_id) == (Outcome.APPENDED, first.conversation_id)
    assert (conversation.status, conversation.resolved_at) == (Status.OPEN, None)
    assert conversation.waiting_since is not None


def test_a_mail_that_is_done_with_says_so_and_names_its_envelope(mailbox: Mailbox) -> None:
    stored = store_mail(mailbox_id=mailbox.id, raw=raw_mail(subject="S" * 2000), source=MailSource.FILE)

    taken_in = take_in_mail(stored.id)

    mail = IncomingMail.objects.get(id=stored.id)
    assert taken_in is not None
    assert (mail.state, mail.outcome) == (IntakeState.DONE, Outcome.CREATED)
    assert mail.email == EmailMessage.objects.get()
    assert Conversation.objects.get().subject == "S" * 300
    assert Message.objects.get().kind == MessageKind.INCOMING
