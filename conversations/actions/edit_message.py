"""A message says something else; what it said is kept."""

from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import Permission
from conversations.access import lock_message_for
from conversations.actions.message_body import MessageBody, message_body
from conversations.actions.summarise import PREVIEW_LENGTH
from conversations.enums import MessageKind
from conversations.errors import LeftAlready, NotOursToChange
from conversations.events import MessageEdited
from conversations.language import detect_language
from conversations.models import Message, MessageVersion
from hummdesk.errors import Conflict, PermissionDenied
from hummdesk.events.publishing import action, publish
from hummdesk.markup import one_line
from teams.access import Viewer


@action
def edit_message(*, viewer: Viewer, message_id: UUID, body_text: str = "", body_html: str = "") -> Message:
    """The viewer's note, or reply that is still held, says this; nothing happens when it says so already.

    Locks the conversation, then the message.
    Raises: NotFound, PermissionDenied for another author's, EmptyMessage, ValidationFailed, LeftAlready,
    NotOursToChange, Conflict for a deleted one. Publishes: MessageEdited.
    """
    body = message_body(text=body_text, html=body_html)
    message = lock_message_for(viewer, message_id, need=Permission.REPLY)
    require_changeable(message)
    if message.agent_id != viewer.id:
        raise PermissionDenied(_("Only its author can edit a message."))
    if message.deleted_at is not None:
        raise Conflict(_("The message was deleted."))
    if (message.body_html, message.body_text) != (body.html, body.text):
        _rewrite(viewer, message, body)
    return message


def require_changeable(message: Message) -> None:
    """Raises: NotOursToChange, LeftAlready for what nobody may change, whatever their rights."""
    if message.kind not in (MessageKind.REPLY, MessageKind.NOTE):
        raise NotOursToChange
    if message.kind == MessageKind.REPLY and message.send_at is None and message.deleted_at is None:
        raise LeftAlready


def keep_version(viewer: Viewer, message: Message) -> MessageVersion:
    """What the message says is kept for the audit, as replaced by the viewer now; inside an action."""
    return MessageVersion.objects.create(
        message=message, body_html=message.body_html, body_text=message.body_text, replaced_by=viewer.agent
    )


def _rewrite(viewer: Viewer, message: Message, body: MessageBody) -> None:
    version = keep_version(viewer, message)
    message.body_html, message.body_text = body.html, body.text
    message.edited_at, message.language = timezone.now(), detect_language(body.text)
    message.save(update_fields=["body_html", "body_text", "edited_at", "language"])
    conversation = message.conversation
    if conversation.last_message_id == message.id:
        conversation.preview = one_line(message.body_text, PREVIEW_LENGTH)
        conversation.version += 1
        conversation.save(update_fields=["preview", "version", "updated_at"])
    publish(
        MessageEdited(
            actor=viewer.actor, conversation_id=conversation.id, message_id=message.id, version_id=version.id
        )
    )
