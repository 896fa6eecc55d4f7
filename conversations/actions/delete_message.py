"""A note is gone, or a reply is taken back before it leaves."""

from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from accounts.permissions import Permission
from conversations.access import lock_message_for
from conversations.actions.edit_message import keep_version, require_changeable
from conversations.actions.summarise import recount
from conversations.enums import MessageKind
from conversations.events import MessageDeleted
from conversations.models import Attachment, Message, MessageDraft
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
    """The reply's author has it as a draft, with its files, which wait for a message again."""
    event = event_of_reply(message)
    _draft, is_new = MessageDraft.objects.get_or_create(
        conversation=message.conversation,
        agent=message.agent,
        defaults={
            "kind": message.kind,
            "body_html": message.body_html,
            "body_text": message.body_text,
            "to": message.to,
            "cc": message.cc,
            "bcc": message.bcc,
            "attachment_ids": list(uploads_of(message).values_list("id", flat=True)),
            "forwarded_message_id": message.forwarded_message_id,
            "seen_seq": event.seq if event else 0,
        },
    )
    if is_new:
        uploads_of(message).update(message=None, created_at=timezone.now())


def uploads_of(message: Message) -> QuerySet[Attachment]:
    """Return the files that somebody uploaded; those of a forwarded message come along again by themselves."""
    return message.attachments.exclude(uploaded_by=None)
