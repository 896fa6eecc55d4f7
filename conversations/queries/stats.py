"""What waits, and how fast it goes, in numbers."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, Q, QuerySet
from django.utils import timezone

from conversations.access import visible_conversations
from conversations.enums import UNFINISHED, Priority, Status
from conversations.models import Category, Conversation
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
    unfinished = visible.filter(status__in=UNFINISHED)
    stats = _tallies(viewer, unfinished)
    stats.breached = unfinished.filter(Q(sla_breached_at__isnull=False) | Q(sla_due_at__lte=timezone.now())).count()
    today = timezone.now().astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    resolved = visible.filter(resolved_at__gte=min(start, today)).aggregate(
        today=Count("resolved_at", filter=Q(resolved_at__gte=today)), average=_average("resolved_at", start, end)
    )
    replied = visible.filter(first_replied_at__gte=start, first_replied_at__lt=end).aggregate(
        average=_average("first_replied_at", start, end)
    )
    stats.resolved_today = resolved["today"]
    stats.avg_resolution_s = _seconds(resolved["average"])
    stats.avg_first_response_s = _seconds(replied["average"])
    return stats


def _tallies(viewer: Viewer, unfinished: QuerySet[Conversation]) -> ConversationStats:
    """Return what one row for each mixture that there is adds up to. Two queries."""
    columns = ("status", "priority_rank", "team_id", "category_id")
    rows = list(
        unfinished.order_by(*columns)
        .values_list(*columns)
        .annotate(
            count=Count("status"),
            unassigned=Count("status", filter=Q(assignee=None)),
            mine=Count("status", filter=Q(assignee_id=viewer.id)),
        )
    )
    # Apart, since a join before the counting would take longer than the counting.
    slugs = dict(Category.objects.values_list("id", "slug"))
    statuses = _sums((row[0], row[4]) for row in rows)
    priorities = _sums((Priority.values[row[1]], row[4]) for row in rows)
    return ConversationStats(
        open=statuses.get(Status.OPEN, 0),
        pending=statuses.get(Status.PENDING, 0),
        snoozed=statuses.get(Status.SNOOZED, 0),
        unassigned=sum(row[5] for row in rows),
        mine=sum(row[6] for row in rows),
        by_priority={**dict.fromkeys(Priority.values, 0), **priorities},
        by_team=_sums((str(row[2] or NONE_KEY), row[4]) for row in rows),
        by_category=_sums((slugs.get(row[3], NONE_KEY), row[4]) for row in rows),
    )


def _sums(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for key, count in pairs:
        sums[key] = sums.get(key, 0) + count
    return sums


def _average(column: str, start: datetime, end: datetime) -> Avg:
    took = ExpressionWrapper(F(column) - F("created_at"), output_field=DurationField())
    return Avg(took, filter=Q(**{f"{column}__gte": start, f"{column}__lt": end}))


def _seconds(duration: timedelta | None) -> float | None:
    return duration.total_seconds() if duration is not None else None
