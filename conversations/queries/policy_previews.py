"""What a change of a policy would do to the conversations that have it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from conversations.clock_plans import PolicyTerms, plan_clocks
from conversations.enums import UNFINISHED
from conversations.models import Conversation, SlaClock
from conversations.models.conversation import IN_INBOX
from conversations.promises import ClockFact
from conversations.queries.promises import clocks_by_conversation, facts_of, policy_with_hours, terms_of
from hummdesk.errors import NotFound
from teams.models import BusinessHours

PREVIEWED_MOST = 2_000
_PREVIEWED_AT_ONCE = 500
PREVIEWED_FIELDS = (
    "hours_id",
    "first_response_s",
    "next_response_s",
    "resolution_s",
    "warn_percent",
    "pauses_while_pending",
)


@dataclass(frozen=True)
class PolicyPreview:
    """What a change of a policy would do to unfinished conversations: how many have it, how many due times would be
    others, and how many promises would be late at once. `is_whole`: all were looked at, not only the first ones.
    """

    conversation_count: int
    moved_count: int
    late_count: int
    is_whole: bool


def policy_preview(policy_id: UUID, fields: Mapping[str, Any]) -> PolicyPreview:
    """Return what would follow if a policy had these values; `fields` are columns of SlaPolicy, checked by the caller.

    Looks at the newest conversations first, `PREVIEWED_MOST` at most. Four queries for each 500. Raises: NotFound.
    """
    policy = policy_with_hours(policy_id)
    if policy is None:
        raise NotFound
    for name, value in fields.items():
        if name in PREVIEWED_FIELDS:
            setattr(policy, name, value)
    policy.hours = BusinessHours.objects.filter(id=policy.hours_id).first() if policy.hours_id else None
    rows = Conversation.objects.filter(IN_INBOX, status__in=UNFINISHED, sla_policy_id=policy_id).order_by("-id")
    found = list(rows[: PREVIEWED_MOST + 1])
    terms, now = terms_of(policy), timezone.now()
    moved_count = late_count = 0
    for start in range(0, min(len(found), PREVIEWED_MOST), _PREVIEWED_AT_ONCE):
        batch = found[start : min(start + _PREVIEWED_AT_ONCE, PREVIEWED_MOST)]
        facts, clocks = facts_of(batch), clocks_by_conversation([one.id for one in batch])
        for one in batch:
            moved, late = _moved_and_late(one, facts[one.id], clocks.get(one.id, ()), terms, now)
            moved_count, late_count = moved_count + moved, late_count + late
    looked_at = min(len(found), PREVIEWED_MOST)
    return PolicyPreview(looked_at, moved_count, late_count, is_whole=len(found) <= PREVIEWED_MOST)


def _moved_and_late(
    conversation: Conversation,
    facts: Sequence[ClockFact],
    rows: Sequence[SlaClock],
    terms: PolicyTerms,
    now: datetime,
) -> tuple[int, int]:
    before = {row.id: row.due_at for row in rows if row.stopped_at is None}
    was_late = {row.id for row in rows if row.breached_at or (row.due_at and row.due_at <= now)}
    after = plan_clocks(conversation, facts, rows, policy=terms, now=now)
    runs = [row for row in after.rows if row.stopped_at is None]
    moved = [row for row in runs if row.id not in before or before[row.id] != row.due_at]
    gone = [row for row in after.gone if row.id in before]
    late = [row for row in runs if row.due_at and row.due_at <= now and row.id not in was_late]
    return len(moved) + len(gone), len(late)
