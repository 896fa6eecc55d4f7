"""What an agent has begun to write is safe on the server."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import F
from django.utils.translation import gettext as _

from accounts.permissions import Permission
from conversations.access import get_conversation_for
from conversations.actions.message_body import draft_body
from conversations.actions.recipients import checked_recipients
from conversations.enums import MessageKind
from conversations.models import Conversation, MessageDraft
from hummdesk.errors import Conflict
from hummdesk.events.publishing import action
from teams.access import Viewer


@action
def save_draft(  # what a draft holds
    *,
    viewer: Viewer,
    conversation_id: UUID | int | str,
    kind: MessageKind = MessageKind.REPLY,
    body_text: str = "",
    body_html: str = "",
    to: Sequence[str] = (),
    cc: Sequence[str] = (),
    bcc: Sequence[str] = (),
    attachment_ids: Sequence[UUID] = (),
    forwarded_message_id: UUID | None = None,
    seen_seq: int = 0,
    version: int | None = None,
) -> MessageDraft:
    """The viewer's one draft in the conversation says this; nobody else sees it, and nothing is published.

    `version` is that of the draft which the viewer changes; without it whatever is there is replaced.
    Raises: NotFound, PermissionDenied, ValidationFailed, Conflict when the draft is another one by now, or gone.
    """
    body = draft_body(html=body_html, text=body_text)
    conversation = get_conversation_for(viewer, conversation_id, need=Permission.REPLY)
    fields: dict[str, object] = {
        "kind": kind,
        "body_html": body.html,
        "body_text": body.text,
        "to": checked_recipients("to", to),
        "cc": checked_recipients("cc", cc),
        "bcc": checked_recipients("bcc", bcc),
        "attachment_ids": list(attachment_ids),
        "forwarded_message_id": forwarded_message_id,
        "seen_seq": seen_seq,
    }
    draft = _locked(viewer, conversation)
    if version is not None and (draft is None or draft.version != version):
        raise Conflict(_("The draft was changed or sent elsewhere. Read it again."))
    if draft is not None:
        return _replaced(draft, fields)
    draft, is_new = MessageDraft.objects.get_or_create(conversation=conversation, agent=viewer.agent, defaults=fields)
    return draft if is_new else _replaced(draft, fields)


@action
def discard_draft(*, viewer: Viewer, conversation_id: UUID | int | str) -> None:
    """The viewer has no draft in the conversation. Raises: NotFound."""
    conversation = get_conversation_for(viewer, conversation_id)
    MessageDraft.objects.filter(conversation=conversation, agent=viewer.agent).delete()


def _locked(viewer: Viewer, conversation: Conversation) -> MessageDraft | None:
    return MessageDraft.objects.select_for_update().filter(conversation=conversation, agent=viewer.agent).first()


def _replaced(draft: MessageDraft, fields: dict[str, object]) -> MessageDraft:
    for name, value in fields.items():
        setattr(draft, name, value)
    draft.version = F("version") + 1
    draft.save()
    draft.refresh_from_db(fields=["version"])
    return draft
