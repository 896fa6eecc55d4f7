"""The inbox page: the list, and the open conversation beside it."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_GET

from accounts.decorators import MemberRequest, member_required
from conversations.actions.mark_read import mark_shown_read
from conversations.message_forms import MessageForm
from conversations.models import Conversation
from conversations.queries.filter_choices import names_in_filters
from conversations.queries.first_steps import has_had_conversations, setup_state
from conversations.queries.inbox import conversation_for_page
from conversations.queries.inbox_counts import TABS, tab_counts
from conversations.queries.inbox_lists import FILTERED
from conversations.queries.panel import beside_conversation
from conversations.queries.thread import read_thread
from conversations.views.lists import list_page, opened_list
from conversations.views.place import InboxPlace
from conversations.views.shapes import composer, details, lists, nav, rows, thread
from conversations.views.shapes import conversation as opened
from conversations.views.shapes.first_steps import first_steps
from conversations.views.shapes.sent import just_sent
from conversations.views.shell import shell_context
from conversations.views.thread_place import ThreadPlace
from hummdesk.events.queries import last_seq
from teams.access import Viewer, viewer_of

PARTIALS = frozenset(
    {
        "conversation",
        "conversation-list",
        "more-rows",
        "sidebar-counts",
        "thread-header",
        "timeline",
        "composer",
        "conversation-details",
    }
)
# Lists that show what they are filtered by.
_CHIPPED = (FILTERED, "view")


@member_required
@require_GET
def inbox(request: MemberRequest) -> HttpResponse:
    """Show a view of the inbox with nothing open."""
    viewer = viewer_of(request.membership)
    return render_inbox(request, viewer)


@member_required
@require_GET
def conversation_detail(request: MemberRequest, display_id: int) -> HttpResponse:
    """Show one conversation, and beside it the list it was opened from."""
    viewer = viewer_of(request.membership)
    undo = just_sent(viewer, InboxPlace.of(request), request.GET.get("sent", ""))
    return render_inbox(request, viewer, display_id=display_id, looks=True, undo=undo)


@member_required
@require_GET
def home(request: MemberRequest) -> HttpResponse:
    """Send an agent to where the work is."""
    return redirect("inbox")


def render_inbox(
    request: MemberRequest,
    viewer: Viewer,
    *,
    display_id: int | None = None,
    form: MessageForm | None = None,
    undo: dict[str, Any] | None = None,
    looks: bool = False,
    status: int = 200,
) -> HttpResponse:
    """Answer with the whole page, or with the partial that HTMX asks for, querying only what that shows.

    `looks`: the viewer has read the conversation by that, and what came since they last did is marked as new.
    """
    place = InboxPlace.of(request)
    target = request.headers.get("HX-Target", "") if request.htmx else ""
    partial = target if target in PARTIALS else ""
    context: dict[str, Any] = {"undo": undo}
    if display_id is not None and partial not in {"conversation-list", "more-rows", "sidebar-counts"}:
        context |= _conversation_context(viewer, ThreadPlace.of(request), display_id, form, looks=looks)
    if partial in {"", "conversation-list", "more-rows"}:
        context |= _list_context(viewer, place)
    if partial in {"", "sidebar-counts"}:
        context |= shell_context(viewer, place)
    if partial == "conversation-list" and place.view in TABS:
        context |= {"tabs": nav.tabs(place, {} if place.text else tab_counts(viewer))}
    if "shown" in context and not context["rows"]:
        is_first = place.view in TABS and not place.text and not has_had_conversations()
        first = first_steps(viewer, setup_state()) if is_first else None
        context |= {"nothing": first or lists.nothing(place, context["shown"], context.get("tabs", []))}
    template = f"conversations/inbox.html#{partial}" if partial else "conversations/inbox.html"
    response = render(request, template, context, status=status)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    response["Cache-Control"] = "no-store"
    return response


def _list_context(viewer: Viewer, place: InboxPlace) -> dict[str, Any]:
    shown = opened_list(viewer, place)
    page = list_page(viewer, shown, place)
    return {
        "shown": shown,
        "rows": [rows.row(find, viewer, place, shown) for find in page.finds],
        "list_url": place.list_url,
        "next_url": place.next_url(page.next_cursor),
        "view_title": nav.view_title(shown),
        "view_key": nav.view_key(place.view),
        "search": place.text,
        "bar": lists.bar(place, shown, names_in_filters(shown.filters or {}) if shown.kind in _CHIPPED else {}),
    }


def _conversation_context(
    viewer: Viewer, place: ThreadPlace, display_id: int, form: MessageForm | None, *, looks: bool
) -> dict[str, Any]:
    # Before the messages are read: what comes between shows as new to the author of a reply.
    seen_seq = last_seq()
    conversation = conversation_for_page(viewer, display_id)
    read = read_thread(conversation, viewer, place.messages)
    if looks:
        place = place.seen(read.state.read_until)
        _mark_read(viewer, conversation, read.state.read_until)
    return {
        "conversation": opened.conversation(conversation, place.inbox),
        "thread": thread.thread(conversation, viewer, place, read),
        "details": details.details(conversation, viewer, place.inbox, beside_conversation(conversation, viewer)),
        "reply": composer.reply(conversation, viewer, place.inbox, form, read, seen_seq=seen_seq),
    }


def _mark_read(viewer: Viewer, conversation: Conversation, read_until: datetime | None) -> None:
    """What is shown is read; what comes in this moment is not."""
    newest = conversation.last_message_at
    if newest is not None and (read_until is None or read_until < newest):
        mark_shown_read(viewer=viewer, conversation=conversation, until=newest)
