"""Mail to addresses to which nothing is sent."""

from conversations.actions.write_message import send_reply
from conversations.enums import DeliveryState
from email_channel.actions.suppress_address import suppress_address
from email_channel.enums import SendState, SuppressionReason
from email_channel.models import Mailbox, OutgoingDelivery
from teams.access import Viewer
from tests.factories import make_contact, make_conversation
from tests.fixtures.work import RunTasks
from tests.servers.resend import FakeResend


def test_a_suppressed_address_gets_nothing_and_the_reply_says_why(
    mailbox: Mailbox, viewer: Viewer, resend: FakeResend, run_tasks: RunTasks
) -> None:
    conversation = make_conversation(contact=make_contact("ada@customers.example"), mailbox_id=mailbox.id, messages=1)
    suppress_address(address="ada@customers.example", reason=SuppressionReason.COMPLAINT)
    message = send_reply(viewer=viewer, conversation_id=conversation.id, body_text="Hi")

    run_tasks()

    message.refresh_from_db()
    assert OutgoingDelivery.objects.get().state == SendState.SUPPRESSED
    assert message.delivery_state == DeliveryState.FAILED
    assert "ada@customers.example" in message.delivery_error
    assert "spam" in message.delivery_error
    assert resend.request_count == 0


def test_the_others_get_the_mail_without_whom_is_suppressed(
    mailbox: Mailbox, viewer: Viewer, resend: FakeResend, run_tasks: RunTasks
) -> None:
    conversation = make_conversation(contact=make_contact("ada@customers.example"), mailbox_id=mailbox.id, messages=1)
    suppress_address(address="bob@customers.example", reason=SuppressionReason.HARD_BOUNCE)
    send_reply(viewer=viewer, conversation_id=conversation.id, body_text="Hi", cc=["bob@customers.example"])

    run_tasks()

    (sent,) = resend.ledger
    assert "ada@customers.example" in sent.body["to"][0]
    assert "cc" not in sent.body
    states = dict(OutgoingDelivery.objects.values_list("recipient", "state"))
    assert states == {"ada@customers.example": "sent", "bob@customers.example": "suppressed"}
