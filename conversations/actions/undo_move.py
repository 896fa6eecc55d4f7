"""The way back from a merge or a split, as long as the log's word can be trusted to fit."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import Permission
from conversations.access import get_conversation_for, lock_conversations
from conversations.actions.merge_conversations import reopen_questions
from conversations.actions.set_status import STATUS_FIELDS, move_status
from conversations.actions.summarise import recount
from conversations.enums import Status
from conversations.errors import NotUndoable
from conversations.events import ConversationReleased, ConversationUnmerged, SplitUndone
from conversations.models import Conversation, Message
from conversations.queries.timeline import is_undone, newest_event, timeline_of
from hummdesk.errors import NotFound
from hummdesk.events.models import LoggedEvent
from hummdesk.events.publishing import action, publish
from teams.access import Viewer

UNDOABLE_FOR = timedelta(days=30)


@action
def undo_move(*, viewer: Viewer, conversation_id: UUID | int | str, seq: int) -> None:
    """The merge or split that is the event `seq` of this conversation is taken back.

    Messages go back that are still where the event put them; what was added since stays where it is.

    Locks both conversations in the order of their ids.
    Raises: NotFound, PermissionDenied, NotUndoable for another event, one older than 30 days or undone already,
    and one that a later merge stands in the way of.
    Publishes: ConversationUnmerged and ConversationReleased, or SplitUndone; ConversationStatusChanged.
    """
    conversation = get_conversation_for(viewer, conversation_id, need=Permission.REPLY)
    event = timeline_of(conversation).filter(seq=seq).first()
    if event is None:
        raise NotFound
    if event.type == "ConversationAbsorbed":
        event = newest_event(UUID(event.data["source_id"]), "ConversationMerged", before_seq=seq)
    if event is None or event.type not in ("ConversationMerged", "MessagesSplit"):
        raise NotUndoable(_("Only merges and splits can be undone."))
    if event.at < timezone.now() - UNDOABLE_FOR:
        raise NotUndoable(_("This is more than 30 days ago, and can't be undone any more."))
    if event.type == "ConversationMerged":
        _undo_merge(viewer, event)
    else:
        _undo_split(viewer, event)


def _undo_merge(viewer: Viewer, event: LoggedEvent) -> None:
    source, target = _lock_both(viewer, event, "into_id")
    if source.merged_into_id != target.id or is_undone(
        source.id, "ConversationUnmerged", field="merge_seq", seq=event.seq
    ):
        raise NotUndoable(_("This merge is undone already."))
    if target.merged_into_id is not None:
        raise NotUndoable(_("The other conversation was merged itself since. Undo that first."))
    _move(event.data["message_ids"], target, source)
    reopen_questions(source)
    source.merged_into = None
    status, wakes_at = _status_before(event)
    reopened = move_status(source, status, actor=viewer.actor, snoozed_until=wakes_at, cause="unmerged")
    source.save(update_fields=[*STATUS_FIELDS, "merged_into"])
    publish(
        ConversationUnmerged(actor=viewer.actor, conversation_id=source.id, from_id=target.id, merge_seq=event.seq)
    )
    publish(ConversationReleased(actor=viewer.actor, conversation_id=target.id, source_id=source.id))
    if reopened:
        publish(reopened)
    recount(source)
    recount(target)


def _undo_split(viewer: Viewer, event: LoggedEvent) -> None:
    old, new = _lock_both(viewer, event, "new_conversation_id")
    if is_undone(old.id, "SplitUndone", field="split_seq", seq=event.seq):
        raise NotUndoable(_("This split is undone already."))
    if old.merged_into_id is not None or new.merged_into_id is not None:
        raise NotUndoable(_("One of the two conversations was merged since. Undo that first."))
    _move(event.data["message_ids"], new, old)
    publish(SplitUndone(actor=viewer.actor, conversation_id=old.id, from_id=new.id, split_seq=event.seq))
    if not new.messages.exists():
        _put_away(viewer, new, old)
    recount(old)
    recount(new)


def _put_away(viewer: Viewer, empty: Conversation, target: Conversation) -> None:
    """A conversation with nothing left in it is a redirect, as after a merge."""
    closed = move_status(empty, Status.CLOSED, actor=viewer.actor, cause="merged")
    empty.merged_into = target
    empty.save(update_fields=[*STATUS_FIELDS, "merged_into"])
    if closed:
        publish(closed)


def _lock_both(viewer: Viewer, event: LoggedEvent, other: str) -> Sequence[Conversation]:
    """Return the event's conversation and the other one that it names, both of which the viewer may see."""
    ids = (str(event.object_id), event.data[other])
    return lock_conversations(*(get_conversation_for(viewer, one).id for one in ids))


def _move(message_ids: Sequence[str], source: Conversation, target: Conversation) -> None:
    Message.objects.filter(id__in=message_ids, conversation=source).update(conversation=target)


def _status_before(event: LoggedEvent) -> tuple[Status, datetime | None]:
    """Return what a merge found; a snooze that has ended since is open."""
    text = event.data["snoozed_until_before"]
    wakes_at = datetime.fromisoformat(text) if text else None
    if wakes_at is not None and wakes_at <= timezone.now():
        return Status.OPEN, None
    return Status(event.data["status_before"]), wakes_at
