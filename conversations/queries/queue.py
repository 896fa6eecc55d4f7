"""Who waits for an agent, and what the router decides by."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from accounts.account_settings import account_zone_name
from conversations.models import CategorySkill
from conversations.ranking import Candidate, Needs
from hummdesk.tenancy.context import require_account_schema
from teams.enums import AgentStatus, RoutingStrategy
from teams.models import AgentSkill

# Raw SQL throughout: it runs after each mail and while the account's other routers wait, where the ORM takes longer
# to put a query together than PostgreSQL to run it; and it has no advisory locks, nor FOR KEY SHARE.
# The condition is that of the partial index `inbox_queue`; somebody who could have room is there.
_MOVES = """team.routing <> 'manual'
AND EXISTS (
  SELECT FROM {schema}.conversations_conversation WHERE team_id = team.id
  AND folder = 'inbox' AND merged_into_id IS NULL AND status = 'open' AND assignee_id IS NULL
)
AND EXISTS (
  SELECT FROM {schema}.teams_teammember member
  JOIN {schema}.teams_agent agent ON agent.user_id = member.agent_id
  LEFT JOIN {schema}.teams_agentload load ON load.agent_id = agent.user_id
  WHERE member.team_id = team.id AND agent.is_active AND agent.status = 'online'
  AND coalesce(load.current_load, 0) < agent.max_capacity
)"""
# For `fan_out`.
QUEUE_MOVES_SQL = "EXISTS (SELECT FROM {schema}.teams_team team WHERE " + _MOVES + ")"


class RoutedTeam(NamedTuple):
    """A team that does not route by hand."""

    id: UUID
    routing: RoutingStrategy
    is_sticky: bool


class WaitingGroup(NamedTuple):
    """What conversations that wait have in common, as far as it decides who can take them."""

    team_id: UUID
    language: str
    category_id: UUID | None


class WaitingRow(NamedTuple):
    """A conversation that waits, locked by the router."""

    id: UUID
    group: WaitingGroup
    known_by: UUID | None
    given_back_by: UUID | None


@dataclass
class Roster:
    """The agents of some teams as they are now. The router counts what it gives out, here and nowhere else."""

    agents: dict[UUID, Candidate]
    members: Mapping[UUID, Sequence[UUID]]
    skills: Mapping[UUID | None, Mapping[UUID, int]] = field(default_factory=dict)

    def candidates(self, team_id: UUID) -> list[Candidate]:
        """Return the active agents of a team."""
        return [self.agents[one] for one in self.members.get(team_id, ())]

    def needs(self, group: WaitingGroup) -> Needs:
        """Return what the conversations of a group ask for."""
        return Needs(language=group.language, skills=self.skills.get(group.category_id, {}))

    def give(self, agent_id: UUID, at: datetime) -> None:
        """The agent has one more."""
        agent = self.agents[agent_id]
        self.agents[agent_id] = replace(agent, load=agent.load + 1, idle_since=at)


def become_only_router() -> None:
    """Nobody else routes in this account until the transaction ends. One query, which waits for who does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('routing'), hashtext(%s))", [require_account_schema()])


def teams_that_move() -> Sequence[RoutedTeam]:
    """Return the teams in whose queues something may move, locked against being deleted. One query.

    Such a deletion locks the team before it moves the conversations, of which the router is about to lock some.
    """
    moves = _MOVES.format(schema=connection.ops.quote_name(require_account_schema()))
    with connection.cursor() as cursor:
        cursor.execute(_TEAMS.format(moves=moves))
        return [RoutedTeam(row[0], RoutingStrategy(row[1]), row[2]) for row in cursor.fetchall()]


_TEAMS = "SELECT id, routing, is_sticky FROM teams_team team WHERE {moves} ORDER BY id FOR KEY SHARE"


def team_routed(team_id: UUID) -> RoutedTeam | None:
    """Return how a team routes, None for one that does so by hand. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, routing, is_sticky FROM teams_team WHERE id = %s AND routing <> 'manual'", [team_id]
        )
        row = cursor.fetchone()
    return RoutedTeam(row[0], RoutingStrategy(row[1]), row[2]) if row else None


def waiting_groups(team_ids: Collection[UUID]) -> Sequence[WaitingGroup]:
    """Return which groups wait in these teams, in no order. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_GROUPS, [list(team_ids)])
        return [WaitingGroup(*row) for row in cursor.fetchall()]


_GROUPS = """
SELECT DISTINCT team_id, language, category_id FROM conversations_conversation WHERE team_id = ANY(%s)
  AND folder = 'inbox' AND merged_into_id IS NULL AND status = 'open' AND assignee_id IS NULL
"""


def roster_of(team_ids: Collection[UUID], category_ids: Collection[UUID | None]) -> Roster:
    """Return the agents of these teams, with the skills that these categories ask for. One to three queries."""
    agents: dict[UUID, Candidate] = {}
    members: dict[UUID, list[UUID]] = {}
    needed = _needed_skills(category_ids)
    levels = _levels({skill for skills in needed.values() for skill in skills})
    with connection.cursor() as cursor:
        cursor.execute(_MEMBERS, [account_zone_name(), list(team_ids)])
        for team_id, agent_id, *fields in cursor.fetchall():
            members.setdefault(team_id, []).append(agent_id)
            agents[agent_id] = _candidate(agent_id, fields, levels)
    return Roster(agents, members, needed)


