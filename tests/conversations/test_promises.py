"""The clocks of promises, on the wall clock and in office hours."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.enums import ClockKind, Status
from conversations.promises import (
    PAUSED,
    RUNNING,
    Carried,
    ClockFact,
    ClockFactKind,
    PromiseClock,
    Terms,
    clocks_of,
    consumed_until,
)
from teams.calendar import AROUND_THE_CLOCK, Calendar, business_seconds_between

START = datetime(2026, 11, 23, 8, tzinfo=UTC)
HOUR_S = 3600
LATER = datetime(2040, 1, 1, tzinfo=UTC)
FIRST, NEXT, RESOLUTION = ClockKind.FIRST_RESPONSE, ClockKind.NEXT_RESPONSE, ClockKind.RESOLUTION
TERMS = Terms({FIRST: 4 * HOUR_S, NEXT: 8 * HOUR_S, RESOLUTION: 24 * HOUR_S})


def after(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def began(**fields: object) -> ClockFact:
    return ClockFact(ClockFactKind.BEGAN, START, -1, **fields)  # type: ignore[arg-type]


def wrote(hours: float) -> ClockFact:
    return ClockFact(ClockFactKind.WROTE, after(hours))


def replied(hours: float) -> ClockFact:
    return ClockFact(ClockFactKind.REPLIED, after(hours))


def became(hours: float, status: Status, *, is_by_customer: bool = False) -> ClockFact:
    return ClockFact(ClockFactKind.STATUS, after(hours), 1, status=status, is_by_customer=is_by_customer)


def filed(hours: float, *, is_in_inbox: bool) -> ClockFact:
    return ClockFact(ClockFactKind.FOLDER, after(hours), 1, is_in_inbox=is_in_inbox)


def joined(hours: float, *, is_merged: bool) -> ClockFact:
    return ClockFact(ClockFactKind.MERGED, after(hours), 1, is_merged=is_merged)


def only(kind: ClockKind, *facts: ClockFact, terms: Terms = TERMS) -> PromiseClock:
    """Return the one clock of a kind."""
    (found,) = [clock for clock in clocks_of([began(), *facts], terms) if clock.kind == kind]
    return found


def hours_of(clock: PromiseClock) -> list[tuple[float, float | None, str]]:
    """Return the segments in hours after the start."""
    return [
        (
            (one.since - START).total_seconds() / HOUR_S,
            (one.until - START).total_seconds() / HOUR_S if one.until else None,
            one.state,
        )
        for one in clock.segments
    ]


def test_first_reply_runs_from_the_first_message_until_the_reply() -> None:
    running, stopped = only(FIRST, wrote(1), wrote(2)), only(FIRST, wrote(1), wrote(2), replied(3))

    assert (running.due_at, running.warn_at, running.stopped_at) == (after(5), after(4), None)
    assert (stopped.due_at, stopped.stopped_at, stopped.consumed_s) == (after(5), after(3), 2 * HOUR_S)
    assert hours_of(stopped) == [(1, 3, RUNNING)]


def test_each_wait_has_a_clock_of_its_own() -> None:
    clocks = clocks_of([began(), wrote(0), replied(1), wrote(2), wrote(3), replied(4), wrote(6)], TERMS)

    assert [(clock.kind, clock.started_at, clock.stopped_at) for clock in clocks] == [
        (FIRST, after(0), after(1)),
        (RESOLUTION, after(0), None),
        (NEXT, after(2), after(4)),
        (NEXT, after(6), None),
    ]


def test_customer_who_answers_what_we_began_gets_the_next_reply() -> None:
    assert only(NEXT, replied(0), wrote(2)).due_at == after(10)


@pytest.mark.parametrize(("pauses", "due_at"), [(True, None), (False, after(24))])
def test_pending_pauses_if_the_policy_says_so(pauses: bool, due_at: datetime | None) -> None:
    terms = Terms(TERMS.targets, pauses_while_pending=pauses)

    clock = only(RESOLUTION, wrote(0), replied(1), became(2, Status.PENDING), terms=terms)

    assert clock.due_at == due_at
    assert clock.paused_since == (after(2) if pauses else None)


def test_snooze_pauses_and_waking_goes_on() -> None:
    snoozed = [wrote(0), became(1, Status.SNOOZED)]

    paused, woken = only(FIRST, *snoozed), only(FIRST, *snoozed, became(11, Status.OPEN))

    assert (paused.paused_since, paused.due_at, paused.consumed_s) == (after(1), None, HOUR_S)
    assert (woken.paused_since, woken.due_at) == (None, after(14))
    assert hours_of(woken) == [(0, 1, RUNNING), (1, 11, PAUSED), (11, None, RUNNING)]


@pytest.mark.parametrize(
    ("gone", "back"),
    [
        (filed(1, is_in_inbox=False), filed(6, is_in_inbox=True)),
        (joined(1, is_merged=True), joined(6, is_merged=False)),
        (became(1, Status.RESOLVED), became(6, Status.OPEN)),
    ],
    ids=["spam", "merge", "resolved"],
)
def test_what_goes_away_stops_and_goes_on_when_that_is_undone(gone: ClockFact, back: ClockFact) -> None:
    stopped, undone = only(FIRST, wrote(0), gone), only(FIRST, wrote(0), gone, back)

    assert (stopped.stopped_at, stopped.consumed_s, hours_of(stopped)) == (after(1), HOUR_S, [(0, 1, RUNNING)])
    assert (undone.stopped_at, undone.due_at) == (None, after(9))
    assert hours_of(undone) == [(0, 1, RUNNING), (1, 6, PAUSED), (6, None, RUNNING)]


def test_spam_from_the_first_has_stopped_before_it_ran() -> None:
    (first, resolution) = clocks_of([began(is_in_inbox=False), wrote(0)], TERMS)

    assert (first.stopped_at, first.consumed_s, first.segments) == (after(0), 0, ())
    assert resolution.stopped_at == after(0)


@pytest.mark.parametrize(("days", "is_same_matter"), [(7, True), (7.1, False)])
def test_customer_who_comes_back_waits_anew_and_later_it_is_another_matter(days: float, is_same_matter: bool) -> None:
    back = 2 + days * 24
    facts = [began(), wrote(0), replied(1), became(2, Status.RESOLVED), wrote(back)]

    clocks = clocks_of([*facts, became(back, Status.OPEN, is_by_customer=True)], TERMS)

    resolutions = [clock for clock in clocks if clock.kind == RESOLUTION]
    assert [clock.started_at for clock in clocks if clock.kind == NEXT] == [after(back)]
    assert [clock.started_at for clock in resolutions] == ([after(0)] if is_same_matter else [after(0), after(back)])
    assert resolutions[-1].due_at == after(back + (22 if is_same_matter else 24))


def test_resolved_without_an_answer_ends_the_wait() -> None:
    facts = [began(), wrote(0), became(1, Status.CLOSED), wrote(5), became(5, Status.OPEN, is_by_customer=True)]

    firsts = [clock for clock in clocks_of(facts, TERMS) if clock.kind == FIRST]

    assert [(clock.started_at, clock.stopped_at, clock.due_at) for clock in firsts] == [
        (after(0), after(1), after(4)),
        (after(5), None, after(9)),
    ]


def test_late_mail_waits_from_its_arrival_if_the_end_lay_between() -> None:
    facts = [began(), wrote(0), replied(1), wrote(2), became(3, Status.RESOLVED)]

    clocks = clocks_of([*facts, became(6, Status.OPEN, is_by_customer=True)], TERMS)

    assert [(clock.started_at, clock.stopped_at) for clock in clocks if clock.kind == NEXT] == [
        (after(2), after(3)),
        (after(6), None),
    ]


def test_promise_is_broken_at_the_moment_its_time_ran_out() -> None:
    late = only(FIRST, wrote(0), became(3, Status.SNOOZED), became(10, Status.OPEN), replied(12))
    exactly = only(FIRST, wrote(0), replied(4))

    assert (late.broken_at, late.due_at) == (after(11), after(11))
    assert exactly.broken_at is None


def test_broken_clock_that_runs_again_is_due_when_it_was() -> None:
    clock = only(FIRST, wrote(0), became(5, Status.SNOOZED), became(10, Status.OPEN))

    assert (clock.due_at, clock.broken_at) == (after(4), after(4))


def test_what_is_not_promised_has_no_clock() -> None:
    assert clocks_of([began(), wrote(0)], Terms({FIRST: None, RESOLUTION: 0})) == []


def test_carried_share_counts_and_the_past_stays_as_it_was() -> None:
    half = only(RESOLUTION, wrote(0))
    carried = {(RESOLUTION, START): Carried(after(2), HOUR_S, half.segments)}

    (clock,) = clocks_of([began(), became(1, Status.SNOOZED)], Terms({RESOLUTION: 2 * HOUR_S}), carried)

    assert hours_of(clock) == [(0, 2, RUNNING), (2, None, PAUSED)]
    assert clock.consumed_s == HOUR_S


STEPS = st.lists(
    st.tuples(
        st.integers(1, 200 * 60),
        st.sampled_from(["wrote", "replied", "spam", "inbox", "merged", "unmerged", *Status.values]),
    ),
    max_size=25,
)


def facts_of_steps(steps: list[tuple[int, str]]) -> list[ClockFact]:
    """Return a history: minutes after the one before, and what happened then."""
    facts, at, finished = [began(), wrote(0)], START, False
    for order, (minutes, what) in enumerate(steps, start=1):
        at += timedelta(minutes=minutes)
        if what in Status.values:
            facts.append(ClockFact(ClockFactKind.STATUS, at, order, status=what))
            finished = what in (Status.RESOLVED, Status.CLOSED)
        elif what == "wrote":
            facts.append(ClockFact(ClockFactKind.WROTE, at, order))
            if finished:
                facts.append(ClockFact(ClockFactKind.STATUS, at, order, status=Status.OPEN, is_by_customer=True))
            finished = False
        elif what == "replied":
            facts.append(ClockFact(ClockFactKind.REPLIED, at, order))
        elif what in ("spam", "inbox"):
            facts.append(ClockFact(ClockFactKind.FOLDER, at, order, is_in_inbox=what == "inbox"))
        else:
            facts.append(ClockFact(ClockFactKind.MERGED, at, order, is_merged=what == "merged"))
    return facts


@given(STEPS)
def test_running_segments_sum_up_to_what_was_consumed(steps: list[tuple[int, str]]) -> None:
    for clock in clocks_of(facts_of_steps(steps), TERMS):
        closed = [one for one in clock.segments if one.until is not None]

        assert consumed_until(closed, AROUND_THE_CLOCK, LATER) == pytest.approx(clock.consumed_s)
        assert all(one.until == two.since for one, two in pairwise(clock.segments))
        assert all(one.state != two.state for one, two in pairwise(clock.segments))
        assert [one.until for one in clock.segments if one.until is None] == (
            [] if clock.stopped_at or not clock.segments else [None]
        )
        assert clock.is_running == bool(clock.segments and clock.segments[-1][1:] == (None, RUNNING))


@given(STEPS)
def test_consumed_never_shrinks(steps: list[tuple[int, str]]) -> None:
    facts = facts_of_steps(steps)
    before: dict[object, float] = {}
    for count in range(2, len(facts) + 1):
        now = facts[count - 1].at
        for clock in clocks_of(facts[:count], TERMS):
            key = clock.kind, clock.started_at
            consumed_s = consumed_until(clock.segments, AROUND_THE_CLOCK, now)
            assert consumed_s >= before.get(key, 0.0)
            before[key] = consumed_s


@given(STEPS, st.randoms(use_true_random=False))
def test_order_in_which_facts_are_read_does_not_matter(steps: list[tuple[int, str]], random: Random) -> None:
    facts = facts_of_steps(steps)
    numbered = [replace(one, order=order) for order, one in enumerate(facts)]

    assert clocks_of(random.sample(numbered, len(numbered)), TERMS) == clocks_of(numbered, TERMS)


@given(st.floats(0, 3.9), st.floats(0.01, 500))
def test_pause_of_any_length_moves_the_due_time_by_just_that(ran_h: float, paused_h: float) -> None:
    snoozed = became(ran_h, Status.SNOOZED)
    woken = became(ran_h + paused_h, Status.OPEN)

    clock = only(FIRST, wrote(0), snoozed, woken)

    assert clock.due_at is not None
    assert abs(clock.due_at - after(4) - (woken.at - snoozed.at)) < timedelta(milliseconds=1)


OFFICE = Calendar("Europe/Helsinki", (((540, 1020),),) * 5 + ((),) * 2)
IN_OFFICE = Terms(TERMS.targets, calendar=OFFICE)


@given(st.floats(0, 300), st.floats(0.01, 9000))
def test_pause_moves_the_due_time_by_the_open_time_in_it(ran_h: float, paused_h: float) -> None:
    facts = [became(ran_h, Status.SNOOZED), became(ran_h + paused_h, Status.OPEN)]
    steady, paused = only(RESOLUTION, terms=IN_OFFICE), only(RESOLUTION, *facts, terms=IN_OFFICE)
    assert steady.due_at
    assert paused.due_at

    moved_s = business_seconds_between(OFFICE, steady.due_at, paused.due_at)

    in_time = facts[0].at < steady.due_at
    stood_s = business_seconds_between(OFFICE, facts[0].at, facts[1].at) if in_time else 0.0
    assert moved_s == pytest.approx(stood_s, abs=0.001)


def test_night_in_which_the_clock_is_put_back_is_an_hour_longer() -> None:
    nights = Calendar("Europe/Helsinki", (((0, 1440),),) * 7)
    sunday = datetime(2026, 10, 24, 21, tzinfo=UTC)  # midnight there
    facts = [ClockFact(ClockFactKind.BEGAN, sunday, -1), ClockFact(ClockFactKind.WROTE, sunday)]
    until_six = Terms({FIRST: 7 * HOUR_S}, calendar=Calendar("Europe/Helsinki", (((0, 360),),) * 7))

    (whole,), (part,) = clocks_of(facts, Terms({FIRST: 25 * HOUR_S}, calendar=nights)), clocks_of(facts, until_six)

    assert whole.due_at == datetime(2026, 10, 25, 22, tzinfo=UTC)
    assert part.due_at == datetime(2026, 10, 25, 4, tzinfo=UTC)


def test_calendar_that_never_opens_promises_nothing() -> None:
    never = Terms(TERMS.targets, calendar=Calendar("UTC", ((),) * 7))

    assert clocks_of([began(), wrote(0)], never) == []
