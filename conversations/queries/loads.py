"""How much each agent has in hand. Raw, since the ORM has no UPDATE … FROM … RETURNING."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from conversations.enums import IN_HAND, Folder
from hummdesk.events.queries import lock_log
from hummdesk.tenancy.context import require_account_schema

# Condition for `fan_out`.
HAS_LOADS_SQL = "EXISTS (SELECT FROM {schema}.teams_agentload)"
# What `inbox_in_hand` indexes, so that a load is counted without the table.
_STATUSES = ", ".join(f"'{status.value}'" for status in IN_HAND)
_IN_HAND = (
    f"c.folder = '{Folder.INBOX.value}' AND c.merged_into_id IS NULL AND c.assignee_id IS NOT NULL"
    f" AND c.status IN ({_STATUSES})"
)


@dataclass(frozen=True)
class Correction:
    """An agent's load as it stood there, and as it is."""

    agent_id: UUID
    before: int
    after: int


def count_loads_of(
    *, agent_ids: list[UUID], conversation_ids: list[UUID], given_ids: list[UUID], at: datetime
) -> Sequence[UUID]:
    """These agents, and whoever has these conversations, have their load counted; return who of `given_ids` has left.

    `given_ids` were given a conversation `at` that moment, and are counted, too. One statement, under the log's lock.
    """
    statement = f"""
        UPDATE teams_agentload AS load SET
            current_load = (SELECT count(*) FROM conversations_conversation c
                            WHERE c.assignee_id = load.agent_id AND {_IN_HAND}),
            assigned_at = CASE WHEN load.agent_id = ANY (%(given)s::uuid[]) THEN %(at)s ELSE load.assigned_at END
        FROM teams_agent agent
        WHERE agent.user_id = load.agent_id AND (
            load.agent_id = ANY (%(agents)s::uuid[] || %(given)s::uuid[]) OR load.agent_id IN (
                SELECT assignee_id FROM conversations_conversation WHERE id = ANY (%(conversations)s::uuid[])
            )
        )
        RETURNING load.agent_id, agent.is_active
    """  # noqa: S608 - our own constants
    values: dict[str, Any] = {"agents": agent_ids, "given": given_ids, "conversations": conversation_ids, "at": at}
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [agent_id for agent_id, is_active in cursor.fetchall() if not is_active and agent_id in given_ids]


def correct_loads() -> Sequence[Correction]:
    """Every agent's load is what they have in hand; return what differed, by agent. Locks the log. Two statements."""
    statement = f"""
        WITH counted AS (
            SELECT load.agent_id, load.current_load AS before, count(c.assignee_id) AS after
            FROM teams_agentload load
            LEFT JOIN conversations_conversation c ON c.assignee_id = load.agent_id AND {_IN_HAND}
            GROUP BY load.agent_id, load.current_load
        )
        UPDATE teams_agentload AS load SET current_load = counted.after FROM counted
        WHERE counted.agent_id = load.agent_id AND counted.before <> counted.after
        RETURNING load.agent_id, counted.before, counted.after
    """  # noqa: S608 - our own constants
    lock_log(require_account_schema())
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return sorted((Correction(*row) for row in cursor.fetchall()), key=lambda one: one.agent_id)
