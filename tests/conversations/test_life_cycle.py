"""Whatever is done to conversations, in whatever order: rows and lists say what a small model says."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from accounts.models import Account, User
from conversations.actions.change_conversation import change_conversation
from conversations.actions.merge_conversations import merge_conversations
from conversations.actions.receive_message import IncomingText, receive_message
from conversations.actions.split_conversation import split_conversation
from conversations.actions.undo_move import undo_move
from conversations.actions.write_message import add_note, send_reply
from conversations.enums import FINISHED, Folder, Status
from conversations.models import Conversation
from conversations.queries.conversations import filtered_conversations
from conversations.tasks import wake_due_conversations
from conversations.transitions import can_become
from hummdesk.errors import DomainError
from hummdesk.events.models import LoggedEvent
from teams.access import Viewer
from tests.conversations.conftest import ViewerOf
from tests.factories import make_contact, make_conversation, make_mailbox

MOST_CONVERSATIONS = 5
number = st.integers(0, MOST_CONVERSATIONS - 1)


@dataclass
class Modelled:
    """What a conversation should be; `sleeps_until_a_time` is of a snoozed one."""

    id: UUID
    status: Status = Status.OPEN
    sleeps_until_a_time: bool = False
    folder: Folder = Folder.INBOX
    merged_into: "Modelled | None" = None
    messages: set[UUID] = field(default_factory=set)
    version: int = 0

    @property
    def end(self) -> "Modelled":
        """Where its messages are now."""
        return self.merged_into.end if self.merged_into else self

    def become(self, status: Status, *, timed: bool = False) -> None:
        self.status, self.sleeps_until_a_time = status, timed and status == Status.SNOOZED


@dataclass
class Move:
    """A merge or a split, which can be undone once."""

    seq: int
    source: Modelled
    target: Modelled
    message_ids: set[UUID]
    is_merge: bool
    status_before: Status = Status.OPEN
    was_timed: bool = False
    is_undone: bool = False


class LifeCycle(RuleBasedStateMachine):
    """Agents, a customer and the clock, on up to five conversations of one customer."""

    def __init__(self, account: Account, viewer: Viewer) -> None:
        super().__init__()
        self.account, self.viewer = account, viewer
        self.all: list[Modelled] = []
        self.moves: list[Move] = []

    @initialize()
    def begin(self) -> None:
        Conversation.objects.update(folder=Folder.SPAM, status=Status.OPEN, snoozed_until=None, resolved_at=None)
        contact, mailbox = make_contact(), make_mailbox(self.account)
        for _number in range(3):
            conversation = make_conversation(contact=contact, mailbox_id=mailbox.id, messages=1)
            self._add(conversation)

    def _add(self, conversation: Conversation) -> Modelled:
        ids = set(conversation.messages.values_list("id", flat=True))
        self.all.append(Modelled(conversation.id, messages=ids))
        return self.all[-1]

    def _pick(self, index: int) -> Modelled:
        return self.all[index % len(self.all)]

    def _try(self, may: bool, call: Callable[[], Any]) -> Any:
        """Return what the call returns, which must be refused if it may not happen."""
        try:
            result = call()
        except DomainError:
            assert not may, "This should have been done."
            return None
        assert may, "This should have been refused."
        return result

    @rule(index=number)
    def customer_writes(self, index: int) -> None:
        model = self._pick(index)
        row = Conversation.objects.get(id=model.id)
        text = IncomingText(body_html="<p>Text</p>", body_text="Text")
        message = receive_message(conversation=row, contact=row.contact, text=text)
        model.end.messages.add(message.id)
        model.end.become(Status.OPEN)
        if model.end.folder == Folder.TRASH:
            model.end.folder = Folder.INBOX
        assert Conversation.objects.get(id=model.end.id).waiting_since is not None

    @rule(index=number, status=st.sampled_from([None, Status.OPEN, Status.PENDING, Status.RESOLVED, Status.CLOSED]))
    def agent_replies(self, index: int, status: Status | None) -> None:
        model = self._pick(index)
        message = self._try(
            model.merged_into is None,
            lambda: send_reply(viewer=self.viewer, conversation_id=model.id, body_text="Text", status=status),
        )
        if message is None:
            return
        model.messages.add(message.id)
        if status is not None:
            model.become(status)
        assert Conversation.objects.get(id=model.id).waiting_since is None

    @rule(index=number)
    def agent_notes(self, index: int) -> None:
        model = self._pick(index)
        message = self._try(
            model.merged_into is None,
            lambda: add_note(viewer=self.viewer, conversation_id=model.id, body_text="Text"),
        )
        model.messages |= {message.id} if message else set()

    @rule(index=number, status=st.sampled_from(Status), timed=st.booleans())
    def agent_sets_the_status(self, index: int, status: Status, timed: bool) -> None:
        model = self._pick(index)
        may = model.merged_into is None and can_become(model.status, status)
        changes: dict[str, Any] = {"status": status}
        if status == Status.SNOOZED:
            changes["snoozed_until"] = timezone.now() + timedelta(hours=1) if timed else None
        if self._try(may, lambda: self._change(model, changes)):
            model.become(status, timed=timed)

    @rule(index=number, folder=st.sampled_from(Folder))
    def agent_puts_it_in_a_folder(self, index: int, folder: Folder) -> None:
        model = self._pick(index)
        if self._try(model.merged_into is None, lambda: self._change(model, {"folder": folder})):
            model.folder = folder

    def _change(self, model: Modelled, changes: dict[str, Any]) -> Conversation:
        return change_conversation(viewer=self.viewer, conversation_id=model.id, changes=changes)

    @rule()
    def an_hour_passes(self) -> None:
        timed = Conversation.objects.filter(status=Status.SNOOZED, snoozed_until__isnull=False)
        timed.update(snoozed_until=timezone.now() - timedelta(seconds=1))
        woken = [model for model in self.all if model.sleeps_until_a_time]
        assert wake_due_conversations() == len(woken)
        for model in woken:
            model.become(Status.OPEN)

    @rule(index=number, into=number)
    def agent_merges(self, index: int, into: int) -> None:
        source, target = self._pick(index), self._pick(into)
        may = source is not target and source.merged_into is None and target.merged_into is None
        merged = self._try(
            may, lambda: merge_conversations(viewer=self.viewer, conversation_id=source.id, into=target.id)
        )
        if merged is None:
            return
        move = Move(_newest_seq("ConversationMerged"), source, target, set(source.messages), is_merge=True)
        move.status_before, move.was_timed = source.status, source.sleeps_until_a_time
        self.moves.append(move)
        if target.status in FINISHED and source.status not in FINISHED:
            target.become(Status.OPEN)
        target.messages |= source.messages
        source.messages = set()
        source.become(Status.CLOSED)
        source.merged_into = target

    @rule(index=number)
    def agent_splits_the_first_message_off(self, index: int) -> None:
        old = self._pick(index)
        if len(self.all) == MOST_CONVERSATIONS or not old.messages:
            return
        first = Conversation.objects.get(id=old.id).messages.earliest("created_at", "id").id
        split = self._try(
            len(old.messages) > 1,
            lambda: split_conversation(viewer=self.viewer, conversation_id=old.id, message_ids=[first]),
        )
        if split is None:
            return
        new = self._add(split)
        new.folder = old.folder
        old.messages -= new.messages
        self.moves.append(Move(_newest_seq("MessagesSplit"), old, new, {first}, is_merge=False))

    @rule(index=st.integers(0, 20))
    def agent_undoes_a_move(self, index: int) -> None:
        if not self.moves:
            return
        move = self.moves[index % len(self.moves)]
        is_free = move.target.merged_into is None and (move.is_merge or move.source.merged_into is None)
        may = is_free and not move.is_undone
        self._try(may, lambda: undo_move(viewer=self.viewer, conversation_id=move.source.id, seq=move.seq))
        if may:
            self._model_undo(move)

    def _model_undo(self, move: Move) -> None:
        back = move.message_ids & move.target.messages
        move.target.messages -= back
        move.source.messages |= back
        move.is_undone = True
        if move.is_merge:
            move.source.merged_into = None
            move.source.become(move.status_before, timed=move.was_timed)
        elif not move.target.messages:
            move.target.become(Status.CLOSED)
            move.target.merged_into = move.source

    @invariant()
    def rows_are_as_modelled(self) -> None:
        rows = Conversation.objects.in_bulk([model.id for model in self.all])
        for model in self.all:
            row = rows[model.id]
            assert (row.status, row.folder) == (model.status, model.folder)
            assert row.merged_into_id == (model.merged_into.id if model.merged_into else None)
            assert set(row.messages.values_list("id", flat=True)) == model.messages
            assert row.message_count == len(model.messages)
            assert (row.snoozed_until is not None) == model.sleeps_until_a_time
            assert (row.resolved_at is not None) == (model.status in FINISHED)
            assert row.waiting_since is None or model.status not in FINISHED
            assert row.last_message_id in model.messages or (not model.messages and row.last_message_id is None)
            assert row.version >= model.version
            model.version = row.version

    @invariant()
    def inbox_lists_what_is_neither_put_away_nor_merged(self) -> None:
        listed = set(filtered_conversations(self.viewer, {}).values_list("id", flat=True))
        assert listed == {model.id for model in self.all if model.folder == Folder.INBOX and model.merged_into is None}


def _newest_seq(event_type: str) -> int:
    return LoggedEvent.objects.filter(type=event_type).latest("seq").seq


def test_life_cycle_of_conversations_is_as_modelled(acme: Account, viewer_as: ViewerOf, leader: User) -> None:
    viewer = viewer_as(leader)
    bounds = settings(
        max_examples=30,
        stateful_step_count=20,
        deadline=None,
        # To shrink a failure takes minutes; twenty steps can be read as they are.
        phases=[Phase.explicit, Phase.reuse, Phase.generate],
        suppress_health_check=[HealthCheck.too_slow],
    )

    class LifeCycleHere(LifeCycle):
        def __init__(self) -> None:
            super().__init__(acme, viewer)

    run_state_machine_as_test(LifeCycleHere, settings=bounds)

    assert LoggedEvent.objects.filter(type="ConversationMerged").exists()
