"""How the rows of a conversation's clocks are to be, by its facts and its policy. Nothing is read or written."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from conversations.enums import ClockKind
from conversations.models import Conversation, SlaClock
from conversations.promises import (
    Carried,
    ClockFact,
    ClockKey,
    PromiseClock,
    Segment,
    Stretch,
    Terms,
    clock_of,
    consumed_until,
    stretches_of,
)
from teams.calendar import AROUND_THE_CLOCK, Calendar
from teams.models import BusinessHours
from teams.queries.hours import calendar_of

CLOCK_FIELDS = (
    "policy_id",
    "hours_id",
    "target_s",
    "warn_s",
    "due_at",
    "paused_since",
    "consumed_s",
    "segments",
    "carried_at",
    "carried_s",
    "stopped_at",
    "warned_at",
    "breached_at",
    "next_look_at",
)


@dataclass
class ClockPlan:
    """`rows` are all clocks as they are to be, the oldest first; the others are those of them to write, or to delete.

    `broken`: known before, and now found to have stopped or paused too late.
    """

    rows: list[SlaClock] = field(default_factory=list)
    added: list[SlaClock] = field(default_factory=list)
    changed: list[SlaClock] = field(default_factory=list)
    broken: list[SlaClock] = field(default_factory=list)
    gone: list[SlaClock] = field(default_factory=list)


@dataclass(frozen=True)
class PolicyTerms:
    """A policy as it is, or would be: what it promises, and by which hours (None: by the wall clock)."""

    policy_id: Any
    hours: BusinessHours | None
    terms: Terms


def calendar_by(hours: BusinessHours | None) -> Calendar:
    """Return the calendar of these hours, that of the wall clock for None. No query for hours that are known."""
    return calendar_of(hours) if hours else AROUND_THE_CLOCK


def plan_clocks(
    conversation: Conversation,
    facts: Sequence[ClockFact],
    rows: Sequence[SlaClock],
    *,
    policy: PolicyTerms,
    now: datetime,
) -> ClockPlan:
    """Return the clocks of a conversation. `rows` are those that it has, with their hours; they are changed in place.

    Where the terms have changed, a clock that runs or is paused keeps its share: what had run of the old target counts
    as much of the new one. A clock that has stopped stays as it was promised.
    """
    plan = ClockPlan()
    known: dict[ClockKey, SlaClock] = {(ClockKind(row.kind), row.started_at): row for row in rows}
    for stretch in stretches_of(facts, pauses_while_pending=policy.terms.pauses_while_pending):
        row = known.pop(stretch.key, None)
        if row is None:
            _add(plan, conversation, stretch, policy)
        else:
            _follow(plan, row, stretch, policy, now)
    plan.gone += known.values()
    return plan


def next_due_at(rows: Sequence[SlaClock]) -> datetime | None:
    """Return when the next of the clocks that run is due, or was."""
    return min((row.due_at for row in rows if row.due_at and row.stopped_at is None), default=None)


def newest_due_at(rows: Sequence[SlaClock], kind: ClockKind) -> datetime | None:
    """Return when the newest clock of a kind is due, or was."""
    return next((row.due_at for row in reversed(rows) if row.kind == kind), None)


def segments_in(row: SlaClock) -> tuple[Segment, ...]:
    """Return a row's segments with their moments."""
    return tuple(
        Segment(datetime.fromisoformat(since), datetime.fromisoformat(until) if until else None, state)
        for since, until, state in row.segments
    )


def consumed_by(row: SlaClock, at: datetime) -> float:
    """Return the seconds of its target that a clock has run at a moment."""
    segments = segments_in(row)
    if row.carried_at:
        segments = tuple(
            Segment(max(one.since, row.carried_at), one.until, one.state)
            for one in segments
            if one.until is None or one.until > row.carried_at
        )
    return row.carried_s + consumed_until(segments, calendar_by(row.hours), at)


def _add(plan: ClockPlan, conversation: Conversation, stretch: Stretch, policy: PolicyTerms) -> None:
    clock = clock_of(stretch, policy.terms)
    if clock is None:
        return
    row = SlaClock(conversation_id=conversation.id, kind=stretch.kind, started_at=stretch.started_at)
    _promise(row, policy, clock.target_s, clock.warn_s)
    row.breached_at = clock.broken_at
    _set(row, clock)
    plan.rows.append(row)
    plan.added.append(row)


def _follow(plan: ClockPlan, row: SlaClock, stretch: Stretch, policy: PolicyTerms, now: datetime) -> None:
    if row.stopped_at is not None and row.stopped_at == stretch.stopped_at:
        plan.rows.append(row)
        return
    before = _values(row)
    target_s = policy.terms.targets.get(stretch.kind)
    if stretch.stopped_at is None and not target_s:
        _end(plan, row, now)
        return
    if stretch.stopped_at is None and target_s:
        hours_id = policy.hours.id if policy.hours else None
        if (row.hours_id, row.target_s) != (hours_id, target_s):
            _carry(row, target_s, now)
        _promise(row, policy, target_s, policy.terms.warn_s(target_s))
    clock = clock_of(stretch, _own_terms(row, stretch), _carried(row))
    if clock is None:
        plan.gone.append(row)
        return
    if row.breached_at is None and clock.broken_at is not None:
        row.breached_at = clock.broken_at
        plan.broken.append(row)
    if row.warned_at and row.breached_at is None and clock.warn_at and clock.warn_at > now:
        row.warned_at = None
    _set(row, clock)
    plan.rows.append(row)
    if _values(row) != before:
        plan.changed.append(row)


def _end(plan: ClockPlan, row: SlaClock, now: datetime) -> None:
    """Nothing is promised any more: the clock is gone, unless its promise was broken."""
    if row.breached_at is None:
        plan.gone.append(row)
        return
    plan.rows.append(row)
    if row.stopped_at is None:
        row.stopped_at, row.paused_since, row.next_look_at = now, None, None
        plan.changed.append(row)


def _promise(row: SlaClock, policy: PolicyTerms, target_s: int, warn_s: int) -> None:
    row.policy_id, row.hours = policy.policy_id, policy.hours
    row.target_s, row.warn_s = target_s, warn_s


def _carry(row: SlaClock, target_s: int, now: datetime) -> None:
    """What has run of the old target counts as much of the new one from now on."""
    row.carried_s = round(consumed_by(row, now) * target_s / row.target_s)
    row.carried_at = now


def _own_terms(row: SlaClock, stretch: Stretch) -> Terms:
    percent = 100 * row.warn_s / row.target_s
    return Terms({stretch.kind: row.target_s}, warn_percent=percent, calendar=calendar_by(row.hours))


def _carried(row: SlaClock) -> Carried | None:
    return Carried(row.carried_at, row.carried_s, segments_in(row)) if row.carried_at else None


def _set(row: SlaClock, clock: PromiseClock) -> None:
    row.due_at, row.paused_since, row.stopped_at = clock.due_at, clock.paused_since, clock.stopped_at
    row.consumed_s = int(clock.consumed_s)
    row.segments = [
        [one.since.isoformat(), one.until.isoformat() if one.until else None, one.state] for one in clock.segments
    ]
    row.next_look_at = None
    if clock.is_running and row.breached_at is None:
        row.next_look_at = clock.due_at if row.warned_at else clock.warn_at


def _values(row: SlaClock) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in CLOCK_FIELDS)
