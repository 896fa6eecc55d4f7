"""A note is gone, or a reply is taken back before it leaves."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import Manager
from django.utils import timezone

from accounts.permissions import Permission
from conversations.access import lock_message_for
from conversations.actions.edit_message import keep_version, require_changeable
from conversations.actions.summarise import recount
from conversations.enums import MessageKind
from conversations.events import MessageDeleted
from conversations.models import FirstMessageDraft, Message, MessageDraft
from conversations.queries.messages import event_of_reply
from hummdesk.events.publishing import action, publish
from teams.access import Viewer


@action
def delete_message(*, viewer: Viewer, message_id: UUID) -> None:
    """The message keeps its place and says nothing; nothing happens when it is deleted already.

    A reply must still be held; what it said is its author's draft again, unless they have begun another one.
    Locks the conversation, then the message.
    Raises: NotFound, PermissionDenied for another author's without DELETE_MESSAGES, LeftAlready, NotOursToChange.
    Publishes: MessageDeleted.
    """
    delete_locked(viewer, lock_message_for(viewer, message_id, need=Permission.REPLY))


def delete_locked(viewer: Viewer, message: Message) -> None:
    """Do what `delete_message` says, inside an action that has locked the message."""
    require_changeable(message)
    if message.agent_id != viewer.id:
        viewer.require(Permission.DELETE_MESSAGES)
    if message.deleted_at is not None:
        return
    keep_version(viewer, message)
    if message.kind == MessageKind.REPLY:
        _give_back(message)
    message.body_html = message.body_text = message.quoted_html = message.delivery_state = ""
    message.deleted_at, message.send_at = timezone.now(), None
    message.save(update_fields=["body_html", "body_text", "quoted_html", "delivery_state", "deleted_at", "send_at"])
    recount(message.conversation)
    publish(
        MessageDeleted(
            actor=viewer.actor, conversation_id=message.conversation_id, message_id=message.id, kind=message.kind
        )
    )


def _give_back(message: Message) -> None:
    """What the reply says is its author's draft in the conversation again."""
    event = event_of_reply(message)
    more = {
        "kind": message.kind,
        "to": message.to,
        "forwarded_message_id": message.forwarded_message_id,
        "seen_seq": event.seq if event else 0,
    }
    keep_as_draft(message, MessageDraft.objects, more, conversation=message.conversation, agent=message.agent)


def keep_as_draft(
    message: Message, drafts: Manager[MessageDraft] | Manager[FirstMessageDraft], more: Mapping[str, Any], **place: Any
) -> None:
    """There is a draft in this place with the message's words, and its uploads, which wait for a message again.

    Nothing happens where there is one already. `more` are further fields of the draft. Files of a forwarded message
    are no uploads: they come along again by themselves. Two queries, one more where there are files.
    """
    uploads = message.attachments.exclude(uploaded_by=None)
    said = {
        "body_html": message.body_html,
        "body_text": message.body_text,
        "cc": message.cc,
        "bcc": message.bcc,
        "attachment_ids": list(uploads.values_list("id", flat=True)),
    }
    _draft, is_new = drafts.get_or_create(**place, defaults={**said, **more})
    if is_new:
        uploads.update(message=None, created_at=timezone.now())
