"""Giving what waits to whoever can take it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import F
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
    become_only_router,
    claim_one,
    claim_waiting,
    roster_of,
    team_routed,
    teams_that_move,
    waiting_groups,
)
from conversations.queries.routing import is_untouched_by_people, newest_decision, routing_case
from conversations.ranking import AgentChoice, Judged, Needs, choose, exclusions
from hummdesk.events.actor import Actor
from hummdesk.events.publishing import action, publish
from teams.models import Agent, Team

# Conversations of one transaction, while which other routers of the account wait.
ROUTED_AT_ONCE = 50
# Of one task; the sweep goes on.
MOST_STEPS = 100


class RoutedStep(NamedTuple):
    """How many conversations were given, and whether there may be more that can be."""

    given: int
    has_more: bool


def route_after_event(conversation_id: UUID, data: Mapping[str, object]) -> None:
    """What one event of a conversation, by its fields, gives to do for the router is done. One query for nothing.

    The conversation has the team that serves its category, and an agent if it waits for one, or a decision that says
    why nobody takes it; where somebody has more room now, whoever else waits has an agent.
    """
    case = routing_case(conversation_id)
    if case is not None and case.serving_team_id is not None:
        serve_category(conversation_id=conversation_id, team_id=case.serving_team_id)
        case = routing_case(conversation_id)
    if case is not None and case.waits:
        drain_waiting()
        note_waiting(conversation_id=conversation_id)
    elif _makes_room(data):
        drain_waiting()


def _makes_room(data: Mapping[str, object]) -> bool:
    """Return whether an agent may have had the conversation in hand until this event, and does not any more."""
    leaves_hand = data.get("status_before") in IN_HAND and data.get("status") not in IN_HAND
    return leaves_hand or bool(
        data.get("assignee_before") or data.get("into_id") or data.get("folder_before") == Folder.INBOX
    )


def drain_waiting() -> int:
    """Whoever waits and can be given to somebody has an agent; returns how many were given. Several transactions."""
    given = 0
    for _step in range(MOST_STEPS):
        step = route_waiting()
        given += step.given
        if not step.has_more:
            break
    return given


@action
def route_waiting(*, limit: int = ROUTED_AT_ONCE) -> RoutedStep:
    """The first of those who wait have agents, as far as somebody can take them.

    One router at a time in an account. Locks the conversations that it may give, and passes over those that somebody
    else holds. Loads are what is committed, and what this transaction adds: nobody is given more than their capacity.
    Publishes: ConversationAssigned with the decision's id.
    """
    become_only_router()
    teams = {team.id: team for team in teams_that_move()}
    if not teams:
        return RoutedStep(0, has_more=False)
    groups = waiting_groups(teams)
    roster = roster_of(teams, {group.category_id for group in groups})
    groups = [group for group in groups if _somebody_can(roster, group)]
    if not groups:
        return RoutedStep(0, has_more=False)
    rows = claim_waiting(groups, limit, is_sticky=any(team.is_sticky for team in teams.values()))
    given = _assign(_choices(rows, roster, teams))
    return RoutedStep(given, has_more=given > 0 and len(rows) == limit)


def _somebody_can(roster: Roster, group: WaitingGroup) -> bool:
    needs = roster.needs(group)
    return any(not exclusions(one, needs) for one in roster.candidates(group.team_id))


def _choices(
    rows: Sequence[WaitingRow], roster: Roster, teams: Mapping[UUID, RoutedTeam]
) -> Sequence[tuple[RoutingDecision, AgentChoice]]:
    """Return a decision for each row that somebody can take; the roster counts them."""
    now = timezone.now()
    found = []
    for row in rows:
        team = teams[row.group.team_id]
        needs = _needs(roster, row)
        choice = choose(roster.candidates(team.id), needs, strategy=team.routing, is_sticky=team.is_sticky)
        if choice.agent_id is not None:
            found.append((_decision(row.id, team, needs, choice, now), choice))
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
        "candidates": [_stored(one) for one in choice.ranked],
    }


def _stored(one: Judged) -> dict[str, Any]:
    agent = one.candidate
    stored = {"agent_id": str(agent.agent_id), "load": agent.load, "capacity": agent.capacity}
    if one.excluded:
        return {**stored, "excluded": [reason.value for reason in one.excluded]}
    idle_since = agent.idle_since.isoformat() if agent.idle_since else None
    return {**stored, "csat_score": agent.csat_score, "idle_since": idle_since, "excluded": []}


def _text(id: UUID | None) -> str | None:
    return str(id) if id else None


def _assign(chosen: Sequence[tuple[RoutingDecision, AgentChoice]]) -> int:
    now = timezone.now()
    by_agent: dict[UUID, list[UUID]] = {}
    for decision, choice in chosen:
        if choice.agent_id is not None:
            by_agent.setdefault(choice.agent_id, []).append(decision.conversation_id)
    RoutingDecision.objects.bulk_create(decision for decision, _choice in chosen)
    for agent_id, ids in by_agent.items():
        rows = Conversation.objects.filter(id__in=ids)
        rows.update(assignee_id=agent_id, version=F("version") + 1, updated_at=now)
    for decision, choice in chosen:
        publish(
            ConversationAssigned(
                actor=Actor.system(),
                conversation_id=decision.conversation_id,
                assignee_before=None,
                assignee_id=choice.agent_id,
                decision_id=decision.id,
            )
        )
    return len(chosen)


@action
def note_waiting(*, conversation_id: UUID) -> RoutingDecision | None:
    """A conversation that nobody could take has a decision that says why; None where it does not wait any more.

    Kept once as long as the reasons stay the same. Locks the conversation, and passes over one that somebody holds.
    """
    row = claim_one(conversation_id)
    team = team_routed(row.group.team_id) if row else None
    if row is None or team is None:
        return None
    roster = roster_of([team.id], [row.group.category_id])
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
    excluded = {one["agent_id"]: one["excluded"] for one in decision.reason["candidates"]}
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
