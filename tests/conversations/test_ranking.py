"""Who of a team gets a conversation."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conversations.enums import ChosenBy, Exclusion
from conversations.ranking import AgentChoice, Candidate, Needs, choose, exclusions, expected
from teams.enums import RoutingStrategy

LEAST, ROUND = RoutingStrategy.LEAST_LOADED, RoutingStrategy.ROUND_ROBIN
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SQL, TAX = UUID(int=100), UUID(int=101)


def someone(number: int, **fields: Any) -> Candidate:
    return Candidate(UUID(int=number), **fields)


def chosen(*candidates: Candidate, needs: Needs | None = None, **rules: Any) -> int | None:
    choice = choose(candidates, needs or Needs(), **{"strategy": LEAST, **rules})
    return choice.agent_id.int if choice.agent_id else None


def test_least_loaded_is_measured_by_capacity() -> None:
    assert chosen(someone(1, load=3, capacity=4), someone(2, load=5, capacity=10)) == 2


def test_of_equally_loaded_the_one_with_the_better_score_is_chosen() -> None:
    assert chosen(someone(1, csat_score=4.1), someone(2, csat_score=4.6)) == 2


def test_unknown_score_counts_as_the_mean_of_the_team() -> None:
    low, unknown, high = someone(1, csat_score=3.0), someone(2), someone(3, csat_score=5.0)

    assert chosen(low, unknown) == 1  # the mean is 3.0: both are alike, and the id decides
    assert chosen(low, unknown, high) == 3
    assert chosen(low, unknown, someone(3, csat_score=5.0, is_online=False)) == 2


def test_of_equal_scores_the_one_who_was_idle_the_longest_is_chosen() -> None:
    recent, earlier = someone(1, idle_since=NOON), someone(2, idle_since=NOON - timedelta(hours=1))

    assert chosen(recent, earlier) == 2
    assert chosen(recent, earlier, someone(3)) == 3  # was never given one


def test_what_is_equal_in_all_is_told_apart_by_the_id() -> None:
    assert chosen(someone(2), someone(1)) == 1
    assert chosen(someone(1), someone(2)) == 1


def test_round_robin_takes_who_was_given_one_the_longest_ago_whatever_the_load() -> None:
    busy = someone(1, load=9, capacity=10, idle_since=NOON - timedelta(hours=1))

    assert chosen(busy, someone(2, idle_since=NOON), strategy=ROUND) == 1


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"is_online": False}, Exclusion.OFFLINE),
        ({"is_out": True}, Exclusion.OUT_OF_OFFICE),
        ({"load": 12}, Exclusion.FULL),
        ({"load": 13}, Exclusion.FULL),
        ({"languages": frozenset({"sv"})}, Exclusion.LANGUAGE),
        ({"skills": {}}, Exclusion.SKILL),
        ({"skills": {SQL: 2, TAX: 1}}, Exclusion.SKILL),
        ({"agent_id": UUID(int=9)}, Exclusion.GAVE_BACK),
    ],
)
def test_whoever_cannot_take_it_is_excluded_with_the_reason(fields: dict[str, Any], reason: Exclusion) -> None:
    needs = Needs(language="fi", skills={SQL: 3, TAX: 1}, given_back_by=UUID(int=9))
    able: dict[str, Any] = {
        "agent_id": UUID(int=1),
        "languages": frozenset({"fi"}),
        "skills": {SQL: 3, TAX: 5},
    }
    candidate = Candidate(**{**able, **fields})

    choice = choose([candidate], needs, strategy=LEAST)

    assert exclusions(Candidate(**able), needs) == ()
    assert exclusions(candidate, needs) == (reason,)
    assert (choice.agent_id, choice.rule) == (None, ChosenBy.NOBODY)


def test_all_that_excludes_somebody_is_named() -> None:
    assert exclusions(someone(1, is_online=False, is_out=True, load=12), Needs(language="fi")) == (
        Exclusion.OFFLINE,
        Exclusion.OUT_OF_OFFICE,
        Exclusion.FULL,
        Exclusion.LANGUAGE,
    )


def test_unknown_language_asks_for_none() -> None:
    assert chosen(someone(1)) == 1


def test_sticky_team_gives_it_to_who_knows_the_customer() -> None:
    ana, ben = someone(1), someone(2, load=5)
    needs = Needs(known_by=ben.agent_id)

    choice = choose([ana, ben], needs, strategy=LEAST, is_sticky=True)

    assert (choice.agent_id, choice.rule) == (ben.agent_id, ChosenBy.STICKY)
    assert choice.able == [ben, ana]
    assert chosen(ana, ben, needs=needs) == 1


def test_whoever_knows_the_customer_and_has_no_room_is_passed_over() -> None:
    assert chosen(someone(1), someone(2, load=12), needs=Needs(known_by=UUID(int=2)), is_sticky=True) == 1


def test_substitute_takes_it_for_who_knows_the_customer_and_is_out() -> None:
    out = someone(1, is_out=True, substitute_id=UUID(int=3))
    needs = Needs(known_by=out.agent_id)

    choice = choose([out, someone(2), someone(3, load=6)], needs, strategy=LEAST, is_sticky=True)

    assert (choice.agent_id, choice.rule) == (UUID(int=3), ChosenBy.SUBSTITUTE)
    assert chosen(out, someone(2), someone(3, is_online=False), needs=needs, is_sticky=True) == 2
    assert (
        chosen(
            someone(1, is_online=False, substitute_id=UUID(int=3)),
            someone(2),
            someone(3, load=6),
            needs=needs,
            is_sticky=True,
        )
        == 2
    )


def test_expected_agent_is_the_first_who_lacks_only_room() -> None:
    full, away = someone(1, load=12), someone(2, is_online=False)

    assert expected([away, full], Needs(), strategy=LEAST) == (full, frozenset({Exclusion.FULL}))
    assert expected([away], Needs(), strategy=LEAST) == (None, frozenset({Exclusion.OFFLINE}))
    assert expected([full, away], Needs(language="sv"), strategy=LEAST) == (None, frozenset({Exclusion.LANGUAGE}))
    assert expected([], Needs(), strategy=LEAST) == (None, frozenset())


# A machine that is busy with other things draws slowly.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
moments = st.none() | st.integers(0, 5).map(lambda minutes: NOON + timedelta(minutes=minutes))
skills = st.dictionaries(st.sampled_from([SQL, TAX]), st.integers(1, 5))
candidates = st.lists(
    st.builds(
        Candidate,
        st.integers(1, 20).map(lambda number: UUID(int=number)),
        is_online=st.booleans(),
        is_out=st.booleans(),
        load=st.integers(0, 4),
        capacity=st.integers(1, 4),
        csat_score=st.none() | st.sampled_from([1.0, 3.5, 5.0]),
        idle_since=moments,
        languages=st.frozensets(st.sampled_from(["fi", "sv", "en"])),
        skills=skills,
        substitute_id=st.none() | st.integers(1, 20).map(lambda number: UUID(int=number)),
    ),
    max_size=12,
    unique_by=lambda one: one.agent_id,
)
people = st.none() | st.integers(1, 20).map(lambda number: UUID(int=number))
needed = st.builds(
    Needs, language=st.sampled_from(["", "fi", "sv"]), skills=skills, known_by=people, given_back_by=people
)


@unhurried
@given(candidates, needed, st.sampled_from([LEAST, ROUND]), st.booleans())
def test_choice_is_somebody_who_can_take_it_whenever_there_is_one(
    team: list[Candidate], needs: Needs, strategy: RoutingStrategy, is_sticky: bool
) -> None:
    choice = choose(team, needs, strategy=strategy, is_sticky=is_sticky)

    able = {one.agent_id for one in team if not exclusions(one, needs)}
    assert (choice.agent_id in able) if able else choice.agent_id is None
    excluded = [(one, why) for why, some in choice.excluded.items() for one in some]
    assert {one.agent_id for one in choice.able} == able
    assert {one.agent_id for one, _why in excluded} == {one.agent_id for one in team} - able
    assert all(exclusions(one, needs) == why for one, why in excluded)
    assert not able or choice.able[0].agent_id == choice.agent_id


@unhurried
@given(candidates, needed, st.sampled_from([LEAST, ROUND]), st.randoms())
def test_choice_does_not_depend_on_the_order_of_the_candidates(
    team: list[Candidate], needs: Needs, strategy: RoutingStrategy, random: Any
) -> None:
    shuffled = random.sample(team, len(team))

    def of(rows: list[Candidate]) -> AgentChoice:
        return choose(rows, needs, strategy=strategy, is_sticky=True)

    one, other = of(shuffled), of(team)
    assert (one.agent_id, one.rule, one.able) == (other.agent_id, other.rule, other.able)
    assert {why: set(map(str, some)) for why, some in one.excluded.items()} == {
        why: set(map(str, some)) for why, some in other.excluded.items()
    }


@unhurried
@given(candidates, needed)
def test_nobody_who_can_take_it_is_loaded_less_than_the_one_chosen(team: list[Candidate], needs: Needs) -> None:
    choice = choose(team, needs, strategy=LEAST)

    able = {one.agent_id: one.load / one.capacity for one in team if not exclusions(one, needs)}
    assert choice.agent_id is None or able[choice.agent_id] == min(able.values())
