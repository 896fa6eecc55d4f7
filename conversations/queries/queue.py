"""Who waits for an agent, and what the router decides by."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils import timezone

from accounts.account_settings import account_zone_name
from conversations.models import CategorySkill, RoutingDecision
from conversations.ranking import Candidate, Needs
from hummdesk.tenancy.context import require_account_schema
from teams.enums import RoutingStrategy

# Raw SQL throughout: it runs after each mail and while the account's other routers wait, where the ORM takes longer
# to put a query together than PostgreSQL to run it; and it has no advisory locks, nor FOR KEY SHARE. For the same
# reason few statements say much: each costs as much again for its way, and for being planned.
# The condition is that of the partial index `inbox_queue`.
_WAITS = "folder = 'inbox' AND merged_into_id IS NULL AND status = 'open' AND assignee_id IS NULL"
_SOMEBODY_HAS_ROOM = """EXISTS (
  SELECT FROM {schema}teams_teammember member
  JOIN {schema}teams_agent agent ON agent.user_id = member.agent_id
  LEFT JOIN {schema}teams_agentload load ON load.agent_id = agent.user_id
  WHERE member.team_id = team.id AND agent.is_active AND agent.status = 'online'
  AND coalesce(load.current_load, 0) < agent.max_capacity
)"""
# For `fan_out`.
QUEUE_MOVES_SQL = f"""EXISTS (
  SELECT FROM {{schema}}.teams_team team WHERE team.routing <> 'manual'
  AND EXISTS (SELECT FROM {{schema}}.conversations_conversation WHERE team_id = team.id AND {_WAITS})
  AND {_SOMEBODY_HAS_ROOM.replace("{schema}", "{schema}.")}
)"""  # noqa: S608 - our own constants


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
    """The agents of some teams as they are now. The router counts what it gives out, here and nowhere else.

    `skills`: the least levels by category.
    """

    teams: dict[UUID, list[Candidate]]
    skills: Mapping[UUID | None, Mapping[UUID, int]] = field(default_factory=dict)

    def candidates(self, team_id: UUID) -> Sequence[Candidate]:
        """Return the active agents of a team."""
        return self.teams.get(team_id, ())

    def needs(self, group: WaitingGroup) -> Needs:
        """Return what the conversations of a group ask for."""
        return Needs(language=group.language, skills=self.skills.get(group.category_id, {}))

    def give(self, agent_id: UUID, at: datetime) -> None:
        """The agent has one more."""
        given = agent_id.int  # UUIDs compare in Python, and there may be hundreds
        for members in self.teams.values():
            for place, one in enumerate(members):
                if one.agent_id.int == given:
                    members[place] = one._replace(load=one.load + 1, idle_since=at)


class WaitingLook(NamedTuple):
    """Teams in whose queues something may move, with what waits there, and the skills that its categories ask for."""

    teams: Mapping[UUID, RoutedTeam]
    groups: Sequence[WaitingGroup]
    skills: Mapping[UUID | None, Mapping[UUID, int]]


def look_as_only_router() -> WaitingLook:
    """Return what may move, in no order; nobody else routes in this account until the transaction ends.

    The teams are locked against being deleted: such a deletion locks the team before it moves the conversations, of
    which the router is about to lock some. Two statements in one go, which wait for who else routes.
    """
    teams: dict[UUID, RoutedTeam] = {}
    groups, skills = [], {}
    with connection.cursor() as cursor:
        cursor.execute(_LOOK, [require_account_schema()])
        cursor.nextset()  # past the lock: only what follows sees all that who held it before has written
        for team_id, routing, is_sticky, language, category_id, skill_ids, levels in cursor.fetchall():
            teams[team_id] = RoutedTeam(team_id, RoutingStrategy(routing), is_sticky)
            groups.append(WaitingGroup(team_id, language, category_id))
            skills[category_id] = _by_skill(skill_ids, levels)
    return WaitingLook(teams, groups, skills)


_LOOK = f"""
SELECT pg_advisory_xact_lock(hashtext('routing'), hashtext(%s));
SELECT team.id, team.routing, team.is_sticky, waiting.language, waiting.category_id, need.skill_ids, need.levels
FROM teams_team team
CROSS JOIN LATERAL (
  SELECT DISTINCT language, category_id FROM conversations_conversation WHERE team_id = team.id AND {_WAITS}
) waiting
LEFT JOIN LATERAL (
  SELECT array_agg(skill_id) AS skill_ids, array_agg(min_level) AS levels
  FROM conversations_categoryskill WHERE category_id = waiting.category_id
) need ON true
WHERE team.routing <> 'manual' AND {_SOMEBODY_HAS_ROOM.replace("{schema}", "")}
ORDER BY team.id FOR KEY SHARE OF team
"""  # noqa: S608 - our own constants


def _by_skill(skill_ids: Sequence[UUID] | None, levels: Sequence[int] | None) -> Mapping[UUID, int]:
    return dict(zip(skill_ids or (), levels or (), strict=True))


def team_routed(team_id: UUID) -> RoutedTeam | None:
    """Return how a team routes, None for one that does so by hand. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, routing, is_sticky FROM teams_team WHERE id = %s AND routing <> 'manual'", [team_id]
        )
        row = cursor.fetchone()
    return RoutedTeam(row[0], RoutingStrategy(row[1]), row[2]) if row else None


