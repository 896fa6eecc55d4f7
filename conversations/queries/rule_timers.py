"""Which states last, and whose time has come."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Max, Q

from conversations.enums import RuleTrigger, Status, TimerState
from conversations.models import Conversation, RuleTimer
from conversations.models.conversation import IN_INBOX
from conversations.rules.episodes import EpisodeFacts
from hummdesk.events.models import LoggedEvent

# For `fan_out`: raw, since they look into many schemas at once. Partial indexes answer them.
RULE_TIMER_DUE_SQL = (
    "EXISTS (SELECT FROM {schema}.conversations_ruletimer WHERE state = 'waiting' AND due_at <= now())"
)
HAS_RULES_SQL = (
    "EXISTS (SELECT FROM {schema}.conversations_automationrule) OR EXISTS (SELECT FROM {schema}.conversations_rulerun)"
)
_MAY_BE: Mapping[str, Q] = {
    RuleTrigger.CUSTOMER_WAITS: Q(waiting_since__isnull=False),
    RuleTrigger.CUSTOMER_SILENT: Q(status=Status.PENDING),
    RuleTrigger.UNASSIGNED_FOR: Q(status=Status.OPEN, assignee=None),
    RuleTrigger.RESOLVED_FOR: Q(status=Status.RESOLVED),
}
_MOMENTS = {
    "pending_at": Max("at", filter=Q(type="ConversationStatusChanged", data__status=Status.PENDING)),
    "opened_at": Max("at", filter=Q(type="ConversationStatusChanged", data__status=Status.OPEN)),
    "unassigned_at": Max("at", filter=Q(type="ConversationAssigned", data__assignee_id=None)),
    "replied_at": Max("at", filter=Q(type="ReplySent")),
}


def episode_facts(ids: Collection[UUID]) -> Mapping[UUID, EpisodeFacts]:
    """Return what tells the states of these conversations; none for those that are gone. Two queries."""
    logged = LoggedEvent.objects.filter(
        object_id__in=ids, type__in=["ConversationStatusChanged", "ConversationAssigned", "ReplySent"]
    )
    rows = logged.values("object_id").annotate(**_MOMENTS).order_by()
    moments: dict[Any, dict[str, Any]] = {row["object_id"]: dict(row) for row in rows}
    return {
        row.id: EpisodeFacts(
            status=row.status,
            folder=row.folder,
            is_merged=row.merged_into_id is not None,
            is_assigned=row.assignee_id is not None,
            created_at=row.created_at,
            waiting_since=row.waiting_since,
            resolved_at=row.resolved_at,
            **{name: moments.get(row.id, {}).get(name) for name in _MOMENTS},
        )
        for row in Conversation.objects.filter(id__in=ids)
    }


def conversations_that_may_be(trigger: str, *, after: UUID | None, limit: int) -> Sequence[UUID]:
    """Return the next conversations, by id, that may be in the state that a trigger of time waits for. One query."""
    rows = Conversation.objects.filter(IN_INBOX, _MAY_BE[trigger])
    if after is not None:
        rows = rows.filter(id__gt=after)
    return list(rows.order_by("id").values_list("id", flat=True)[:limit])


def timers_due(now: datetime, limit: int) -> Sequence[UUID]:
    """Return the timers whose time has come, the longest overdue first. One query."""
    due = RuleTimer.objects.filter(state=TimerState.WAITING, due_at__lte=now)
    return list(due.order_by("due_at").values_list("id", flat=True)[:limit])
