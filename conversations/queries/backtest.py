"""What a rule would have done in the last 30 days, and what people did instead."""

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max

from conversations.enums import TIMED_TRIGGERS, Folder, RuleTrigger
from conversations.models import AutomationRule, Conversation
from conversations.queries.past_episodes import EPISODES_LOADED, awaited_messages, past_episodes
from conversations.queries.past_values import COUNTED_EVENTS, PastValues, values_at, values_at_events
from conversations.queries.people_did import done_otherwise, wishes_of
from conversations.queries.rule_values import RuleGround
from conversations.rules.conditions import evaluate_conditions, leaves_of
from conversations.rules.episodes import EPISODE_EVENTS
from conversations.rules.past import PAST_EVENTS
from conversations.rules.triggers import EVENT_OF_TRIGGER
from hummdesk.events.actor import ActorKind
from hummdesk.events.models import LoggedEvent

LOOKED_BACK = timedelta(days=30)
EVENTS_MOST, LISTED_MOST = 10_000, 1_000
CONVERSATIONS_AT_ONCE = 200
LASTS_S = 120
_LOADED = PAST_EVENTS | {*COUNTED_EVENTS, "SlaWarned", "SlaBreached"}
# Conversation → the events to look at; for a rule of time none, since it looks at states.
Targets = Mapping[UUID, set[int]]


