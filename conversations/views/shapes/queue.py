"""Who waits for an agent, as the queue's page shows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from conversations.enums import Exclusion, Priority
from conversations.queries.waiting import Waiter
from conversations.views.people.forms import language_name
from conversations.views.shapes.clocks import Clock, clock_until
from conversations.views.shapes.reasons import nobody_because


@dataclass(frozen=True)
class QueueRow:
    """One conversation that waits; `agent` is who is likely to get it, "" for nobody, and `because` why not now."""

    display_id: int
    url: str
    subject: str
    customer: str
    team: str
    team_tint: str
    language: str
    category: str
    priority: str
    priority_label: str
    since: datetime
    clock: Clock | None
    agent: str
    agent_seed: str
    because: str
    route_url: str
    assign_url: str


def queue_rows(waiters: Sequence[Waiter]) -> list[QueueRow]:
    """Return a row for each, in their order."""
    return [_row(one) for one in waiters]


def _row(waiter: Waiter) -> QueueRow:
    row, agent = waiter.conversation, waiter.agent
    return QueueRow(
        display_id=row.display_id,
        url=reverse("conversation-detail", args=[row.display_id]),
        subject=row.subject or _("(no subject)"),
        customer=row.contact.display_name,
        team=row.team.name if row.team else "",
        team_tint=str(row.team_id),
        language=language_name(row.language) if row.language else "",
        category=row.category.name if row.category else "",
        priority=row.priority,
        priority_label=str(Priority(row.priority).label),
        since=waiter.since,
        clock=clock_until(_("Promised"), row.sla_due_at, timezone.now()) if row.sla_due_at else None,
        agent=agent.name if agent else "",
        agent_seed=str(agent.pk) if agent else "",
        because=_because(waiter),
        route_url=reverse("queue-route", args=[row.display_id]),
        assign_url=f"{reverse('inbox-pick', args=['assignee'])}?{urlencode({'conversation': row.display_id})}",
    )


def _because(waiter: Waiter) -> str:
    if waiter.agent is None:
        return nobody_because([reason.value for reason in waiter.reasons])
    return _("as soon as there is room") if Exclusion.FULL in waiter.reasons else _("in a moment")
