"""The composer: a new text, or one that was begun, or one that came back with something to mend."""

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.account_settings import number_setting
from accounts.permissions import Permission
from conversations.actions.write_message import has_way_out
from conversations.enums import FETCHED_CHANNELS, MessageKind
from conversations.message_forms import MessageForm, Writing
from conversations.models import Attachment, Conversation, MessageDraft
from conversations.queries.attachments import own_uploads
from conversations.queries.messages import BETWEEN_US, LastMail, draft_in, last_mail
from conversations.queries.thread import ThreadMessage, ThreadRead
from conversations.views.place import InboxPlace
from conversations.views.shapes.shape import Shape
from teams.access import Viewer

_LISTS = ("to", "cc", "bcc")
_COMMANDS = {kind: kind.value for kind in Writing}
_ICONS = {
    Writing.REPLY: "reply",
    Writing.REPLY_ALL: "reply-all",
    Writing.FORWARD: "forward",
    Writing.NOTE: "sticky-note",
}


def reply(
    conversation: Conversation,
    viewer: Viewer,
    place: InboxPlace,
    form: MessageForm | None,
    read: ThreadRead,
    *,
    seen_seq: int,
) -> Shape:
    """Return the composer of a conversation. A query each for a draft, its files, and a mail that was not read."""
    may_write = viewer.can(Permission.REPLY)
    if not may_write:
        return {"can_write": False}
    draft = draft_in(conversation, viewer) if read.state.has_draft else None
    last = _newest_mail(read.messages) or last_mail(conversation)
    others = other_participants(conversation, last)
    given = _given(form) if form is not None else _begun(draft, others)
    kinds = _kinds(conversation, others, can_forward=last is not None or _is_said(read.messages))
    kind = given["kind"] if given["kind"] in kinds else kinds[0]
    return {
        "can_write": True,
        **given,
        "kind": kind,
        "kinds": [_choice(one, kind) for one in kinds],
        "can_send": Writing.REPLY in kinds,
        "customer": conversation.contact.email,
        "others": ", ".join(others),
        "is_open": bool(given["cc"] or given["bcc"] or given["errors"]),
        "files": [file_shape(one) for one in own_uploads(viewer, given["attachment_ids"])],
        "seen_seq": given["seen_seq"] or seen_seq,
        "newest_seq": seen_seq,
        "draft_id": draft.id if draft else "",
        "draft_version": draft.version if draft else "",
        "status_before": conversation.status,
        "message_url": place.conversation_url(conversation.display_id, "conversation-message"),
        "draft_url": reverse("api-conversation-draft", args=[conversation.id]),
        **upload_settings(),
    }


def upload_settings() -> Shape:
    """Return what a form needs that takes files."""
    return {"upload_url": reverse("api-attachments"), "file_max_bytes": number_setting("attachment_max_bytes")}


def _newest_mail(messages: Sequence[ThreadMessage]) -> LastMail | None:
    """Return the newest of these messages between us and the customer whose sender is not in doubt."""
    for one in reversed(messages):
        if one.kind in BETWEEN_US and one.deleted_at is None and not one.to and not one.sender_doubt:
            return LastMail(one.contact_id, one.contact_email or "", one.cc)
    return None


def _is_said(messages: Sequence[ThreadMessage]) -> bool:
    return any(one.kind in BETWEEN_US and one.deleted_at is None for one in messages)


def other_participants(conversation: Conversation, last: LastMail | None) -> list[str]:
    """Return who was on the last mail besides the customer and us: its Cc, and its author if that was another one."""
    if last is None or conversation.channel in FETCHED_CHANNELS:
        return []
    customer = conversation.contact.email.lower()
    author = [last.email.lower()] if last.contact_id and last.contact_id != conversation.contact_id else []
    return [one for one in dict.fromkeys([*author, *last.cc]) if one and one != customer]


def _kinds(conversation: Conversation, others: Sequence[str], *, can_forward: bool) -> list[Writing]:
    leaves_as_mail = conversation.mailbox_id is not None and conversation.channel not in FETCHED_CHANNELS
    wanted = {
        Writing.REPLY: has_way_out(conversation),
        Writing.REPLY_ALL: bool(others) and has_way_out(conversation),
        Writing.FORWARD: can_forward and leaves_as_mail,
        Writing.NOTE: True,
    }
    return [kind for kind, is_wanted in wanted.items() if is_wanted]


def _choice(kind: Writing, chosen: Writing) -> Shape:
    return {
        "value": kind.value,
        "label": kind.label,
        "icon": _ICONS[kind],
        "command": _COMMANDS[kind],
        "is_chosen": kind == chosen,
    }


def _begun(draft: MessageDraft | None, others: Sequence[str]) -> Shape:
    """Return what a draft says, or nothing."""
    if draft is None:
        return _empty()
    return {
        **_empty(),
        "kind": _kind_of(draft, others),
        "text": draft.body_text,
        "html": draft.body_html,
        **{name: ", ".join(getattr(draft, name)) for name in _LISTS},
        "forwarded": draft.forwarded_message_id or "",
        "attachment_ids": draft.attachment_ids,
        "seen_seq": draft.seen_seq,
    }


def _kind_of(draft: MessageDraft, others: Sequence[str]) -> Writing:
    if draft.kind == MessageKind.NOTE:
        return Writing.NOTE
    if draft.forwarded_message_id is not None:
        return Writing.FORWARD
    return Writing.REPLY_ALL if others and draft.cc else Writing.REPLY


def _empty() -> Shape:
    return {
        "kind": Writing.REPLY,
        "text": "",
        "html": "",
        **dict.fromkeys(_LISTS, ""),
        "forwarded": "",
        "attachment_ids": [],
        "seen_seq": 0,
        "errors": [],
        "newer": [],
        "send_at": "",
    }


def _given(form: MessageForm) -> Shape:
    """Return what came back with something to mend, as it was written."""
    data: Any = form.data
    kind = data.get("kind", "")
    return {
        "kind": Writing(kind) if kind in Writing.values else Writing.REPLY,
        "text": data.get("body", ""),
        "html": data.get("body_html", ""),
        **{name: data.get(name, "") for name in _LISTS},
        "forwarded": data.get("forwarded", ""),
        "attachment_ids": form.cleaned_data.get("attachments", []),
        "seen_seq": form.cleaned_data.get("seen_seq") or 0,
        "errors": form_errors(form),
        "newer": getattr(form, "newer", []),
        "send_at": data.get("send_at", ""),
    }


def form_errors(form: Any) -> list[str]:
    """Return what is wrong, in sentences."""
    return [str(text) for texts in form.errors.values() for text in texts]


def newer(told: Sequence[dict[str, Any]]) -> list[Shape]:
    """Return what others have written since, as `NewerMessages` tells it."""
    notes = {MessageKind.NOTE: _("Note")}
    return [
        {
            "id": each["message_id"],
            "author": each["author"]["name"] or _("Unknown"),
            "tint": each["author"]["id"] or "",
            "label": notes.get(each["kind"], ""),
            "preview": each["preview"],
            "at": each["created_at"],
        }
        for each in told
    ]


def file_shape(file: Attachment) -> Shape:
    """Return a file that waits to be sent."""
    return {"id": file.id, "name": file.name, "size_bytes": file.size_bytes, "content_id": file.content_id}
