"""An agent writes: a reply to the customer, or a note for the team."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from conversations.actions.message_body import message_body
from conversations.actions.recipients import checked_recipients
from conversations.actions.release_reply import state_on_release
from conversations.actions.store_message import (
    StatusWish,
    departure_at,
    refuse_unseen,
    store_message,
    tell_of_reply,
    writable_conversation,
)
from conversations.enums import FETCHED_CHANNELS, DeliveryState, MessageKind, Status
from conversations.errors import NoReplyChannel
from conversations.events import NoteAdded
from conversations.models import Conversation, Message
from conversations.queries.messages import mentioned_by
from hummdesk.events.publishing import action, publish
from teams.access import Viewer


@action
def send_reply(  # noqa: PLR0913  # what a reply may carry
    *,
    viewer: Viewer,
    conversation_id: UUID | int | str,
    body_text: str = "",
    body_html: str = "",
    attachment_ids: Sequence[UUID] = (),
    to: Sequence[str] = (),
    cc: Sequence[str] = (),
    bcc: Sequence[str] = (),
    mentions: Sequence[UUID] = (),
    draft_id: UUID | None = None,
    seen_seq: int | None = None,
    force: bool = False,
    send_at: datetime | None = None,
    status: Status | None = None,
    snoozed_until: datetime | None = None,
) -> Message:
    """The reply is in the conversation, and leaves at `send_at`, else after the account's time for undo.

    `seen_seq` is the newest event that its author has seen: if others wrote since, nothing happens unless `force`.
    `to` gets it in place of the customer. With `status` that is set at once, and lasts until `snoozed_until`. The
    author's draft of a reply is gone.
    Locks the conversation. Raises: NotFound, PermissionDenied, EmptyMessage, ValidationFailed, NoReplyChannel,
    MergedAway, NewerMessages, SendTimeRefused, SnoozeInPast.
    Publishes: ReplyWritten, ReplySent when it leaves now, ConversationStatusChanged.
    """
    body = message_body(text=body_text, html=body_html)
    departure = departure_at(send_at)
    conversation = writable_conversation(viewer, conversation_id)
    if not has_way_out(conversation):
        raise NoReplyChannel
    refuse_unseen(conversation, viewer, None if force else seen_seq)
    message = Message(
        conversation=conversation,
        kind=MessageKind.REPLY,
        to=checked_recipients("to", to),
        cc=checked_recipients("cc", cc),
        bcc=checked_recipients("bcc", bcc),
        send_at=departure.at if departure.is_held else None,
        is_scheduled=departure.is_scheduled,
        delivery_state=DeliveryState.QUEUED if departure.is_held else state_on_release(conversation),
    )
    store_message(viewer, message, body, attachment_ids, mentioned_by(mentions))
    tell_of_reply(viewer, message, departure, draft_id=draft_id, wish=StatusWish(status, snoozed_until))
    return message


@action
def add_note(
    *,
    viewer: Viewer,
    conversation_id: UUID | int | str,
    body_text: str = "",
    body_html: str = "",
    attachment_ids: Sequence[UUID] = (),
    mentions: Sequence[UUID] = (),
) -> Message:
    """The note is in the conversation, for agents only; the author's draft of a note is gone.

    Locks the conversation. Raises: NotFound, PermissionDenied, EmptyMessage, ValidationFailed, MergedAway.
    Publishes: NoteAdded.
    """
    body = message_body(text=body_text, html=body_html)
    conversation = writable_conversation(viewer, conversation_id)
    message = Message(conversation=conversation, kind=MessageKind.NOTE)
    store_message(viewer, message, body, attachment_ids, mentioned_by(mentions))
    publish(NoteAdded(actor=viewer.actor, conversation_id=conversation.id, message_id=message.id))
    return message


def has_way_out(conversation: Conversation) -> bool:
    """Return whether a reply can reach the customer: it is fetched, or there are a mailbox and an address."""
    has_mail = conversation.mailbox_id is not None and bool(conversation.contact.email)
    return conversation.channel in FETCHED_CHANNELS or has_mail
