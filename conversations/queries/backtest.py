"""What a rule would have done with the events of the last 30 days, and what people did instead."""

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from conversations.enums import Folder, MessageKind, RuleTrigger, SlaState
from conversations.models import AutomationRule, Conversation, Message
from conversations.queries.rule_values import RuleGround, RuleValues
from conversations.rules.actions import rule_actions
from conversations.rules.conditions import evaluate_conditions, leaves_of
from conversations.rules.past import PAST_EVENTS, PastState, states_at
from conversations.rules.triggers import CHANGED_BY_EVENT, EVENT_OF_TRIGGER
from hummdesk.events.actor import ActorKind
from hummdesk.events.models import LoggedEvent

LOOKED_BACK = timedelta(days=30)
EVENTS_MOST, DIFFERING_MOST = 10_000, 1_000
CONVERSATIONS_AT_ONCE = 200
LASTS_S = 120
# A person who sets the same thing within this time has judged the event.
JUDGED_WITHIN = timedelta(days=1)
_COUNTED = ("MessageReceived", "ReplySent", "NoteAdded")
_LOADED = PAST_EVENTS | {*_COUNTED, "SlaWarned", "SlaBreached"}


@dataclass
class BacktestTally:
    """What came of a backtest: `seen` of `total` events, those that matched, and where people did otherwise.

    `is_cut`: there are more events, or the time was over; the newest were looked at.
    """

    from_at: datetime
    until_at: datetime
    total: int = 0
    seen: int = 0
    matched: int = 0
    differing_count: int = 0
    is_cut: bool = False
    differing: list[dict[str, Any]] = field(default_factory=list)

    def stored(self) -> dict[str, Any]:
        """Return it as JSON."""
        moments = {"from_at": self.from_at.isoformat(), "until_at": self.until_at.isoformat()}
        return {**self.__dict__, **moments}


def backtest(rule: AutomationRule, now: datetime) -> BacktestTally:
    """Return what the rule would have made of the newest events of its trigger; nothing is written.

    About four queries for 200 conversations, and one for each event where the conditions ask for texts or for AI.
    """
    tally = BacktestTally(now - LOOKED_BACK, now)
    until = time.monotonic() + LASTS_S
    with _only_reading():
        targets = _targets(rule, tally)
        ids = list(targets)
        for start in range(0, len(ids), CONVERSATIONS_AT_ONCE):
            if time.monotonic() > until:
                tally.is_cut = True
                break
            _look_back(rule, targets, ids[start : start + CONVERSATIONS_AT_ONCE], tally)
    tally.differing.sort(key=lambda one: one["event_seq"], reverse=True)
    del tally.differing[DIFFERING_MOST:]
    return tally


