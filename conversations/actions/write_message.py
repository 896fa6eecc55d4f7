"""An agent writes: a reply to the customer, or a note for the team."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.account_settings import number_setting
from accounts.permissions import Permission
from conversations.access import get_conversation_for
from conversations.actions.attach_files import attach_uploads
from conversations.actions.mark_read import set_read_until
from conversations.actions.message_body import MessageBody, message_body
from conversations.actions.recipients import checked_recipients
from conversations.actions.release_reply import send_off, state_on_release
from conversations.actions.set_status import set_status
from conversations.actions.summarise import note_message
from conversations.enums import FETCHED_CHANNELS, DeliveryState, MessageKind, Status
from conversations.errors import MergedAway, NewerMessages, NoReplyChannel, SendTimeRefused
from conversations.events import NoteAdded, ReplyWritten
from conversations.language import detect_language
from conversations.models import Conversation, Message, MessageDraft, MessageMention
from conversations.queries.messages import Mentioned, NewerMessage, mentioned_by, message_author, newer_messages
from hummdesk.errors import ValidationFailed
from hummdesk.events.publishing import action, publish
from hummdesk.markup import one_line
from teams.access import Viewer

SCHEDULED_AHEAD = timedelta(days=366)
NEWER_PREVIEW_CHARS = 200


@dataclass(frozen=True)
class _Departure:
    """When a reply leaves, and whether its author chose that time."""

    at: datetime
    is_scheduled: bool
    is_held: bool


@action
def send_reply(  # noqa: PLR0913  # what a reply may carry
    *,
    viewer: Viewer,
    conversation_id: UUID | int | str,
    body_text: str = "",
    body_html: str = "",
    attachment_ids: Sequence[UUID] = (),
    cc: Sequence[str] = (),
    bcc: Sequence[str] = (),
    mentions: Sequence[UUID] = (),
    draft_id: UUID | None = None,
    seen_seq: int | None = None,
    force: bool = False,
    send_at: datetime | None = None,
    status: Status | None = None,
) -> Message:
    """The reply is in the conversation, and leaves at `send_at`, else after the account's time for undo.

    `seen_seq` is the newest event that its author has seen: if others wrote since, nothing happens unless `force`.
    With `status` that is set at once. The author's draft of a reply is gone. Locks the conversation.
    Raises: NotFound, PermissionDenied, EmptyMessage, ValidationFailed, NoReplyChannel, MergedAway, NewerMessages,
    SendTimeRefused. Publishes: ReplyWritten, ReplySent when it leaves now, ConversationStatusChanged.
    """
    body = message_body(text=body_text, html=body_html)
    departure = _departure(send_at)
    conversation = _writable(viewer, conversation_id)
    if not _has_way_out(conversation):
        raise NoReplyChannel
    if seen_seq is not None and not force:
        _refuse_unseen(newer_messages(conversation, viewer, seen_seq))
    message = Message(
        conversation=conversation,
        kind=MessageKind.REPLY,
        cc=checked_recipients("cc", cc),
        bcc=checked_recipients("bcc", bcc),
        send_at=departure.at if departure.is_held else None,
        is_scheduled=departure.is_scheduled,
        delivery_state=DeliveryState.QUEUED if departure.is_held else state_on_release(conversation),
    )
    _write(viewer, message, body, attachment_ids, mentioned_by(mentions))
    publish(
        ReplyWritten(
            actor=viewer.actor,
            conversation_id=conversation.id,
            message_id=message.id,
            send_at=departure.at.isoformat(),
            draft_id=draft_id,
        )
    )
    if not departure.is_held:
        send_off(message, draft_id=draft_id)
    if status is not None:
        set_status(conversation, status, actor=viewer.actor)
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
    conversation = _writable(viewer, conversation_id)
    message = Message(conversation=conversation, kind=MessageKind.NOTE)
    _write(viewer, message, body, attachment_ids, mentioned_by(mentions))
    publish(NoteAdded(actor=viewer.actor, conversation_id=conversation.id, message_id=message.id))
    return message


def _departure(send_at: datetime | None) -> _Departure:
    now = timezone.now()
    if send_at is None:
        undo_send_s = number_setting("undo_send_s")
        return _Departure(now + timedelta(seconds=undo_send_s), is_scheduled=False, is_held=undo_send_s > 0)
    if not now < send_at <= now + SCHEDULED_AHEAD:
        raise SendTimeRefused
    return _Departure(send_at, is_scheduled=True, is_held=True)


def _writable(viewer: Viewer, conversation_id: UUID | int | str) -> Conversation:
    conversation = get_conversation_for(viewer, conversation_id, need=Permission.REPLY, lock=True)
    if conversation.merged_into_id is not None:
        raise MergedAway
    return conversation


def _has_way_out(conversation: Conversation) -> bool:
    has_mail = conversation.mailbox_id is not None and bool(conversation.contact.email)
    return conversation.channel in FETCHED_CHANNELS or has_mail


def _refuse_unseen(newer: Sequence[NewerMessage]) -> None:
    if newer:
        raise NewerMessages([_told(each) for each in newer])


def _told(newer: NewerMessage) -> dict[str, object]:
    message = newer.message
    return {
        "seq": newer.seq,
        "type": "message.created",
        "message_id": message.id,
        "kind": message.kind,
        "author": message_author(message),
        "preview": one_line(message.body_text, NEWER_PREVIEW_CHARS),
        "created_at": message.created_at,
    }


def _write(
    viewer: Viewer, message: Message, body: MessageBody, attachment_ids: Sequence[UUID], mentioned: Mentioned
) -> None:
    """The message is stored with all that it carries; a scheduled one counts when it leaves."""
    conversation = message.conversation
    message.agent = viewer.agent
    message.body_html, message.body_text = body.html, body.text
    message.language = detect_language(body.text)
    message.save(force_insert=True)
    _attach(viewer, message, attachment_ids)
    _mention(message, mentioned)
    MessageDraft.objects.filter(conversation=conversation, agent=viewer.agent, kind=message.kind).delete()
    if not message.is_scheduled:
        note_message(conversation, message)
        set_read_until(conversation, viewer.agent, message.created_at)


def _mention(message: Message, mentioned: Mentioned) -> None:
    rows = [MessageMention(message=message, agent=agent) for agent in mentioned.agents]
    rows += [MessageMention(message=message, team=team) for team in mentioned.teams]
    if rows:
        MessageMention.objects.bulk_create(rows)


def _attach(viewer: Viewer, message: Message, attachment_ids: Sequence[UUID]) -> None:
    """The uploads belong to the message. Raises: ValidationFailed for more than a mail can carry."""
    if not attachment_ids:
        return
    attach_uploads(viewer=viewer, message=message, attachment_ids=attachment_ids)
    size_bytes = message.attachments.aggregate(total=Sum("size_bytes"))["total"] or 0
    leaves_as_mail = message.kind == MessageKind.REPLY and message.conversation.channel not in FETCHED_CHANNELS
    if leaves_as_mail and size_bytes > settings.MAIL_MAX_BYTES:
        text = _("A mail can carry at most %(count)d bytes of files. Send large files as a link instead.")
        raise ValidationFailed(errors={"attachments": [text % {"count": settings.MAIL_MAX_BYTES}]})
