"""What an agent writes is stored with all that it carries, and told; what replies, notes and forwards share."""

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
from conversations.actions.message_body import MessageBody
from conversations.actions.release_reply import send_off
from conversations.actions.set_status import set_status
from conversations.actions.summarise import note_message
from conversations.enums import FETCHED_CHANNELS, MessageKind, Status
from conversations.errors import MergedAway, NewerMessages, SendTimeRefused
from conversations.events import ReplyWritten
from conversations.language import detect_language
from conversations.models import Conversation, Message, MessageDraft, MessageMention
from conversations.queries.changes import checked_waking
from conversations.queries.messages import Mentioned, NewerMessage, message_author, newer_messages
from hummdesk.errors import ValidationFailed
from hummdesk.events.publishing import publish
from hummdesk.markup import one_line
from teams.access import Viewer

SCHEDULED_AHEAD = timedelta(days=366)
NEWER_PREVIEW_CHARS = 200


@dataclass(frozen=True)
class Departure:
    """When a reply leaves, and whether its author chose that time."""

    at: datetime
    is_scheduled: bool
    is_held: bool


@dataclass(frozen=True)
class StatusWish:
    """What the conversation is to be once the message is written; None leaves it as it is."""

    status: Status | None = None
    snoozed_until: datetime | None = None


def departure_at(send_at: datetime | None) -> Departure:
    """Return when a reply leaves: as asked, else after the account's time for undo. Raises: SendTimeRefused."""
    now = timezone.now()
    if send_at is None:
        undo_send_s = number_setting("undo_send_s")
        return Departure(now + timedelta(seconds=undo_send_s), is_scheduled=False, is_held=undo_send_s > 0)
    if not now < send_at <= now + SCHEDULED_AHEAD:
        raise SendTimeRefused
    return Departure(send_at, is_scheduled=True, is_held=True)


def writable_conversation(viewer: Viewer, conversation_id: UUID | int | str) -> Conversation:
    """Return the conversation, locked, if the viewer may write in it.

    Raises: NotFound, PermissionDenied, MergedAway.
    """
    conversation = get_conversation_for(viewer, conversation_id, need=Permission.REPLY, lock=True)
    if conversation.merged_into_id is not None:
        raise MergedAway
    return conversation


def refuse_unseen(conversation: Conversation, viewer: Viewer, seen_seq: int | None) -> None:
    """Raises: NewerMessages when others have written since that event."""
    newer = newer_messages(conversation, viewer, seen_seq) if seen_seq is not None else ()
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


def store_message(
    viewer: Viewer, message: Message, body: MessageBody, attachment_ids: Sequence[UUID], mentioned: Mentioned
) -> None:
    """The message is stored with all that it carries, and its author's draft is gone; a scheduled one counts when it
    leaves. Inside an action. Raises: UnknownAttachments, ValidationFailed for more than a mail can carry.
    """
    conversation = message.conversation
    message.agent = viewer.agent
    message.body_html, message.body_text = body.html, body.text
    message.language = detect_language(body.text)
    message.save(force_insert=True)
    attach_uploads(viewer=viewer, message=message, attachment_ids=attachment_ids)
    if attachment_ids:
        require_sendable_files(message)
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


def require_sendable_files(message: Message) -> None:
    """Raises: ValidationFailed for more files than a mail can carry. One query."""
    leaves_as_mail = message.kind == MessageKind.REPLY and message.conversation.channel not in FETCHED_CHANNELS
    if not leaves_as_mail:
        return
    size_bytes = message.attachments.aggregate(total=Sum("size_bytes"))["total"] or 0
    if size_bytes > settings.MAIL_MAX_BYTES:
        text = _("A mail can carry at most %(count)d bytes of files. Send large files as a link instead.")
        raise ValidationFailed(errors={"attachments": [text % {"count": settings.MAIL_MAX_BYTES}]})


def tell_of_reply(
    viewer: Viewer, message: Message, departure: Departure, *, draft_id: UUID | None, wish: StatusWish
) -> None:
    """Who subscribed hears of the stored reply, which leaves now or is held, and the status is as wished; inside an
    action. Raises: ValidationFailed, TransitionRefused. Publishes: ReplyWritten, ReplySent, ConversationStatusChanged.
    """
    publish(
        ReplyWritten(
            actor=viewer.actor,
            conversation_id=message.conversation_id,
            message_id=message.id,
            send_at=departure.at.isoformat(),
            draft_id=draft_id,
        )
    )
    if not departure.is_held:
        send_off(message, draft_id=draft_id)
    wakes_at = checked_waking(wish.snoozed_until)
    if wish.status is not None:
        set_status(message.conversation, wish.status, actor=viewer.actor, snoozed_until=wakes_at)