@contextmanager
def _only_reading() -> Iterator[None]:
    """The database refuses to write. Raw, since the ORM cannot say so."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
        yield


def _targets(rule: AutomationRule, tally: BacktestTally) -> Mapping[UUID, set[int]]:
    """Return the events to look at, by conversation."""
    events = LoggedEvent.objects.filter(type=EVENT_OF_TRIGGER[rule.trigger], at__gte=tally.from_at)
    if rule.trigger == RuleTrigger.NOTE_ADDED:
        events = events.exclude(actor_kind=ActorKind.RULE)
    events = events.exclude(actor_kind=ActorKind.RULE, actor_id=rule.id)
    found = list(events.order_by("-seq").values_list("seq", "object_id")[: EVENTS_MOST + 1])
    tally.is_cut = len(found) > EVENTS_MOST
    tally.total = min(len(found), EVENTS_MOST)
    targets: dict[UUID, set[int]] = defaultdict(set)
    for seq, object_id in found[:EVENTS_MOST]:
        if object_id is not None:
            targets[object_id].add(seq)
    return targets


def _look_back(
    rule: AutomationRule, targets: Mapping[UUID, set[int]], ids: Sequence[UUID], tally: BacktestTally
) -> None:
    logs = _logs(ids, min(min(targets[one]) for one in ids))
    renamed = logs.pop(None, [])
    ground = RuleGround()
    wishes = wishes_of(rule)
    rows = Conversation.objects.filter(id__in=ids).select_related("contact", "team__hours").prefetch_related("tags")
    for conversation in rows:
        log = sorted([*logs[conversation.id], *renamed], key=lambda one: one.seq, reverse=True)
        for values in _past_values(conversation, log, targets[conversation.id], ground):
            tally.seen += 1
            if not _looks_at(rule, values) or not evaluate_conditions(rule.conditions, values).holds:
                continue
            tally.matched += 1
            if difference := _difference(wishes, values, log):
                tally.differing_count += 1
                tally.differing.append(difference)


def _logs(ids: Sequence[UUID], since_seq: int) -> dict[UUID | None, list[LoggedEvent]]:
    """Return the events since then by conversation, and under None those of tags."""
    logs: dict[UUID | None, list[LoggedEvent]] = defaultdict(list)
    for event in LoggedEvent.objects.filter(object_id__in=ids, type__in=_LOADED, seq__gte=since_seq):
        logs[event.object_id].append(event)
    logs[None] = list(LoggedEvent.objects.filter(type="TagChanged", seq__gte=since_seq))
    return logs


def _looks_at(rule: AutomationRule, values: "PastValues") -> bool:
    asks = any(leaf.field.name == "folder" for leaf in leaves_of(rule.conditions))
    return asks or values["folder"] == Folder.INBOX


class PastValues(RuleValues):
    """The fields just after an event that is over. What the log does not tell, such as the customer's company or
    language, is as it is now."""

    def __init__(self, conversation: Conversation, event: LoggedEvent, state: PastState, **options: Any) -> None:
        self.later: Sequence[LoggedEvent] = options.pop("later")
        self.log: Sequence[LoggedEvent] = options.pop("log")
        super().__init__(conversation, event.at, event=event, tags=sorted(state.tags), **options)

    def _value(self, name: str) -> Any:
        read = {"message_count": self._message_count, "sla": self._sla_state, "waiting_s": self._waited_s}.get(name)
        return read() if read else super()._value(name)

    def _message_count(self) -> int:
        return self.conversation.message_count - sum(one.type in _COUNTED for one in self.later)

    def _sla_state(self) -> str | None:
        """By what was told until then."""
        seq = self.event.seq if self.event else 0
        types = {one.type for one in self.log if one.seq <= seq}
        if "SlaBreached" in types:
            return SlaState.BREACHED.value
        if self.conversation.sla_policy_id is None:
            return None
        return (SlaState.DUE_SOON if "SlaWarned" in types else SlaState.OK).value

    def _waited_s(self) -> float | None:
        """Since the first message of the customer that no reply had followed. One query."""
        messages = Message.objects.filter(conversation_id=self.conversation.id, created_at__lte=self.at)
        replied_at = messages.filter(kind=MessageKind.REPLY, to=[]).order_by("-created_at").first()
        awaited = messages.filter(kind=MessageKind.INCOMING, is_automatic=False)
        if replied_at is not None:
            awaited = awaited.filter(created_at__gt=replied_at.created_at)
        first = awaited.order_by("created_at").first()
        return (self.at - first.created_at).total_seconds() if first else None


def _past_values(
    conversation: Conversation, log: Sequence[LoggedEvent], seqs: set[int], ground: RuleGround
) -> Iterator[PastValues]:
    left = len(seqs)
    for place, (event, state) in enumerate(states_at(state_now(conversation), log)):
        if event.seq in seqs:
            then = _conversation_then(conversation, state)
            yield PastValues(then, event, state, ground=ground, later=log[:place], log=log)
            left -= 1
            if not left:
                return


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


def wishes_of(rule: AutomationRule) -> Mapping[str, Any]:
    """Return what the rule sets: values by field, and under `add_tags` and `remove_tags` the names."""
    wishes: dict[str, Any] = {}
    for one in rule.actions:
        action = rule_actions()[one["type"]]
        if one["type"] in ("add_tags", "remove_tags"):
            wishes[one["type"]] = frozenset(one["tags"])
        elif action.sets in ("assignee", "team", "priority", "status", "category") and one["type"] != "route":
            wishes[action.sets] = one[action.params[0].name] if one["type"] != "snooze" else "snoozed"
    return wishes


def _difference(wishes: Mapping[str, Any], values: PastValues, log: Sequence[LoggedEvent]) -> dict[str, Any] | None:
    """Return what a person did otherwise within a day, the first thing of it."""
    event = values.event
    if event is None:
        return None
    for later in reversed(values.later):
        is_by_person = later.actor_kind == ActorKind.AGENT and later.at <= event.at + JUDGED_WITHIN
        told = _told_otherwise(wishes, later, values.ground) if is_by_person else None
        if told is not None:
            name, wanted, did = told
            return {
                "conversation_id": str(values.conversation.id),
                "display_id": values.conversation.display_id,
                "event_seq": event.seq,
                "at": event.at.isoformat(),
                "field": name,
                "set": wanted,
                "did": did,
                "by": str(later.actor_id),
                "did_at": later.at.isoformat(),
            }
    return None


def _told_otherwise(wishes: Mapping[str, Any], later: LoggedEvent, ground: RuleGround) -> tuple[str, Any, Any] | None:
    if later.type not in CHANGED_BY_EVENT:
        return None
    name, _before, after = CHANGED_BY_EVENT[later.type]
    if name == "tags":
        taken = wishes.get("add_tags", frozenset()) & set(later.data["removed"])
        put = wishes.get("remove_tags", frozenset()) & set(later.data["added"])
        return (name, sorted(taken or put), "removed" if taken else "added") if taken or put else None
    did = later.data[after]
    if name == "category" and did:
        did = ground.slugs.get(did)
    return (name, wishes[name], did) if name in wishes and wishes[name] != did else None
