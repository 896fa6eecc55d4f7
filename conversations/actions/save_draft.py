"""What an agent has begun to write is safe on the server."""

from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

from django.db.models import F
from django.utils.translation import gettext as _

from accounts.permissions import Permission
from conversations.access import get_conversation_for
from conversations.actions.message_body import draft_body
from conversations.actions.recipients import checked_recipients
from conversations.enums import MessageKind
from conversations.models import Conversation, FirstMessageDraft, MessageDraft
from conversations.models.draft import Draft
from conversations.queries.changes import SUBJECT_MAX_LENGTH
from hummdesk.clean_text import clean_line
from hummdesk.errors import Conflict
from hummdesk.events.publishing import action
from teams.access import Viewer
from teams.models import Team

AnyDraft = TypeVar("AnyDraft", bound=Draft)


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
    fields = _written(body_html, body_text, attachment_ids, to=to, cc=cc, bcc=bcc)
    fields |= {"kind": kind, "forwarded_message_id": forwarded_message_id, "seen_seq": seen_seq}
    conversation = get_conversation_for(viewer, conversation_id, need=Permission.REPLY)
    draft = _locked(viewer, conversation)
    _require_version(draft, version)
    if draft is not None:
        return _replaced(draft, fields)
    draft, is_new = MessageDraft.objects.get_or_create(conversation=conversation, agent=viewer.agent, defaults=fields)
    return draft if is_new else _replaced(draft, fields)


@action
def discard_draft(*, viewer: Viewer, conversation_id: UUID | int | str) -> None:
    """The viewer has no draft in the conversation. Raises: NotFound."""
    conversation = get_conversation_for(viewer, conversation_id)
    MessageDraft.objects.filter(conversation=conversation, agent=viewer.agent).delete()


@action
def save_first_draft(  # what a draft holds
    *,
    viewer: Viewer,
    subject: str = "",
    mailbox_id: UUID | None = None,
    team_id: UUID | None = None,
    body_text: str = "",
    body_html: str = "",
    to: Sequence[str] = (),
    cc: Sequence[str] = (),
    bcc: Sequence[str] = (),
    attachment_ids: Sequence[UUID] = (),
    version: int | None = None,
) -> FirstMessageDraft:
    """The viewer's one draft of a new conversation says this; nobody else sees it, and nothing is published.

    A team that is gone is left out. `version`: see `save_draft`.
    Raises: PermissionDenied, ValidationFailed, Conflict when the draft is another one by now, or gone.
    """
    viewer.require(Permission.REPLY)
    fields = _written(body_html, body_text, attachment_ids, to=to, cc=cc, bcc=bcc)
    fields |= {
        "subject": clean_line(subject, SUBJECT_MAX_LENGTH).strip(),
        "mailbox_id": mailbox_id,
        "team": Team.objects.filter(id=team_id).first() if team_id else None,
    }
    draft = FirstMessageDraft.objects.select_for_update().filter(agent=viewer.agent).first()
    _require_version(draft, version)
    if draft is not None:
        return _replaced(draft, fields)
    draft, is_new = FirstMessageDraft.objects.get_or_create(agent=viewer.agent, defaults=fields)
    return draft if is_new else _replaced(draft, fields)


@action
def discard_first_draft(*, viewer: Viewer) -> None:
    """The viewer has no draft of a new conversation."""
    FirstMessageDraft.objects.filter(agent=viewer.agent).delete()


def _written(html: str, text: str, attachment_ids: Sequence[UUID], **recipients: Sequence[str]) -> dict[str, object]:
    """Raises: ValidationFailed for words that are too long and for what is no address."""
    body = draft_body(html=html, text=text)
    checked = {field: checked_recipients(field, addresses) for field, addresses in recipients.items()}
    return {"body_html": body.html, "body_text": body.text, "attachment_ids": list(attachment_ids), **checked}


def _require_version(draft: Draft | None, version: int | None) -> None:
    if version is not None and (draft is None or draft.version != version):
        raise Conflict(_("The draft was changed or sent elsewhere. Read it again."))


def _locked(viewer: Viewer, conversation: Conversation) -> MessageDraft | None:
    return MessageDraft.objects.select_for_update().filter(conversation=conversation, agent=viewer.agent).first()


def _replaced(draft: AnyDraft, fields: dict[str, object]) -> AnyDraft:
    for name, value in fields.items():
        setattr(draft, name, value)
    draft.version = F("version") + 1
    draft.save()
    draft.refresh_from_db(fields=["version"])
    return draft