_MEMBERS = """
SELECT member.team_id, agent.user_id, agent.status,
  coalesce((now() AT TIME ZONE %s)::date BETWEEN agent.out_from_on AND agent.out_until_on, false),
  coalesce(load.current_load, 0), agent.max_capacity, agent.csat_score, load.assigned_at, agent.languages,
  agent.substitute_id
FROM teams_teammember member
JOIN teams_agent agent ON agent.user_id = member.agent_id
LEFT JOIN teams_agentload load ON load.agent_id = agent.user_id
WHERE member.team_id = ANY(%s) AND agent.is_active
"""


def _candidate(agent_id: UUID, fields: Sequence[Any], levels: Mapping[UUID, Mapping[UUID, int]]) -> Candidate:
    status, is_out, load, capacity, csat_score, idle_since, languages, substitute_id = fields
    return Candidate(
        agent_id,
        is_online=status == AgentStatus.ONLINE,
        is_out=is_out,
        load=load,
        capacity=capacity,
        csat_score=None if csat_score is None else float(csat_score),
        idle_since=idle_since,
        languages=frozenset(languages),
        skills=levels.get(agent_id, {}),
        substitute_id=substitute_id,
    )


def _needed_skills(category_ids: Collection[UUID | None]) -> dict[UUID | None, dict[UUID, int]]:
    ids = {one for one in category_ids if one is not None}
    needed: dict[UUID | None, dict[UUID, int]] = {}
    if ids:
        rows = CategorySkill.objects.filter(category_id__in=ids)
        for category_id, skill_id, level in rows.values_list("category_id", "skill_id", "min_level"):
            needed.setdefault(category_id, {})[skill_id] = level
    return needed


def _levels(skill_ids: Collection[UUID]) -> dict[UUID, dict[UUID, int]]:
    levels: dict[UUID, dict[UUID, int]] = {}
    if skill_ids:
        rows = AgentSkill.objects.filter(skill_id__in=skill_ids)
        for agent_id, skill_id, level in rows.values_list("agent_id", "skill_id", "level"):
            levels.setdefault(agent_id, {})[skill_id] = level
    return levels


def claim_waiting(groups: Collection[WaitingGroup], limit: int, *, is_sticky: bool) -> Sequence[WaitingRow]:
    """Return the first of these groups' conversations in the order of the queue, locked; passes over what others hold.

    The order: priority, the next promised time, the longest wait. `known_by` is read only if asked for. One query.
    """
    columns = [list(column) for column in zip(*groups, strict=True)]
    known_by = _KNOWN_BY if is_sticky else "NULL::uuid"
    return _rows(_OF_GROUPS.format(fields=_FIELDS.format(known_by=known_by)), [*columns, limit])


def claim_one(conversation_id: UUID) -> WaitingRow | None:
    """Return the conversation, locked, if it waits in a team that does not route by hand, and nobody holds it."""
    rows = _rows(_ONE.format(fields=_FIELDS.format(known_by="NULL::uuid")), [conversation_id])
    return rows[0] if rows else None


def _rows(sql: str, parameters: Sequence[Any]) -> Sequence[WaitingRow]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return [WaitingRow(row[0], WaitingGroup(*row[1:4]), row[4], row[5]) for row in cursor.fetchall()]


# Who answered one of the customer's conversations last. Forwards answer nobody.
_KNOWN_BY = """(
  SELECT message.agent_id FROM conversations_conversation theirs
  JOIN conversations_message message ON message.conversation_id = theirs.id
  WHERE theirs.contact_id = waiting.contact_id AND theirs.first_replied_at IS NOT NULL
    AND message.kind = 'reply' AND message."to" = '{}' AND message.deleted_at IS NULL AND message.send_at IS NULL
  ORDER BY message.created_at DESC LIMIT 1
)"""
# The last one: whoever let go of it themselves, if that was the last that happened to its assignee.
_FIELDS = """waiting.id, waiting.team_id, waiting.language, waiting.category_id, {known_by}, (
  SELECT CASE WHEN event.data->>'assignee_before' = event.actor_id::text AND event.data->>'assignee_id' IS NULL
    THEN event.actor_id END
  FROM events_loggedevent event WHERE event.object_id = waiting.id AND event.type = 'ConversationAssigned'
  ORDER BY event.seq DESC LIMIT 1
)"""
_OF_GROUPS = """
SELECT {fields}
FROM conversations_conversation waiting
JOIN unnest(%s::uuid[], %s::text[], %s::uuid[]) AS asked (team_id, language, category_id)
  ON asked.team_id = waiting.team_id AND asked.language = waiting.language
  AND asked.category_id IS NOT DISTINCT FROM waiting.category_id
WHERE waiting.folder = 'inbox' AND waiting.merged_into_id IS NULL AND waiting.status = 'open'
  AND waiting.assignee_id IS NULL
ORDER BY waiting.priority_rank DESC, waiting.sla_due_at, waiting.waiting_since, waiting.id
LIMIT %s FOR NO KEY UPDATE OF waiting SKIP LOCKED
"""
_ONE = """
SELECT {fields}
FROM conversations_conversation waiting JOIN teams_team team ON team.id = waiting.team_id
WHERE waiting.id = %s AND waiting.folder = 'inbox' AND waiting.merged_into_id IS NULL AND waiting.status = 'open'
  AND waiting.assignee_id IS NULL AND team.routing <> 'manual'
FOR NO KEY UPDATE OF waiting SKIP LOCKED
"""
