"""The queue: who waits for an agent."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.decorators import MemberRequest, member_required
from accounts.permissions import Permission
from conversations.access import get_conversation_for
from conversations.actions.route import route_one
from conversations.models import Conversation
from conversations.queries.waiting import SHOWN_MOST, waiting_list
from conversations.views.shapes.queue import queue_rows
from conversations.views.shapes.shape import Shape
from conversations.views.shell import render_page
from hummdesk.http import see_other
from teams.access import Viewer, viewer_of


@member_required
@require_GET
def queue(request: MemberRequest) -> HttpResponse:
    """Show who waits, the next one first."""
    viewer = viewer_of(request.membership)
    partials = frozenset({"queue-rows"})
    return render_page(request, viewer, "conversations/queue.html", _context(viewer), key="queue", partials=partials)


@member_required
@require_POST
def queue_route(request: MemberRequest, display_id: int) -> HttpResponse:
    """Route a conversation that waits now, and say what came of it."""
    viewer = viewer_of(request.membership)
    conversation = get_conversation_for(viewer, display_id, need=Permission.REPLY)
    told = _told(conversation, route_one(conversation_id=conversation.id))
    if not request.htmx:
        messages.info(request, told)
        return see_other(reverse("queue"))
    return render(request, "conversations/queue.html#queue-rows", {**_context(viewer), "told": told})


def _context(viewer: Viewer) -> Shape:
    rows = queue_rows(waiting_list(viewer))
    return {"rows": rows, "is_cut": len(rows) == SHOWN_MOST, "may_route": viewer.can(Permission.REPLY)}


def _told(conversation: Conversation, agent_name: str | None) -> str:
    number = {"number": conversation.display_id, "agent": agent_name}
    if agent_name is None:
        return _("#%(number)s waits on: nobody can take it now") % number
    return _("#%(number)s went to %(agent)s") % number