def roster_of(team_ids: Collection[UUID], skills: Mapping[UUID | None, Mapping[UUID, int]]) -> Roster:
    """Return the agents of these teams, with the levels they have in these skills, by category. One query."""
    teams: dict[UUID, list[Candidate]] = {}
    asked = {skill for levels in skills.values() for skill in levels}
    with connection.cursor() as cursor:
        today = timezone.localdate(timezone=ZoneInfo(account_zone_name()))
        cursor.execute(_MEMBERS, [today, list(asked), list(team_ids)])
        for team_id, skill_ids, levels, *fields in cursor.fetchall():
            candidate = Candidate(*fields)
            if skill_ids:
                candidate = candidate._replace(skills=_by_skill(skill_ids, levels))
            teams.setdefault(team_id, []).append(candidate)
    return Roster(teams, skills)


# The fields of `Candidate` but its skills, in its order, follow the team and the levels.
_MEMBERS = """
SELECT member.team_id, known.skill_ids, known.levels, agent.user_id, agent.status = 'online',
  coalesce(%s BETWEEN agent.out_from_on AND agent.out_until_on, false),
  coalesce(load.current_load, 0), agent.max_capacity, agent.csat_score::float8, load.assigned_at, agent.languages,
  agent.substitute_id
FROM teams_teammember member
JOIN teams_agent agent ON agent.user_id = member.agent_id
LEFT JOIN teams_agentload load ON load.agent_id = agent.user_id
LEFT JOIN (
  SELECT agent_id, array_agg(skill_id) AS skill_ids, array_agg(level) AS levels
  FROM teams_agentskill WHERE skill_id = ANY(%s) GROUP BY agent_id
) known ON known.agent_id = agent.user_id
WHERE member.team_id = ANY(%s) AND agent.is_active
"""


def needed_skills(category_ids: Collection[UUID | None]) -> Mapping[UUID | None, Mapping[UUID, int]]:
    """Return the least levels of the skills that these categories ask for. One query, none for no category."""
    ids = {one for one in category_ids if one is not None}
    needed: dict[UUID | None, dict[UUID, int]] = {}
    if ids:
        rows = CategorySkill.objects.filter(category_id__in=ids)
        for category_id, skill_id, level in rows.values_list("category_id", "skill_id", "min_level"):
            needed.setdefault(category_id, {})[skill_id] = level
    return needed


def claim_waiting(groups: Collection[WaitingGroup], limit: int, *, is_sticky: bool) -> Sequence[WaitingRow]:
    """Return the first of these groups' conversations in the order of the queue, locked; passes over what others hold.

    The order: priority, the next promised time, the longest wait. `known_by` is read only if asked for. One query.
    """
    columns = [list(column) for column in zip(*groups, strict=True)]
    known_by = _KNOWN_BY if is_sticky else "NULL::uuid"
    return _rows(_OF_GROUPS.format(fields=_FIELDS.format(known_by=known_by), waits=_WAITS), [*columns, limit])


def insert_decisions(decisions: Sequence[RoutingDecision], now: datetime) -> None:
    """The decisions are kept, and their conversations, which the caller has locked, assigned. One statement."""
    values = [
        (one.id, one.conversation_id, one.team_id, one.agent_id, one.strategy, json.dumps(one.reason), one.at)
        for one in decisions
    ]
    rows = ", ".join(["(%s, %s, %s, %s, %s, %s::jsonb, %s)"] * len(values))
    with connection.cursor() as cursor:
        cursor.execute(_DECIDED.format(rows=rows), [*(value for row in values for value in row), now])


_DECIDED = """
WITH decided AS (
  INSERT INTO conversations_routingdecision (id, conversation_id, team_id, agent_id, strategy, reason, at)
  VALUES {rows} RETURNING conversation_id, agent_id
)
UPDATE conversations_conversation conversation
SET assignee_id = decided.agent_id, version = conversation.version + 1, updated_at = %s
FROM decided WHERE conversation.id = decided.conversation_id
"""


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
WHERE {waits}
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
