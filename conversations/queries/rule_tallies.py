"""How often the account's rules acted, which of them failed, and in which conversations."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Max, Q

from conversations.enums import RuleOutcome
from conversations.models import Conversation, RuleRun

TALLIED_FOR = timedelta(days=7)


@dataclass(frozen=True)
class RuleTally:
    """What a rule did in the last seven days; `failed_at` is None where nothing failed."""

    acted_count: int = 0
    failed_at: datetime | None = None


def rule_tallies(now: datetime) -> Mapping[UUID, RuleTally]:
    """Return what rules did, by their ids; those that did nothing are left out. One query."""
    since = now - TALLIED_FOR
    told = (RuleOutcome.APPLIED, RuleOutcome.FAILED)
    rows = (
        RuleRun.objects.filter(at__gte=since, outcome__in=told)
        .values("rule_id")
        .annotate(
            acted=Count("id", filter=Q(outcome=RuleOutcome.APPLIED)),
            failed=Max("at", filter=Q(outcome=RuleOutcome.FAILED)),
        )
    )
    return {row["rule_id"]: RuleTally(row["acted"], row["failed"]) for row in rows}


def conversations_by_id(ids: Collection[str]) -> Mapping[str, tuple[int, str]]:
    """Return number and subject of conversations by their ids as text, 0 and "" for one that is gone. One query."""
    rows = Conversation.objects.filter(id__in=set(ids)).values_list("id", "display_id", "subject")
    found = {str(pk): (number, subject) for pk, number, subject in rows}
    return {pk: found.get(pk, (0, "")) for pk in ids}
