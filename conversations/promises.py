"""The clocks of what was promised, out of what has happened in a conversation (docs/sla.md). Pure: no rows."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import NamedTuple

from conversations.enums import FINISHED, ClockKind, Status
from teams.calendar import AROUND_THE_CLOCK, Calendar, add_business_seconds, business_seconds_between
from teams.errors import NeverOpen

# Until then a customer who comes back means the same matter, and its resolution goes on.
SAME_MATTER_FOR = timedelta(days=7)
RUNNING, PAUSED = "running", "paused"


class ClockFactKind(Enum):
    """What moves a clock."""

    BEGAN = auto()
    WROTE = auto()
    REPLIED = auto()
    STATUS = auto()
    FOLDER = auto()
    MERGED = auto()


@dataclass(frozen=True, slots=True)
class ClockFact:
    """Something that has happened; of two at the same moment the one with the lower `order` came first.

    STATUS says which, and whether the customer's writing brought it about; FOLDER says whether it is the inbox,
    MERGED whether it lies in another conversation now. BEGAN has the status and the folder at first.
    """

    kind: ClockFactKind
    at: datetime
    order: int = 0
    status: str = Status.OPEN
    is_by_customer: bool = False
    is_in_inbox: bool = True
    is_merged: bool = False


class Segment(NamedTuple):
    """A stretch of a clock; `until` is None while it lasts."""

    since: datetime
    until: datetime | None
    state: str


@dataclass(frozen=True)
class Terms:
    """What is promised from now on: seconds of the calendar by kind, None for no promise."""

    targets: Mapping[ClockKind, int | None]
    warn_percent: float = 75
    pauses_while_pending: bool = True
    calendar: Calendar = AROUND_THE_CLOCK

    def warn_s(self, target_s: int) -> int:
        """Return after how many seconds of a target somebody is warned."""
        return round(target_s * self.warn_percent / 100)


@dataclass(frozen=True)
class Carried:
    """What a clock had when its terms changed: at `at` it had run `consumed_s` of the new target."""

    at: datetime
    consumed_s: int
    segments: tuple[Segment, ...] = ()


@dataclass(frozen=True)
class PromiseClock:
    """One clock as it stands. Seconds are those of its calendar.

    `consumed_s` is what had run when it last began to run, or when it was paused or stopped. `due_at` and `warn_at`
    are None while it is paused; of a stopped one `due_at` is when it would have been due. `broken_at` is when the time
    ran out, if it had before the clock was paused or stopped, or began to run again.
    """

    kind: ClockKind
    started_at: datetime
    target_s: int
    warn_s: int
    segments: tuple[Segment, ...]
    consumed_s: float
    due_at: datetime | None
    warn_at: datetime | None
    paused_since: datetime | None
    stopped_at: datetime | None
    broken_at: datetime | None

    @property
    def is_running(self) -> bool:
        """Return whether time runs."""
        return self.stopped_at is None and self.paused_since is None


ClockKey = tuple[ClockKind, datetime]


def clocks_of(
    facts: Iterable[ClockFact], terms: Terms, carried: Mapping[ClockKey, Carried] | None = None
) -> Sequence[PromiseClock]:
    """Return the clocks of all promises, in the order in which they began; none of what the terms don't promise.

    `carried` has what earlier terms left, by kind and beginning. A calendar that never opens promises nothing.
    """
    carried = carried or {}
    stretches = stretches_of(facts, pauses_while_pending=terms.pauses_while_pending)
    clocks = (clock_of(stretch, terms, carried.get(stretch.key)) for stretch in stretches)
    return [clock for clock in clocks if clock is not None]


def stretches_of(facts: Iterable[ClockFact], *, pauses_while_pending: bool) -> Sequence["Stretch"]:
    """Return when each clock runs, whether anything is promised for it or not, in the order in which they began."""
    story = _Story(pauses_while_pending)
    told = sorted(facts, key=lambda one: (one.at, one.order))
    # Messages that came in by a merge may be older than the conversation.
    for fact in (one for one in told if one.kind == ClockFactKind.BEGAN):
        story.status, story.is_in_inbox = fact.status, fact.is_in_inbox
    for fact in told:
        story.tell(fact)
    return sorted(story.stretches, key=lambda one: (one.started_at, one.kind))


def clock_of(stretch: "Stretch", terms: Terms, carried: Carried | None = None) -> PromiseClock | None:
    """Return the clock of a stretch as these terms count it, None where they promise nothing."""
    target_s = terms.targets.get(stretch.kind)
    if not target_s:
        return None
    try:
        return _clock(stretch, target_s, terms, carried)
    except NeverOpen:
        return None


def consumed_until(segments: Iterable[Segment], calendar: Calendar, at: datetime) -> float:
    """Return the seconds that ran in these segments up to a moment."""
    return sum(
        business_seconds_between(calendar, one.since, min(one.until or at, at))
        for one in segments
        if one.state == RUNNING and one.since < at
    )


class _Mode(Enum):
    RUNNING = auto()
    PAUSED = auto()
    # Finished, in spam or the trash, or merged: the clock has stopped, unless it goes on later.
    AWAY = auto()


@dataclass
class Stretch:
    """When one clock ran: its modes, each from its moment on."""

    kind: ClockKind
    started_at: datetime
    marks: list[tuple[datetime, _Mode]]
    ended_at: datetime | None = None

    def enter(self, at: datetime, mode: _Mode) -> None:
        if self.marks[-1][1] != mode:
            self.marks.append((max(at, self.started_at), mode))

    @property
    def key(self) -> ClockKey:
        """Return what tells it from the conversation's others."""
        return self.kind, self.started_at

    @property
    def stopped_at(self) -> datetime | None:
        """Return when it ended, or when the conversation went away; None while it may run."""
        return self.ended_at or self.away_since

    @property
    def away_since(self) -> datetime | None:
        """When the stretch began that it is away in, None if it is not."""
        return self.marks[-1][0] if self.marks[-1][1] == _Mode.AWAY else None


