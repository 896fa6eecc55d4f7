"""Two conversations become one."""

from uuid import UUID

from django.utils.translation import gettext as _

from accounts.permissions import Permission
from conversations.access import get_conversation_for, lock_conversations
from conversations.actions.set_status import STATUS_FIELDS, move_status, set_status
from conversations.actions.summarise import recount
from conversations.enums import SenderDoubt, Status
from conversations.errors import MergedAway
from conversations.events import ConversationAbsorbed, ConversationMerged
from conversations.models import Conversation
from conversations.queries.changes import fault_in
from hummdesk.errors import Conflict, NotFound
from hummdesk.events.publishing import action, publish
from teams.access import Viewer


@action
def merge_conversations(*, viewer: Viewer, conversation_id: UUID | int | str, into: UUID | int | str) -> Conversation:
    """The messages of the first are in the other, which is returned; the first is closed and a redirect to it.

    The other keeps its contact, who gets the replies, and everything else of its own. It is open again if it was
    finished while the first was not, since somebody may be waiting.

    Locks both in the order of their ids. Raises: NotFound, PermissionDenied, MergedAway, Conflict when the other one
    was merged itself or would get a reply that waits for another customer, ValidationFailed for an unknown other one.
    Publishes: ConversationMerged, ConversationAbsorbed, ConversationStatusChanged for each whose status differs.
    """
    asked = get_conversation_for(viewer, conversation_id, need=Permission.REPLY)
    source, target = lock_conversations(asked.id, _target_id(viewer, into, asked))
    if source.merged_into_id is not None:
        raise MergedAway
    if target.merged_into_id is not None:
        raise Conflict(_("The other conversation was merged itself. Merge into the one that it went to."))
    if source.contact_id != target.contact_id and source.messages.filter(send_at__isnull=False).exists():
        raise Conflict(_("A reply to another customer waits to leave. Take it back, or merge when it has left."))
    _publish_merge(viewer, source, target)
    close_questions(source)
    source.messages.update(conversation=target)
    was_unfinished = not source.is_finished
    closed = move_status(source, Status.CLOSED, actor=viewer.actor, cause="merged")
    source.merged_into = target
    source.save(update_fields=[*STATUS_FIELDS, "merged_into"])
    if closed:
        publish(closed)
    if target.is_finished and was_unfinished:
        set_status(target, Status.OPEN, actor=viewer.actor)
    recount(source)
    recount(target)
    return target


def close_questions(source: Conversation) -> None:
    """Those who wrote in it and named a conversation in which they take no part are unverified from now on."""
    asking = source.messages.filter(names_conversation__isnull=False)
    authors = list(asking.values_list("contact_id", flat=True))
    if authors:
        source.messages.filter(contact__in=authors, sender_doubt="").update(sender_doubt=SenderDoubt.UNVERIFIED)
        asking.update(asks_to_join=False)


def reopen_questions(source: Conversation) -> None:
    """The same taken back, when the messages are in a conversation of their own again."""
    asking = source.messages.filter(names_conversation__isnull=False)
    authors = list(asking.values_list("contact_id", flat=True))
    if authors:
        unverified = source.messages.filter(contact__in=authors, sender_doubt=SenderDoubt.UNVERIFIED)
        unverified.update(sender_doubt="")
        asking.update(asks_to_join=True)


def _target_id(viewer: Viewer, into: UUID | int | str, source: Conversation) -> UUID:
    try:
        target = get_conversation_for(viewer, into)
    except NotFound:
        raise fault_in("into", _("There is no such conversation.")) from None
    if target.id == source.id:
        raise fault_in("into", _("A conversation can't be merged into itself."))
    return target.id


def _publish_merge(viewer: Viewer, source: Conversation, target: Conversation) -> None:
    ids = source.messages.order_by("created_at", "id").values_list("id", flat=True)
    publish(
        ConversationMerged(
            actor=viewer.actor,
            conversation_id=source.id,
            into_id=target.id,
            message_ids=tuple(ids),
            status_before=source.status,
            snoozed_until_before=source.snoozed_until.isoformat() if source.snoozed_until else None,
        )
    )
    publish(ConversationAbsorbed(actor=viewer.actor, conversation_id=target.id, source_id=source.id))