@dataclass
class BacktestTally:
    """What came of a backtest: `seen` of `total` events, or for a rule of time conversations; those that matched, and
    where people did otherwise. `matching` and `differing` are the newest of them.

    `is_cut`: there are more, or the time was over; the newest were looked at. Of a rule of time, `begun` says how
    often its state was due or would have been, `ended_early` how often it was over before; else both are None.
    """

    from_at: datetime
    until_at: datetime
    total: int = 0
    seen: int = 0
    matched: int = 0
    differing_count: int = 0
    is_cut: bool = False
    begun: int | None = None
    ended_early: int | None = None
    matching: list[dict[str, Any]] = field(default_factory=list)
    differing: list[dict[str, Any]] = field(default_factory=list)

    def progress(self) -> dict[str, Any]:
        """Return how far it is, as JSON: all but the lists."""
        lists = ("matching", "differing")
        moments = {"from_at": self.from_at.isoformat(), "until_at": self.until_at.isoformat()}
        return {name: value for name, value in {**self.__dict__, **moments}.items() if name not in lists}

    def stored(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {**self.progress(), "matching": self.matching, "differing": self.differing}


def backtest(rule: AutomationRule, now: datetime) -> BacktestTally:
    """Return what the rule would have made of what has happened; nothing is written. See `backtest_steps`."""
    *_earlier, tally = backtest_steps(rule, now)
    return tally


def backtest_steps(rule: AutomationRule, now: datetime) -> Iterator[BacktestTally]:
    """Yield the same tally again and again while it grows, the last time whole; whoever stops asking stops the work.

    Looks at the newest events of the rule's trigger, or for a rule of time at the states that would have come due.
    Each step is a transaction in which the database refuses to write: about four queries for 200 conversations, and
    one for each event where the conditions ask for texts or for AI.
    """
    tally = BacktestTally(now - LOOKED_BACK, now)
    until = time.monotonic() + LASTS_S
    with _only_reading():
        targets = _targets(rule, tally)
    yield tally
    ids = list(targets)
    for start in range(0, len(ids), CONVERSATIONS_AT_ONCE):
        if time.monotonic() > until:
            tally.is_cut = True
            break
        with _only_reading():
            _look_back(rule, targets, ids[start : start + CONVERSATIONS_AT_ONCE], tally)
        yield tally
    for rows in (tally.matching, tally.differing):
        rows.sort(key=lambda one: one["at"], reverse=True)
        del rows[LISTED_MOST:]
    yield tally


@contextmanager
def _only_reading() -> Iterator[None]:
    """The database refuses to write. Raw, since the ORM cannot say so."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
        yield


def _targets(rule: AutomationRule, tally: BacktestTally) -> Targets:
    """Return what to look at, the newest first. One query."""
    return _targets_of_time(rule, tally) if rule.trigger in TIMED_TRIGGERS else _targets_of_event(rule, tally)


def _targets_of_event(rule: AutomationRule, tally: BacktestTally) -> Targets:
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


def _targets_of_time(rule: AutomationRule, tally: BacktestTally) -> Targets:
    """A state that comes due within the 30 days began with an event as much longer ago as it must last."""
    since = tally.from_at - timedelta(seconds=rule.delay_s or 0)
    events = LoggedEvent.objects.filter(type__in=EPISODE_EVENTS, at__gte=since).exclude(object_id=None)
    newest = events.values("object_id").annotate(newest=Max("seq")).order_by("-newest")
    found = list(newest.values_list("object_id", flat=True)[: EVENTS_MOST + 1])
    tally.begun = tally.ended_early = 0
    tally.is_cut = len(found) > EVENTS_MOST
    tally.total = min(len(found), EVENTS_MOST)
    return {object_id: set() for object_id in found[:EVENTS_MOST] if object_id}


def _look_back(rule: AutomationRule, targets: Targets, ids: Sequence[UUID], tally: BacktestTally) -> None:
    is_of_time = rule.trigger in TIMED_TRIGGERS
    logs = _logs(ids, 0 if is_of_time else min(min(targets[one]) for one in ids))
    renamed = logs.pop(None, [])
    awaited = awaited_messages(ids) if is_of_time else {}
    ground, wishes = RuleGround(), wishes_of(rule)
    rows = Conversation.objects.filter(id__in=ids).select_related("contact", "team__hours").prefetch_related("tags")
    for conversation in rows:
        log = sorted([*logs[conversation.id], *renamed], key=lambda one: one.seq, reverse=True)
        if is_of_time:
            moments = _moments_due(rule, conversation, log, awaited, tally)
            looks: Iterable[PastValues] = (values_at(conversation, log, at, ground) for at in moments)
        else:
            looks = values_at_events(conversation, log, targets[conversation.id], ground)
            tally.seen += len(targets[conversation.id])
        for values in looks:
            _count(rule, values, wishes, tally)
    tally.seen += len(ids) if is_of_time else 0


def _logs(ids: Sequence[UUID], since_seq: int) -> dict[UUID | None, list[LoggedEvent]]:
    """Return the events since then by conversation, and under None those of tags. Two queries."""
    logs: dict[UUID | None, list[LoggedEvent]] = defaultdict(list)
    types = _LOADED if since_seq else _LOADED | EPISODES_LOADED
    for event in LoggedEvent.objects.filter(object_id__in=ids, type__in=types, seq__gte=since_seq):
        logs[event.object_id].append(event)
    oldest = since_seq or min((event.seq for log in logs.values() for event in log), default=0)
    logs[None] = list(LoggedEvent.objects.filter(type="TagChanged", seq__gte=oldest))
    return logs


def _moments_due(
    rule: AutomationRule,
    conversation: Conversation,
    log: Sequence[LoggedEvent],
    awaited: Mapping[str, bool],
    tally: BacktestTally,
) -> Sequence[datetime]:
    """Return when the rule would have acted there, its conditions apart, and count the states that began."""
    acts = []
    for episode in past_episodes(rule, conversation, log, awaited, tally.until_at):
        if tally.from_at <= (episode.acts_at or episode.due_at) <= tally.until_at:
            tally.begun = (tally.begun or 0) + 1
            tally.ended_early = (tally.ended_early or 0) + (episode.acts_at is None)
            acts += [episode.acts_at] if episode.acts_at else []
    return acts


def _count(rule: AutomationRule, values: PastValues, wishes: Mapping[str, Any], tally: BacktestTally) -> None:
    if not _looks_at(rule, values) or not evaluate_conditions(rule.conditions, values).holds:
        return
    place = {
        "conversation_id": str(values.conversation.id),
        "display_id": values.conversation.display_id,
        "event_seq": values.event.seq if values.event else None,
        "at": values.at.isoformat(),
    }
    difference = done_otherwise(wishes, values)
    tally.matched += 1
    tally.matching.append({**place, "differs": difference is not None})
    if difference is not None:
        tally.differing_count += 1
        tally.differing.append({**place, **difference})


def _looks_at(rule: AutomationRule, values: PastValues) -> bool:
    asks = any(leaf.field.name == "folder" for leaf in leaves_of(rule.conditions))
    return asks or values["folder"] == Folder.INBOX