@dataclass
class _Story:
    """What has happened so far, and the clocks that came of it."""

    pauses_while_pending: bool
    stretches: list[Stretch] = field(default_factory=list)
    wait: Stretch | None = None
    resolution: Stretch | None = None
    status: str = Status.OPEN
    finished_at: datetime | None = None
    is_in_inbox: bool = True
    is_merged: bool = False
    has_reply: bool = False

    def tell(self, fact: ClockFact) -> None:
        _TOLD[fact.kind](self, fact)
        mode = self._mode()
        for stretch in (self.wait, self.resolution):
            if stretch is not None:
                stretch.enter(fact.at, mode)

    def _mode(self) -> _Mode:
        if self.status in FINISHED or not self.is_in_inbox or self.is_merged:
            return _Mode.AWAY
        is_paused = self.status == Status.SNOOZED or (self.status == Status.PENDING and self.pauses_while_pending)
        return _Mode.PAUSED if is_paused else _Mode.RUNNING

    def _start(self, kind: ClockKind, at: datetime) -> Stretch:
        stretch = Stretch(kind, at, [(at, self._mode())])
        self.stretches.append(stretch)
        return stretch

    def begin(self, fact: ClockFact) -> None:
        self.resolution = self._start(ClockKind.RESOLUTION, fact.at)

    def hear(self, fact: ClockFact) -> None:
        if self.finished_at is not None:
            self._come_back(fact.at)
        if self.wait is None:
            self.wait = self._start(ClockKind.NEXT_RESPONSE if self.has_reply else ClockKind.FIRST_RESPONSE, fact.at)

    def answer(self, fact: ClockFact) -> None:
        self.has_reply = True
        if self.wait is not None:
            self.wait.ended_at = fact.at
        self.wait = None

    def move(self, fact: ClockFact) -> None:
        if fact.is_by_customer and self.finished_at is not None:
            # What they wrote is older than the end that it came after: they wait since it came.
            is_unanswered = self.wait is not None
            self._come_back(fact.at)
            if is_unanswered:
                self.hear(fact)
        self.status = fact.status
        if self.status not in FINISHED:
            self.finished_at = None
        elif self.finished_at is None:
            self.finished_at = fact.at

    def file(self, fact: ClockFact) -> None:
        self.is_in_inbox = fact.is_in_inbox

    def join(self, fact: ClockFact) -> None:
        self.is_merged = fact.is_merged

    def _come_back(self, at: datetime) -> None:
        """The customer answers what was finished: they wait anew, and after a while it is another matter."""
        finished_at = self.finished_at or at
        self.status, self.finished_at = Status.OPEN, None
        if self.wait is not None:
            self.wait.ended_at = finished_at
            self.wait = None
        if at - finished_at > SAME_MATTER_FOR:
            if self.resolution is not None:
                self.resolution.ended_at = finished_at
            self.resolution = self._start(ClockKind.RESOLUTION, at)


