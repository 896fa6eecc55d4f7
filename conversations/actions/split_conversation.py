"""Some messages become a conversation of their own."""

from collections.abc import Collection, Sequence
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.permissions import Permission
from conversations.access import get_conversation_for
from conversations.actions.summarise import recount
from conversations.errors import MergedAway
from conversations.events import ConversationOpened, MessagesSplit
from conversations.models import Conversation, Message
from conversations.queries.changes import checked_subject, fault_in
from conversations.queries.timeline import countable_messages
from hummdesk.events.publishing import action, publish
from teams.access import Viewer


@action
def split_conversation(
    *, viewer: Viewer, conversation_id: UUID | int | str, message_ids: Collection[UUID], subject: str = ""
) -> Conversation:
    """These messages are in a new open conversation, which is returned; at least one stays behind.

    The new one has the team, assignee, mailbox, channel, priority and category of the old one, and its subject unless
    another is given. Its contact is who wrote the first of the messages, the old one's where none is a customer's: a
    mail that joined by mistake goes back to its own sender. It began with its first message.

    Locks the conversation. Raises: NotFound, PermissionDenied, MergedAway, ValidationFailed.
    Publishes: MessagesSplit, ConversationOpened.
    """
    conversation = get_conversation_for(viewer, conversation_id, need=Permission.REPLY, lock=True)
    if conversation.merged_into_id is not None:
        raise MergedAway
    chosen = _chosen_messages(conversation, set(message_ids))
    new = _new_beside(conversation, chosen, checked_subject(subject) if subject else conversation.subject)
    ids = tuple(message.id for message in chosen)
    publish(
        MessagesSplit(actor=viewer.actor, conversation_id=conversation.id, new_conversation_id=new.id, message_ids=ids)
    )
    publish(
        ConversationOpened(actor=viewer.actor, conversation_id=new.id, contact_id=new.contact_id, channel=new.channel)
    )
    Message.objects.filter(id__in=ids).update(conversation=new)
    recount(conversation)
    recount(new)
    return new


def _chosen_messages(conversation: Conversation, ids: set[UUID]) -> list[Message]:
    chosen = list(conversation.messages.select_related("contact").filter(id__in=ids).order_by("created_at", "id"))
    if len(chosen) != len(ids) or all(message.deleted_at for message in chosen):
        raise fault_in("message_ids", _("Name messages of this conversation."))
    if not countable_messages(conversation).exclude(id__in=ids).exists():
        raise fault_in("message_ids", _("Leave at least one message behind."))
    return chosen


def _author_id(chosen: Sequence[Message]) -> UUID | None:
    """Return the customer who wrote the first of these that a customer wrote, after merges of people."""
    contact = next((message.contact for message in chosen if message.contact is not None), None)
    while contact is not None and contact.merged_into is not None:
        contact = contact.merged_into
    return contact.id if contact else None


def _new_beside(old: Conversation, chosen: Sequence[Message], subject: str) -> Conversation:
    new = Conversation.objects.create(
        subject=subject,
        contact_id=_author_id(chosen) or old.contact_id,
        channel=old.channel,
        mailbox_id=old.mailbox_id,
        team_id=old.team_id,
        assignee_id=old.assignee_id,
        priority=old.priority,
        category_id=old.category_id,
        language=old.language,
        folder=old.folder,
        created_at=chosen[0].created_at,
    )
    new.refresh_from_db(fields=["display_id"])
    return new
