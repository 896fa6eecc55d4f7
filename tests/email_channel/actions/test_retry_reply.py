"""Replies with copies and files, through the provider's own SDK; and what failed, once more."""

import base64
import email
import email.policy
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from pytest_django import Settings

from conversations.actions.attach_files import upload_attachment
from conversations.actions.set_delivery_state import set_delivery_state
from conversations.actions.write_message import send_reply
from conversations.enums import DeliveryState
from conversations.models import Attachment, Conversation, Message
from email_channel.actions.retry_reply import retry_reply, settle_delivery
from email_channel.enums import SendState
from email_channel.models import EmailMessage, Mailbox, OutgoingDelivery
from hummdesk.errors import Conflict, NotFound, PermissionDenied, ValidationFailed
from teams.access import Viewer
from tests.factories import make_contact, make_conversation, make_message, make_team
from tests.fixtures.work import RunTasks
from tests.servers.resend import FakeResend

ADA, BOB, EVE = "ada@customers.example", "bob@partners.example", "eve@partners.example"


@pytest.fixture
def conversation(mailbox: Mailbox) -> Conversation:
    return make_conversation(
        contact=make_contact(ADA, name="Ada"), mailbox_id=mailbox.id, subject="The drill", messages=1
    )


def upload(viewer: Viewer, content: bytes = b"\x00binary", name: str = "plan.bin") -> Attachment:
    return upload_attachment(viewer=viewer, file=ContentFile(content, name=name), name=name)


def states_of(message: Message) -> dict[str, str]:
    return dict(OutgoingDelivery.objects.filter(email__conversation_message=message).values_list("recipient", "state"))


def test_copies_go_along_in_one_mail(
    conversation: Conversation, viewer: Viewer, resend: FakeResend, run_tasks: RunTasks
) -> None:
    message = send_reply(
        viewer=viewer, conversation_id=conversation.id, body_text="Hi", cc=[BOB.upper(), ADA], bcc=[EVE]
    )

    run_tasks()

    (sent,) = resend.ledger
    assert (sent.body["to"], sent.body["cc"], sent.body["bcc"]) == ([f'"Ada" <{ADA}>'], [BOB], [EVE])
    assert EVE not in str(sent.body["headers"])
    assert states_of(message) == {ADA: SendState.SENT, BOB: SendState.SENT, EVE: SendState.SENT}
    message.refresh_from_db()
    assert message.delivery_state == DeliveryState.SENT


def test_html_and_files_go_along(
    conversation: Conversation, viewer: Viewer, resend: FakeResend, run_tasks: RunTasks
) -> None:
    source = '<p>See <b>it</b><script>x()</script></p><img src="https://acme.example/a.png"><img src="cid:gone">'
    send_reply(viewer=viewer, conversation_id=conversation.id, body_html=source, attachment_ids=[upload(viewer).id])

    run_tasks()

    (sent,) = resend.ledger
    assert "<b>it</b>" in sent.body["html"]
    assert 'src="https://acme.example/a.png"' in sent.body["html"]
    assert "script" not in sent.body["html"]
    assert "cid:" not in sent.body["html"]
    assert "See it" in sent.body["text"]
    [file] = sent.body["attachments"]
    assert file["filename"] == "plan.bin"
    assert base64.b64decode(file["content"]) == b"\x00binary"


def test_the_catcher_shows_copies_and_files_but_no_hidden_recipient(
    conversation: Conversation, viewer: Viewer, outbox: Path, run_tasks: RunTasks
) -> None:
    send_reply(
        viewer=viewer,
        conversation_id=conversation.id,
        body_text="Hi",
        cc=[BOB],
        bcc=[EVE],
        attachment_ids=[upload(viewer).id],
    )

    run_tasks()

    [path] = outbox.glob("*/*.eml")
    mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert (mail["To"].addresses[0].addr_spec, mail["Cc"]) == (ADA, BOB)
    assert EVE.encode() not in path.read_bytes()
    assert [part.get_filename() for part in mail.iter_attachments()] == ["plan.bin"]