_TOLD: Mapping[ClockFactKind, Callable[[_Story, ClockFact], None]] = {
    ClockFactKind.BEGAN: _Story.begin,
    ClockFactKind.WROTE: _Story.hear,
    ClockFactKind.REPLIED: _Story.answer,
    ClockFactKind.STATUS: _Story.move,
    ClockFactKind.FOLDER: _Story.file,
    ClockFactKind.MERGED: _Story.join,
}


def _clock(stretch: Stretch, target_s: int, terms: Terms, carried: Carried | None) -> PromiseClock:
    stopped_at = stretch.stopped_at
    segments = _segments(stretch, stopped_at, carried)
    count = _Count(terms.calendar, target_s, carried.consumed_s if carried else 0.0)
    counted_from = carried.at if carried else stretch.started_at
    for one in segments:
        if one.state == RUNNING and one.until is not None and one.until > counted_from:
            count.run(max(one.since, counted_from), one.until)
    last = segments[-1] if segments else None
    runs_since = max(last.since, counted_from) if last and last.until is None and last.state == RUNNING else None
    is_paused = last is not None and last.until is None and last.state == PAUSED
    warn_s = terms.warn_s(target_s)
    return PromiseClock(
        kind=stretch.kind,
        started_at=stretch.started_at,
        target_s=target_s,
        warn_s=warn_s,
        segments=segments,
        consumed_s=count.consumed_s,
        due_at=None if is_paused else count.due_at(runs_since or stopped_at or stretch.started_at),
        warn_at=count.moment_of(warn_s, runs_since) if runs_since else None,
        paused_since=last.since if last and is_paused else None,
        stopped_at=stopped_at,
        broken_at=count.broken_at,
    )


@dataclass
class _Count:
    """How much of a target has run."""

    calendar: Calendar
    target_s: int
    consumed_s: float
    broken_at: datetime | None = None

    def run(self, since: datetime, until: datetime) -> None:
        before_s = self.consumed_s
        self.consumed_s += business_seconds_between(self.calendar, since, until)
        if self.broken_at is None and self.consumed_s >= self.target_s:
            ran_out_at = self._after(since, self.target_s - before_s)
            # What happens just when the time is over is in time.
            self.broken_at = ran_out_at if ran_out_at < until else None

    def due_at(self, since: datetime) -> datetime:
        return self.broken_at or self.moment_of(self.target_s, since)

    def moment_of(self, seconds: float, since: datetime) -> datetime:
        """Return when that much has run if time runs from `since` on, and `since` for what has run already."""
        return self._after(since, seconds - self.consumed_s)

    def _after(self, start: datetime, seconds: float) -> datetime:
        return add_business_seconds(self.calendar, start, max(seconds, 0.0))


def _segments(stretch: Stretch, stopped_at: datetime | None, carried: Carried | None) -> tuple[Segment, ...]:
    """Return the stretches of a clock; what lies before the change of its terms stays as it was kept."""
    found: list[Segment] = []
    moments = [at for at, _mode in stretch.marks[1:]]
    for (since, mode), until in zip(stretch.marks, [*moments, None], strict=True):
        end = stopped_at if until is None or (stopped_at and until > stopped_at) else until
        state = RUNNING if mode == _Mode.RUNNING else PAUSED
        if end is not None and since >= end:
            continue
        if found and found[-1].state == state:
            found[-1] = Segment(found[-1].since, end, state)
        else:
            found.append(Segment(since, end, state))
    return _joined(carried, found) if carried else tuple(found)


def _joined(carried: Carried, found: Sequence[Segment]) -> tuple[Segment, ...]:
    kept = [
        Segment(one.since, min(one.until or carried.at, carried.at), one.state)
        for one in carried.segments
        if one.since < carried.at
    ]
    for one in found:
        if one.until is not None and one.until <= carried.at:
            continue
        since = max(one.since, carried.at)
        if kept and kept[-1].state == one.state and kept[-1].until == since:
            kept[-1] = Segment(kept[-1].since, one.until, one.state)
        else:
            kept.append(Segment(since, one.until, one.state))
    return tuple(kept)
