"""Giving what waits to whoever can take it."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.utils import timezone

from conversations.actions.change_conversation import apply_changes
from conversations.enums import IN_HAND, Folder
from conversations.events import ConversationAssigned
from conversations.models import Conversation, RoutingDecision
from conversations.queries.queue import (
    Roster,
    RoutedTeam,
    WaitingGroup,
    WaitingRow,
    claim_one,
    claim_waiting,
    insert_decisions,
    look_as_only_router,
    needed_skills,
    roster_of,
    team_routed,
)
from conversations.queries.routing import is_untouched_by_people, newest_decision, routing_cases
from conversations.ranking import AgentChoice, Candidate, Needs, choose, exclusions
from hummdesk.events.actor import Actor
from hummdesk.events.publishing import action, publish
from teams.models import Agent, Team

# Conversations of one transaction, while which other routers of the account wait.
ROUTED_AT_ONCE = 50
# Of one task; the sweep goes on.
MOST_STEPS = 100


class RoutedStep(NamedTuple):
    """Which conversations were given, and whether there may be more that can be."""

    given_ids: Sequence[UUID]
    has_more: bool

    @property
    def given(self) -> int:
        """How many were given."""
        return len(self.given_ids)


def route_after_event(conversation_id: UUID, data: Mapping[str, object]) -> None:
    """What `route_after_events` says, of one event by its fields."""
    route_after_events([(conversation_id, data)])


def route_after_events(happened: Sequence[tuple[UUID, Mapping[str, object]]]) -> None:
    """What events, each of a conversation and by its fields, give to do for the router is done. One query for nothing.

    Each conversation has the team that serves its category, and an agent if it waits for one, or a decision that says
    why nobody takes it; where somebody has more room now, whoever else waits has an agent.
    """
    ids = list(dict.fromkeys(conversation_id for conversation_id, _data in happened))
    cases = routing_cases(ids)
    served = {one: case.serving_team_id for one, case in cases.items() if case.serving_team_id is not None}
    for conversation_id, team_id in served.items():
        serve_category(conversation_id=conversation_id, team_id=team_id)
    if served:
        cases = routing_cases(ids)
    waiting = [one for one in ids if one in cases and cases[one].waits]
    given: Set[UUID] = set()
    if waiting or any(_makes_room(data) for _one, data in happened):
        given = _drain()
    for conversation_id in waiting:
        if conversation_id not in given:
            note_waiting(conversation_id=conversation_id)


def _makes_room(data: Mapping[str, object]) -> bool:
    """Return whether an agent may have had the conversation in hand until this event, and does not any more."""
    leaves_hand = data.get("status_before") in IN_HAND and data.get("status") not in IN_HAND
    return leaves_hand or bool(
        data.get("assignee_before") or data.get("into_id") or data.get("folder_before") == Folder.INBOX
    )


def drain_waiting() -> int:
    """Whoever waits and can be given to somebody has an agent; returns how many were given. Several transactions."""
    return len(_drain())


def _drain() -> Set[UUID]:
    given: set[UUID] = set()
    for _step in range(MOST_STEPS):
        step = route_waiting()
        given.update(step.given_ids)
        if not step.has_more:
            break
    return given


@action
def route_waiting(*, limit: int = ROUTED_AT_ONCE) -> RoutedStep:
    """The first of those who wait have agents, as far as somebody can take them.

    One router at a time in an account. Locks the conversations that it may give, and passes over those that somebody
    else holds. Loads are what is committed, and what this transaction adds: nobody is given more than their capacity.
    Four statements and the log, however many are given. Publishes: ConversationAssigned with the decision's id.
    """
    look = look_as_only_router()
    if not look.groups:
        return RoutedStep((), has_more=False)
    roster = roster_of(look.teams, look.skills)
    groups = [group for group in look.groups if _somebody_can(roster, group)]
    if not groups:
        return RoutedStep((), has_more=False)
    rows = claim_waiting(groups, limit, is_sticky=any(team.is_sticky for team in look.teams.values()))
    decisions = _decisions(rows, roster, look.teams)
    _assign(decisions)
    given_ids = [decision.conversation_id for decision in decisions]
    return RoutedStep(given_ids, has_more=bool(given_ids) and len(rows) == limit)


def _somebody_can(roster: Roster, group: WaitingGroup) -> bool:
    needs = roster.needs(group)
    return any(not exclusions(one, needs) for one in roster.candidates(group.team_id))


def _decisions(
    rows: Sequence[WaitingRow], roster: Roster, teams: Mapping[UUID, RoutedTeam]
) -> Sequence[RoutingDecision]:
    """Return a decision for each row that somebody can take; the roster counts them."""
    now = timezone.now()
    found = []
    for row in rows:
        team = teams[row.group.team_id]
        needs = _needs(roster, row)
        choice = choose(roster.candidates(team.id), needs, strategy=team.routing, is_sticky=team.is_sticky)
        if choice.agent_id is not None:
            found.append(_decision(row.id, team, needs, choice, now))
            roster.give(choice.agent_id, timezone.now())
    return found


def _needs(roster: Roster, row: WaitingRow) -> Needs:
    return replace(roster.needs(row.group), known_by=row.known_by, given_back_by=row.given_back_by)


def _decision(
    conversation_id: UUID, team: RoutedTeam, needs: Needs, choice: AgentChoice, now: datetime
) -> RoutingDecision:
    return RoutingDecision(
        conversation_id=conversation_id,
        team_id=team.id,
        agent_id=choice.agent_id,
        strategy=team.routing,
        reason=_reason(needs, choice),
        at=now,
    )


def _reason(needs: Needs, choice: AgentChoice) -> dict[str, Any]:
    return {
        "rule": choice.rule.value,
        "needs": {
            "language": needs.language,
            "skills": {str(skill): level for skill, level in needs.skills.items()},
            "known_by": _text(needs.known_by),
            "given_back_by": _text(needs.given_back_by),
        },
        "able": {
            **_columns(choice.able),
            "csat_scores": [one.csat_score for one in choice.able],
            "idle_since": [one.idle_since.isoformat() if one.idle_since else None for one in choice.able],
        },
        "excluded": [
            {"reasons": [reason.value for reason in why], **_columns(some)} for why, some in choice.excluded.items()
        ],
    }


def _columns(candidates: Sequence[Candidate]) -> dict[str, list[Any]]:
    return {
        "agent_ids": [str(one.agent_id) for one in candidates],
        "loads": [one.load for one in candidates],
        "capacities": [one.capacity for one in candidates],
    }


def _text(id: UUID | None) -> str | None:
    return str(id) if id else None


def _assign(decisions: Sequence[RoutingDecision]) -> None:
    if not decisions:
        return
    insert_decisions(decisions, timezone.now())
    for decision in decisions:
        publish(
            ConversationAssigned(
                actor=Actor.system(),
                conversation_id=decision.conversation_id,
                assignee_before=None,
                assignee_id=decision.agent_id,
                decision_id=decision.id,
            )
        )


@action
def note_waiting(*, conversation_id: UUID) -> RoutingDecision | None:
    """A conversation that nobody could take has a decision that says why; None where it does not wait any more.

    Kept once as long as the reasons stay the same. Locks the conversation, and passes over one that somebody holds.
    """
    row = claim_one(conversation_id)
    team = team_routed(row.group.team_id) if row else None
    if row is None or team is None:
        return None
    roster = roster_of([team.id], needed_skills([row.group.category_id]))
    needs = _needs(roster, row)
    choice = choose(roster.candidates(team.id), needs, strategy=team.routing)
    if choice.agent_id is not None:  # somebody has room since the router looked: they get it in a moment
        return None
    decision = _decision(row.id, team, needs, choice, timezone.now())
    before = newest_decision(row.id)
    if before is not None and _is_same(before, decision):
        return before
    decision.save(force_insert=True)
    return decision


def _is_same(before: RoutingDecision, now: RoutingDecision) -> bool:
    return (before.team_id, before.agent_id, _grounds(before)) == (now.team_id, None, _grounds(now))


def _grounds(decision: RoutingDecision) -> Any:
    excluded = {one["agent_id"]: one["excluded"] for one in decision.candidates}
    return decision.reason["needs"], excluded


def route_one(*, conversation_id: UUID) -> str | None:
    """Whoever waits has an agent as far as somebody can take them; returns the name of who has this one, if anybody.

    Several transactions.
    """
    drain_waiting()
    note_waiting(conversation_id=conversation_id)
    agents = Agent.objects.filter(conversations__id=conversation_id)
    return agents.values_list("name", flat=True).first()


@action
def serve_category(*, conversation_id: UUID, team_id: UUID) -> bool:
    """The team that serves the conversation's category has it, if nobody but routing has chosen another; returns
    whether it came to the team now. Whom routing had given it to before does not have it any more.

    Locks the conversation. Publishes: ConversationTeamChanged, ConversationAssigned.
    """
    conversation = Conversation.objects.select_for_update(of=("self",)).filter(id=conversation_id).first()
    if conversation is None or conversation.team_id == team_id or not is_untouched_by_people(conversation):
        return False
    team = Team.objects.filter(id=team_id).first()
    if team is None or not Conversation.objects.filter(id=conversation.id, category__team=team).exists():
        return False
    return bool(apply_changes(conversation, {"team": team, "assignee": None}, actor=Actor.system()))