def test_a_file_that_is_gone_fails_the_reply_with_the_reason(
    conversation: Conversation, viewer: Viewer, resend: FakeResend, run_tasks: RunTasks
) -> None:
    attachment = upload(viewer)
    message = send_reply(
        viewer=viewer, conversation_id=conversation.id, body_text="Hi", attachment_ids=[attachment.id]
    )
    attachment.file.delete(save=False)

    run_tasks()

    message.refresh_from_db()
    assert (message.delivery_state, message.delivery_error) == (DeliveryState.FAILED, "An attached file is gone.")
    assert not resend.ledger


def test_the_reply_shows_the_worst_of_its_recipients(
    conversation: Conversation, viewer: Viewer, resend: FakeResend, run_tasks: RunTasks
) -> None:
    message = send_reply(viewer=viewer, conversation_id=conversation.id, body_text="Hi", cc=[BOB])
    OutgoingDelivery.objects.filter(recipient=BOB).update(state=SendState.BOUNCED, error="Unknown user")

    run_tasks()

    message.refresh_from_db()
    assert states_of(message) == {ADA: SendState.SENT, BOB: SendState.BOUNCED}
    assert (message.delivery_state, message.delivery_error) == (DeliveryState.BOUNCED, "Unknown user")


def test_retry_reaches_those_who_were_not_reached(
    conversation: Conversation,
    viewer: Viewer,
    resend: FakeResend,
    run_tasks: RunTasks,
    published: Callable[[], list[str]],
) -> None:
    message = send_reply(viewer=viewer, conversation_id=conversation.id, body_text="Hi", cc=[BOB])
    OutgoingDelivery.objects.filter(recipient=BOB).update(state=SendState.BOUNCED, error="Unknown user")
    run_tasks()

    retried = retry_reply(viewer=viewer, message_id=message.id)
    assert (retried.delivery_state, retried.delivery_error) == (DeliveryState.QUEUED, "")
    run_tasks()

    first, second = resend.ledger
    assert second.body["to"] == [BOB]
    assert first.key != second.key
    assert states_of(message) == {ADA: SendState.SENT, BOB: SendState.SENT}
    message.refresh_from_db()
    assert message.delivery_state == DeliveryState.SENT
    told = [name for name in published() if name != "PromisesChanged"]
    assert told[-4:] == ["DeliveryChanged", "DeliveryChanged", "MailQueued", "DeliveryChanged"]


def test_retry_after_the_mailbox_was_gone_makes_the_mail(
    conversation: Conversation, viewer: Viewer, mailbox: Mailbox, resend: FakeResend, run_tasks: RunTasks
) -> None:
    Conversation.objects.filter(id=conversation.id).update(mailbox_id="01936f2e-0000-7000-8000-000000000001")
    message = send_reply(viewer=viewer, conversation_id=conversation.id, body_text="Hi")
    message.refresh_from_db()
    assert message.delivery_state == DeliveryState.FAILED
    Conversation.objects.filter(id=conversation.id).update(mailbox_id=mailbox.id)

    retry_reply(viewer=viewer, message_id=message.id)
    run_tasks()

    assert EmailMessage.objects.filter(conversation_message=message).exists()
    assert len(resend.ledger) == 1


def test_retry_of_what_has_not_failed_is_refused(
    conversation: Conversation, viewer: Viewer, published: Callable[[], list[str]]
) -> None:
    message = send_reply(viewer=viewer, conversation_id=conversation.id, body_text="Hi")
    before = published()

    with pytest.raises(Conflict):
        retry_reply(viewer=viewer, message_id=message.id)

    assert published() == before


