"""A message goes on to somebody else."""

import html
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.core.files.base import ContentFile
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from conversations.actions.message_body import draft_body
from conversations.actions.recipients import checked_recipients
from conversations.actions.store_message import (
    StatusWish,
    departure_at,
    require_sendable_files,
    store_message,
    tell_of_reply,
    writable_conversation,
)
from conversations.enums import FETCHED_CHANNELS, DeliveryState, MessageKind, Status
from conversations.errors import NoReplyChannel
from conversations.models import Attachment, Message
from conversations.queries.messages import Mentioned, message_to_forward
from hummdesk.errors import ValidationFailed
from hummdesk.events.publishing import action
from teams.access import Viewer


@action
def forward_message(  # noqa: PLR0913  # what a forward may carry
    *,
    viewer: Viewer,
    conversation_id: UUID | int | str,
    message_id: UUID | None = None,
    to: Sequence[str],
    cc: Sequence[str] = (),
    bcc: Sequence[str] = (),
    body_text: str = "",
    body_html: str = "",
    attachment_ids: Sequence[UUID] = (),
    draft_id: UUID | None = None,
    send_at: datetime | None = None,
    status: Status | None = None,
    snoozed_until: datetime | None = None,
) -> Message:
    """The message (the customer's newest without an id) goes to these addresses with its files, below the author's own
    words, which may be none. It is in the conversation as ours; the customer neither gets it nor is answered by it.

    Leaves as a reply does. Locks the conversation. Raises: NotFound, PermissionDenied, ValidationFailed,
    NoReplyChannel, MergedAway, SendTimeRefused, SnoozeInPast. Publishes: ReplyWritten, ReplySent when it leaves now,
    ConversationStatusChanged.
    """
    body = draft_body(text=body_text, html=body_html)
    departure = departure_at(send_at)
    conversation = writable_conversation(viewer, conversation_id)
    if conversation.mailbox_id is None or conversation.channel in FETCHED_CHANNELS:
        raise NoReplyChannel
    original = message_to_forward(conversation, message_id)
    message = Message(
        conversation=conversation,
        kind=MessageKind.REPLY,
        to=_named(to),
        cc=checked_recipients("cc", cc),
        bcc=checked_recipients("bcc", bcc),
        forwarded_message_id=original.id,
        quoted_html=_quoted(original),
        send_at=departure.at if departure.is_held else None,
        is_scheduled=departure.is_scheduled,
        delivery_state=DeliveryState.QUEUED,
    )
    store_message(viewer, message, body, attachment_ids, Mentioned((), ()))
    _copy_files(original, message)
    tell_of_reply(viewer, message, departure, draft_id=draft_id, wish=StatusWish(status, snoozed_until))
    return message


def _named(to: Sequence[str]) -> list[str]:
    named = checked_recipients("to", to)
    if not named:
        raise ValidationFailed(errors={"to": [_("Say whom to forward it to.")]})
    return named


def _quoted(original: Message) -> str:
    """Return the message below the header that mail programs put over what they forward."""
    lines = [
        _("Forwarded message"),
        _("From: %(author)s") % {"author": _author(original)},
        _("Date: %(moment)s") % {"moment": date_format(timezone.localtime(original.created_at), "D j M Y, H:i")},
        _("Subject: %(subject)s") % {"subject": original.conversation.subject},
    ]
    header = "<br>".join(html.escape(line, quote=False) for line in lines)
    return f"<p>{header}</p><blockquote>{original.body_html}</blockquote>"


def _author(original: Message) -> str:
    if original.contact is not None:
        return f"{original.contact.display_name} <{original.contact.email}>"
    return original.agent.name if original.agent else ""


def _copy_files(original: Message, message: Message) -> None:
    """The forward has files of its own, so that neither message loses them with the other."""
    files = list(original.attachments.all())
    for file in files:
        with file.file.open("rb") as content:
            Attachment.objects.create(
                message=message,
                file=ContentFile(content.read(), name="file"),
                name=file.name,
                content_type=file.content_type,
                size_bytes=file.size_bytes,
                content_id=file.content_id,
                is_inline=file.is_inline,
            )
    if files:
        require_sendable_files(message)
