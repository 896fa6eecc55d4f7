"""What stands around every page of an account: sidebar, tab bar, who is signed in."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from accounts.decorators import MemberRequest
from accounts.permissions import Permission
from conversations.queries.inbox_counts import inbox_counts, view_counts
from conversations.serializers.saved_views import filters_by_view
from conversations.views.place import InboxPlace
from conversations.views.shapes import nav
from conversations.views.shapes.shape import Shape
from teams.access import Viewer


def shell_context(viewer: Viewer, place: InboxPlace) -> Shape:
    """Return the variables of app.html."""
    counts = inbox_counts(viewer)
    is_leader = viewer.can(Permission.VIEW_ANALYTICS_TEAM)
    of_views = view_counts(viewer, counts, filters_by_view)
    return {
        "me": nav.me(viewer),
        "nav": nav.nav(place.view, counts, of_views, is_leader=is_leader),
        "tabs": nav.tabs(place, counts.lists),
        "live_seq": counts.last_seq,
        "search": place.text,
        "page_key": place.view,
    }


def render_page(
    request: MemberRequest,
    viewer: Viewer,
    template: str,
    context: Mapping[str, Any],
    *,
    key: str,
    partials: frozenset[str] = frozenset(),
    status: int = 200,
) -> HttpResponse:
    """Answer with a page that is not the inbox, or with the one of its partials that HTMX asks for.

    `key` is the page's entry in the sidebar. A partial is named by the id that it has in the page.
    """
    target = request.headers.get("HX-Target", "") if request.htmx else ""
    if target in partials:
        response = render(request, f"{template}#{target}", dict(context), status=status)
    else:
        shell = shell_context(viewer, InboxPlace(key))
        response = render(request, template, {**shell, **context}, status=status)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    response["Cache-Control"] = "no-store"
    return response