def test_retry_needs_the_right_to_reply_and_to_see_it(conversation: Conversation, viewer: Viewer) -> None:
    message = send_reply(viewer=viewer, conversation_id=conversation.id, body_text="Hi")
    hidden = make_message(make_conversation(team=make_team()))

    with pytest.raises(PermissionDenied):
        retry_reply(
            viewer=Viewer(viewer.agent, viewer.permissions - {"reply"}),
            message_id=message.id,
        )
    with pytest.raises(NotFound):
        retry_reply(viewer=viewer, message_id=hidden.id)


def test_more_files_than_a_mail_can_carry_are_refused_at_once(
    conversation: Conversation, viewer: Viewer, settings: Settings, published: Callable[[], list[str]]
) -> None:
    files = [upload(viewer, b"x" * 60).id for _number in range(2)]
    before, settings.MAIL_MAX_BYTES = published(), 100

    with pytest.raises(ValidationFailed) as refusal:
        send_reply(viewer=viewer, conversation_id=conversation.id, body_text="Hi", attachment_ids=files)

    assert list(refusal.value.errors) == ["attachments"]
    assert Attachment.objects.filter(message=None).count() == 2
    assert published() == before


@pytest.fixture
def unknown(conversation: Conversation, viewer: Viewer) -> Message:
    """A reply to Ada and Bob, of which Bob's mail may have left."""
    message = send_reply(viewer=viewer, conversation_id=conversation.id, body_text="Hi", cc=[BOB])
    OutgoingDelivery.objects.update(state=SendState.SENT)
    OutgoingDelivery.objects.filter(recipient=BOB).update(state=SendState.UNKNOWN, error="Nobody knows")
    set_delivery_state(message_id=message.id, state=DeliveryState.UNKNOWN, error="Nobody knows")
    return message


def test_a_person_says_that_it_arrived(unknown: Message, viewer: Viewer, resend: FakeResend) -> None:
    settled = settle_delivery(viewer=viewer, message_id=unknown.id, has_arrived=True)

    assert states_of(unknown) == {ADA: SendState.SENT, BOB: SendState.DELIVERED}
    assert (settled.delivery_state, settled.delivery_error) == (DeliveryState.SENT, "")


def test_a_person_has_it_sent_again_under_a_new_key(
    unknown: Message, viewer: Viewer, resend: FakeResend, run_tasks: RunTasks
) -> None:
    key = OutgoingDelivery.objects.get(recipient=BOB).id

    settle_delivery(viewer=viewer, message_id=unknown.id, has_arrived=False)
    run_tasks()

    (sent,) = resend.ledger
    assert sent.body["to"] == [BOB]
    assert sent.key != str(key)
    assert states_of(unknown) == {ADA: SendState.SENT, BOB: SendState.SENT}


def test_what_is_known_is_not_settled_and_nobody_else_settles(
    unknown: Message, viewer: Viewer, published: Callable[[], list[str]]
) -> None:
    before = published()
    for refused, who in ((PermissionDenied, Viewer(viewer.agent, viewer.permissions - {"reply"})), (Conflict, viewer)):
        if refused is Conflict:
            OutgoingDelivery.objects.filter(recipient=BOB).update(state=SendState.SENT)
        with pytest.raises(refused):
            settle_delivery(viewer=who, message_id=unknown.id, has_arrived=False)

    assert published() == before


def test_retry_leaves_what_is_unknown_to_a_person(
    unknown: Message, viewer: Viewer, resend: FakeResend, run_tasks: RunTasks
) -> None:
    OutgoingDelivery.objects.filter(recipient=ADA).update(state=SendState.FAILED)
    set_delivery_state(message_id=unknown.id, state=DeliveryState.FAILED)

    retry_reply(viewer=viewer, message_id=unknown.id)
    run_tasks()

    unknown.refresh_from_db()
    assert states_of(unknown) == {ADA: SendState.SENT, BOB: SendState.UNKNOWN}
    assert unknown.delivery_state == DeliveryState.UNKNOWN
