from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from conversations.actions.write_message import send_reply
from conversations.enums import DeliveryState
from conversations.models import Conversation, Message
from email_channel.actions.apply_delivery_event import apply_delivery_event
from email_channel.enums import BounceKind, SendState, SuppressionReason
from email_channel.models import Mailbox, OutgoingDelivery, SuppressedAddress
from teams.access import Viewer
from tests.factories import make_contact, make_conversation

ADA, BOB = "ada@customers.example", "bob@partners.example"
START = datetime(2026, 11, 23, tzinfo=UTC)
HARD: dict[str, Any] = {"bounce": {"type": "Permanent", "message": "550 5.1.1 no such user"}}


@pytest.fixture
def conversation(mailbox: Mailbox) -> Conversation:
    return make_conversation(contact=make_contact(ADA, name="Ada"), mailbox_id=mailbox.id, messages=1)


@pytest.fixture
def message(conversation: Conversation, viewer: Viewer) -> Message:
    """A reply that the provider has taken as re_1."""
    message = send_reply(viewer=viewer, conversation_id=conversation.id, body_text="Hi")
    OutgoingDelivery.objects.update(state=SendState.SENT, provider_id="re_1")
    return message


def tell(type: str, minute: int = 0, email_id: str = "re_1", **data: Any) -> bool:
    at = (START + timedelta(minutes=minute)).isoformat().replace("+00:00", "Z")
    payload = {"type": type, "created_at": at, "data": {"email_id": email_id, "to": [ADA], **data}}
    return apply_delivery_event(type=type, payload=payload)


def states() -> dict[str, str]:
    return dict(OutgoingDelivery.objects.values_list("recipient", "state"))


def test_delivered_is_shown(message: Message, published: Callable[[], list[str]]) -> None:
    assert tell("email.delivered")

    message.refresh_from_db()
    assert message.delivery_state == DeliveryState.DELIVERED
    assert published()[-1] == "DeliveryChanged"


def test_hard_bounce_is_shown_with_its_words_and_suppresses_the_address(message: Message) -> None:
    tell("email.bounced", **HARD)

    delivery, entry = OutgoingDelivery.objects.get(), SuppressedAddress.objects.get()
    message.refresh_from_db()
    assert (message.delivery_state, message.delivery_error) == (DeliveryState.BOUNCED, "550 5.1.1 no such user")
    assert (delivery.bounce_kind, delivery.status_code) == (BounceKind.HARD, "5.1.1")
    assert (entry.address, entry.reason) == (ADA, SuppressionReason.HARD_BOUNCE)


def test_soft_bounce_suppresses_nobody(message: Message) -> None:
    tell("email.bounced", bounce={"type": "Transient", "message": "Mailbox full"})

    assert OutgoingDelivery.objects.get().bounce_kind == BounceKind.SOFT
    assert not SuppressedAddress.objects.exists()


def test_complaint_suppresses_the_address(message: Message, published: Callable[[], list[str]]) -> None:
    tell("email.complained")

    assert SuppressedAddress.objects.get().reason == SuppressionReason.COMPLAINT
    assert "AddressSuppressed" in published()


def test_late_and_doubled_events_change_nothing(message: Message, published: Callable[[], list[str]]) -> None:
    tell("email.delivered", 5)
    before = published()

    tell("email.delivered", 5)
    tell("email.delivery_delayed", 3)
    tell("email.sent", 1)

    assert states() == {ADA: SendState.DELIVERED}
    assert published() == before


def test_event_of_a_mail_that_is_not_here_or_of_another_kind_is_nobodys(message: Message) -> None:
    assert not tell("email.delivered", email_id="re_2")
    assert not tell("email.delivered", email_id="")
    assert not tell("email.received")
    assert states() == {ADA: SendState.SENT}


@pytest.mark.parametrize("state", [SendState.QUEUED, SendState.SENDING, SendState.UNKNOWN])
def test_the_tag_finds_a_mail_whose_id_was_never_noted(
    conversation: Conversation, viewer: Viewer, state: SendState
) -> None:
    send_reply(viewer=viewer, conversation_id=conversation.id, body_text="Hi", cc=[BOB])
    key = OutgoingDelivery.objects.order_by("id").first()
    assert key is not None
    moment = timezone.now()
    OutgoingDelivery.objects.update(
        state=state, attempt_count=1, due_at=moment, claimed_at=moment if state == SendState.SENDING else None
    )

    assert tell("email.sent", tags={"account": "acme", "delivery": str(key.id)})

    assert states() == {ADA: SendState.SENT, BOB: SendState.SENT}
    assert set(OutgoingDelivery.objects.values_list("provider_id", "claimed_at")) == {("re_1", None)}


@pytest.fixture
def copied(conversation: Conversation, viewer: Viewer) -> Message:
    """A reply to Ada with Bob in copy, which the provider has taken in one call."""
    message = send_reply(viewer=viewer, conversation_id=conversation.id, body_text="Hi", cc=[BOB])
    OutgoingDelivery.objects.update(state=SendState.SENT, provider_id="re_1")
    return message


def test_of_several_the_one_whom_the_words_name_has_bounced(copied: Message) -> None:
    tell("email.bounced", bounce={"type": "Permanent", "message": f"550 5.1.1 <{BOB}>: unknown"})

    assert states() == {ADA: SendState.SENT, BOB: SendState.BOUNCED}
    assert SuppressedAddress.objects.get().address == BOB


def test_of_several_the_one_who_is_told_has_bounced(copied: Message) -> None:
    tell("email.bounced", to=[BOB], **HARD)

    assert states() == {ADA: SendState.SENT, BOB: SendState.BOUNCED}


def test_where_nobody_says_who_bounced_a_person_is_asked_and_nobody_suppressed(copied: Message) -> None:
    tell("email.delivered", 1, to=[BOB])

    tell("email.bounced", 2, **HARD)

    copied.refresh_from_db()
    assert states() == {ADA: SendState.UNKNOWN, BOB: SendState.DELIVERED}
    assert "550 5.1.1" in copied.delivery_error
    assert not SuppressedAddress.objects.exists()


def test_what_is_told_of_all_holds_for_all(copied: Message) -> None:
    tell("email.failed", failed={"reason": "reached_daily_quota"})

    assert states() == {ADA: SendState.FAILED, BOB: SendState.FAILED}
