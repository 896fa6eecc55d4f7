"""Who of a team gets a conversation: pure, reads and changes nothing."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, NamedTuple
from uuid import UUID

from conversations.enums import ChosenBy, Exclusion
from teams.enums import RoutingStrategy

_NEVER = datetime(1, 1, 1, tzinfo=UTC)
_NO_SKILLS: Mapping[UUID, int] = MappingProxyType({})


class Candidate(NamedTuple):
    """An agent of the team as the router sees them; `idle_since` is when they were last given one, None for never.

    A tuple, since a router makes hundreds of them for each decision.
    """

    agent_id: UUID
    is_online: bool = True
    is_out: bool = False
    load: int = 0
    capacity: int = 12
    csat_score: float | None = None
    idle_since: datetime | None = None
    languages: Collection[str] = ()
    substitute_id: UUID | None = None
    skills: Mapping[UUID, int] = _NO_SKILLS


@dataclass(frozen=True, slots=True)
class Needs:
    """What a conversation asks of its agent.

    `language` is "" where it is not known; `skills` are the least levels, by skill. `known_by` answered this customer
    last; `given_back_by` had the conversation and let go of it themselves.
    """

    language: str = ""
    skills: Mapping[UUID, int] = field(default_factory=dict)
    known_by: UUID | None = None
    given_back_by: UUID | None = None


@dataclass(frozen=True, slots=True)
class AgentChoice:
    """Who gets it, None for nobody, by which rule; `able` could take it, the chosen one first, then by rank; the rest
    of the candidates are `excluded`, by all that keeps them from it.
    """

    agent_id: UUID | None
    rule: ChosenBy
    able: Sequence[Candidate]
    excluded: Mapping[tuple[Exclusion, ...], Sequence[Candidate]]


def exclusions(candidate: Candidate, needs: Needs) -> tuple[Exclusion, ...]:
    """Return all that keeps the candidate from taking it, nothing when they can."""
    found: list[Exclusion] = []
    if not candidate.is_online:
        found.append(Exclusion.OFFLINE)
    if candidate.is_out:
        found.append(Exclusion.OUT_OF_OFFICE)
    if candidate.load >= candidate.capacity:
        found.append(Exclusion.FULL)
    if needs.language and needs.language not in candidate.languages:
        found.append(Exclusion.LANGUAGE)
    if needs.skills and any(candidate.skills.get(skill, 0) < level for skill, level in needs.skills.items()):
        found.append(Exclusion.SKILL)
    if needs.given_back_by is not None and candidate.agent_id == needs.given_back_by:
        found.append(Exclusion.GAVE_BACK)
    return tuple(found)


def choose(
    candidates: Sequence[Candidate], needs: Needs, *, strategy: RoutingStrategy, is_sticky: bool = False
) -> AgentChoice:
    """Return who gets the conversation, of candidates in any order; what is equal in all is told apart by the id.

    Nobody is chosen whom anything excludes. A substitute counts if they are a candidate, too.
    """
    able: list[Candidate] = []
    excluded: dict[tuple[Exclusion, ...], list[Candidate]] = {}
    for one in candidates:
        why = exclusions(one, needs)
        (excluded.setdefault(why, []) if why else able).append(one)
    if not able:
        return AgentChoice(None, ChosenBy.NOBODY, able, excluded)
    able.sort(key=rank_order(strategy, candidates))
    agent_id, rule = able[0].agent_id, ChosenBy(strategy)
    wish = _sticky_wish(candidates, needs) if is_sticky and needs.known_by else None
    if wish is not None and any(one.agent_id == wish[0] for one in able):
        agent_id, rule = wish
        able.sort(key=lambda one: one.agent_id != agent_id)
    return AgentChoice(agent_id, rule, able, excluded)


def _sticky_wish(candidates: Sequence[Candidate], needs: Needs) -> tuple[UUID, ChosenBy] | None:
    """Return who knows the customer, or who stands in for them while they are out."""
    knows = next((one for one in candidates if one.agent_id == needs.known_by), None)
    if knows is None:
        return None
    if knows.is_out:
        return (knows.substitute_id, ChosenBy.SUBSTITUTE) if knows.substitute_id else None
    return knows.agent_id, ChosenBy.STICKY


def rank_order(strategy: RoutingStrategy, candidates: Sequence[Candidate]) -> Callable[[Candidate], Any]:
    """Return the key by which the team's candidates are sorted, the best first.

    Least loaded: load by capacity, then the higher CSAT score, then who was given one the longest ago. Round robin:
    who was given one the longest ago, then the CSAT score. An unknown score counts as the mean of those known.
    """
    scores = [one.csat_score for one in candidates if one.csat_score is not None]
    mean = sum(scores) / len(scores) if scores else 0.0

    def least_loaded(one: Candidate) -> Any:
        return one.load / one.capacity, _dislike(one, mean), one.idle_since or _NEVER, one.agent_id

    def round_robin(one: Candidate) -> Any:
        return one.idle_since or _NEVER, _dislike(one, mean), one.agent_id

    return round_robin if strategy == RoutingStrategy.ROUND_ROBIN else least_loaded


def _dislike(one: Candidate, mean: float) -> float:
    return -(mean if one.csat_score is None else one.csat_score)


def expected(
    candidates: Sequence[Candidate], needs: Needs, *, strategy: RoutingStrategy
) -> tuple[Candidate | None, frozenset[Exclusion]]:
    """Return who is likely to get a conversation that waits, as soon as they have room, or why nobody is.

    The reasons are what excludes those who come nearest to taking it.
    """
    order = rank_order(strategy, candidates)
    judged = sorted(
        ((exclusions(one, needs), one) for one in candidates),
        key=lambda pair: (len(set(pair[0]) - {Exclusion.FULL}), order(pair[1])),
    )
    if not judged:
        return None, frozenset()
    why, first = judged[0]
    if set(why) <= {Exclusion.FULL}:
        return first, frozenset(why)
    fewest = len(set(why) - {Exclusion.FULL})
    nearest = [one for one, _who in judged if len(set(one) - {Exclusion.FULL}) == fewest]
    return None, frozenset(reason for one in nearest for reason in one) - {Exclusion.FULL}
