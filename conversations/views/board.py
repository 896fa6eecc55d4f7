"""Availability: who is on, and how much they have in hand."""

from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.decorators import MemberRequest, member_required
from accounts.permissions import Permission
from conversations.forms import AvailabilityForm
from conversations.views.shapes.board import RefusedTry, board_rows, board_tally
from conversations.views.shell import render_page
from hummdesk.http import see_other
from teams.access import Viewer, viewer_of
from teams.actions.change_agent import change_agent
from teams.enums import AgentStatus
from teams.queries.agents import agent_rows, agents_led_by


@member_required
@require_GET
def board(request: MemberRequest) -> HttpResponse:
    """Show who takes work."""
    return _board(request, viewer_of(request.membership))


@member_required
@require_POST
def board_agent(request: MemberRequest, id: UUID) -> HttpResponse:
    """Set somebody's status and capacity."""
    viewer = viewer_of(request.membership)
    form = AvailabilityForm(request.POST)
    if not form.is_valid():
        texts = tuple(str(text) for texts in form.errors.values() for text in texts)
        typed = RefusedTry(id, request.POST.get("status", ""), request.POST.get("max_capacity", ""), texts)
        return _board(request, viewer, typed)
    change_agent(viewer=viewer, agent_id=id, changes=form.cleaned_data)
    return _board(request, viewer) if request.htmx else see_other(reverse("board"))


def _board(request: MemberRequest, viewer: Viewer, refused: RefusedTry | None = None) -> HttpResponse:
    led = None if viewer.can(Permission.MANAGE_TEAMS) else agents_led_by(viewer.id)
    today = timezone.localdate(timezone=ZoneInfo(request.account.timezone))
    rows = board_rows(list(agent_rows()), today, led=led, refused=refused)
    context = {
        "rows": rows,
        "is_refused": refused is not None,
        "tally": board_tally(rows),
        "may_lead": viewer.can(Permission.MANAGE_TEAMS) or bool(viewer.led_team_ids),
        "statuses": [{"value": status.value, "label": status.label} for status in AgentStatus],
    }
    partials = frozenset({"board-rows"})
    status = 422 if refused else 200
    return render_page(
        request, viewer, "conversations/board.html", context, key="board", partials=partials, status=status
    )
