"""What waits, and how fast it goes, in numbers."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, Q
from django.utils import timezone

from conversations.access import visible_conversations
from conversations.enums import UNFINISHED, Priority, Status
from conversations.models import Category
from conversations.models.conversation import IN_INBOX
from teams.access import Viewer

NONE_KEY = "none"


@dataclass
class ConversationStats:
    """Tallies of the inbox, as far as the viewer may see it; all but `resolved_today` count unfinished ones.

    `by_team` is keyed by team id, `by_category` by slug, both with `none` for those without; averages are in seconds
    of wall-clock time, None where nothing was answered or resolved in the range.
    """

    open: int = 0
    pending: int = 0
    snoozed: int = 0
    resolved_today: int = 0
    unassigned: int = 0
    mine: int = 0
    breached: int = 0
    by_priority: dict[str, int] = field(default_factory=lambda: dict.fromkeys(Priority.values, 0))
    by_team: dict[str, int] = field(default_factory=dict)
    by_category: dict[str, int] = field(default_factory=dict)
    avg_first_response_s: float | None = None
    avg_resolution_s: float | None = None


def conversation_stats(viewer: Viewer, *, zone: ZoneInfo, start: datetime, end: datetime) -> ConversationStats:
    """Return the tallies of now, and averages of what was first answered and resolved from `start` to before `end`.

    `zone` says when today began. Five queries; indexes answer all that count, without the table.
    """
    visible = visible_conversations(viewer).filter(IN_INBOX)
    stats = _unfinished(viewer)
    today = timezone.now().astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    stats.resolved_today = visible.filter(resolved_at__gte=today).count()
    stats.avg_first_response_s = _average_s(viewer, "first_replied_at", start, end)
    stats.avg_resolution_s = _average_s(viewer, "resolved_at", start, end)
    return stats


def _unfinished(viewer: Viewer) -> ConversationStats:
    """Return the tallies that unfinished conversations make, out of one row for each mixture that there is."""
    is_breached = Q(sla_breached_at__isnull=False) | Q(sla_due_at__lte=timezone.now())
    rows = (
        visible_conversations(viewer)
        .filter(IN_INBOX, status__in=UNFINISHED)
        .order_by()
        .values_list("status", "priority", "team_id", "category_id")
        .annotate(
            count=Count("id"),
            unassigned=Count("id", filter=Q(assignee=None)),
            mine=Count("id", filter=Q(assignee_id=viewer.id)),
            breached=Count("id", filter=is_breached),
        )
    )
    found = list(rows)
    # Apart, since a join before the counting would double its time.
    slugs = dict(Category.objects.values_list("id", "slug"))
    statuses = _sums((row[0], row[4]) for row in found)
    return ConversationStats(
        open=statuses.get(Status.OPEN, 0),
        pending=statuses.get(Status.PENDING, 0),
        snoozed=statuses.get(Status.SNOOZED, 0),
        unassigned=sum(row[5] for row in found),
        mine=sum(row[6] for row in found),
        breached=sum(row[7] for row in found),
        by_priority={**dict.fromkeys(Priority.values, 0), **_sums((row[1], row[4]) for row in found)},
        by_team=_sums((str(row[2] or NONE_KEY), row[4]) for row in found),
        by_category=_sums((slugs.get(row[3], NONE_KEY), row[4]) for row in found),
    )


def _sums(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for key, count in pairs:
        sums[key] = sums.get(key, 0) + count
    return sums


def _average_s(viewer: Viewer, column: str, start: datetime, end: datetime) -> float | None:
    took = ExpressionWrapper(F(column) - F("created_at"), output_field=DurationField())
    rows = visible_conversations(viewer).filter(IN_INBOX, **{f"{column}__gte": start, f"{column}__lt": end})
    average: timedelta | None = rows.aggregate(average=Avg(took))["average"]
    return average.total_seconds() if average is not None else None
