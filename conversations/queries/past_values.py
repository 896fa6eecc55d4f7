"""What the fields of conditions were for a conversation at a moment that is over."""

from collections.abc import Iterator, Sequence
from copy import copy
from datetime import datetime
from typing import Any
from uuid import UUID

from conversations.enums import MessageKind, SlaState
from conversations.models import Conversation, Message
from conversations.queries.rule_values import RuleGround, RuleValues
from conversations.rules.past import PastState, before_event, states_at
from hummdesk.events.models import LoggedEvent

COUNTED_EVENTS = ("MessageReceived", "ReplySent", "NoteAdded")


class PastValues(RuleValues):
    """The fields at a moment, with what the log had until then, the newest first, and what came later.

    What the log does not tell, such as the customer's company or language, is as it is now.
    """

    def __init__(self, conversation: Conversation, at: datetime, state: PastState, **options: Any) -> None:
        self.later: Sequence[LoggedEvent] = options.pop("later")
        self.until_then: Sequence[LoggedEvent] = options.pop("until_then")
        super().__init__(_conversation_then(conversation, state), at, tags=sorted(state.tags), **options)

    def _value(self, name: str) -> Any:
        read = {"message_count": self._message_count, "sla": self._sla_state, "waiting_s": self._waited_s}.get(name)
        return read() if read else super()._value(name)

    def _message_count(self) -> int:
        return self.conversation.message_count - sum(one.type in COUNTED_EVENTS for one in self.later)

    def _sla_state(self) -> str | None:
        """By what was told until then."""
        types = {one.type for one in self.until_then}
        if "SlaBreached" in types:
            return SlaState.BREACHED.value
        if self.conversation.sla_policy_id is None:
            return None
        return (SlaState.DUE_SOON if "SlaWarned" in types else SlaState.OK).value

    def _waited_s(self) -> float | None:
        """Since the first message of the customer that no reply had followed. Two queries."""
        messages = Message.objects.filter(conversation_id=self.conversation.id, created_at__lte=self.at)
        replied_at = messages.filter(kind=MessageKind.REPLY, to=[]).order_by("-created_at").first()
        awaited = messages.filter(kind=MessageKind.INCOMING, is_automatic=False)
        if replied_at is not None:
            awaited = awaited.filter(created_at__gt=replied_at.created_at)
        first = awaited.order_by("created_at").first()
        return (self.at - first.created_at).total_seconds() if first else None


def values_at_events(
    conversation: Conversation, log: Sequence[LoggedEvent], seqs: set[int], ground: RuleGround
) -> Iterator[PastValues]:
    """Yield the fields just after each of these events, the newest first; `log` is all until now, the newest first."""
    left = len(seqs)
    for place, (event, state) in enumerate(states_at(state_now(conversation), log)):
        if event.seq in seqs:
            yield PastValues(
                conversation, event.at, state, event=event, ground=ground, later=log[:place], until_then=log[place:]
            )
            left -= 1
            if not left:
                return


def values_at(conversation: Conversation, log: Sequence[LoggedEvent], at: datetime, ground: RuleGround) -> PastValues:
    """Return the fields at a moment at which nothing happened; `log` is all until now, the newest first."""
    state = state_now(conversation)
    for place, (event, after) in enumerate(states_at(state, log)):
        if event.at <= at:
            return PastValues(conversation, at, after, ground=ground, later=log[:place], until_then=log[place:])
        state = before_event(after, event)
    return PastValues(conversation, at, state, ground=ground, later=log, until_then=())


def state_now(conversation: Conversation) -> PastState:
    """Return what the log tells of a conversation, as it is now. One query unless tags are prefetched."""
    return PastState(
        fields={
            "status": conversation.status,
            "priority": conversation.priority,
            "category": _text(conversation.category_id),
            "team": _text(conversation.team_id),
            "assignee": _text(conversation.assignee_id),
            "folder": conversation.folder,
            "subject": conversation.subject,
        },
        tags=frozenset(tag.name for tag in conversation.tags.all()),
        custom=conversation.custom_fields,
    )


def _text(value: UUID | None) -> str | None:
    return str(value) if value else None


def _conversation_then(conversation: Conversation, state: PastState) -> Conversation:
    then = copy(conversation)
    then._state = copy(conversation._state)
    then._state.fields_cache = {"contact": conversation.contact}
    then.status, then.priority = state.fields["status"], state.fields["priority"]
    then.folder, then.subject = state.fields["folder"], state.fields["subject"]
    then.category_id, then.team_id = state.fields["category"], state.fields["team"]
    then.assignee_id, then.custom_fields = state.fields["assignee"], dict(state.custom)
    return then
