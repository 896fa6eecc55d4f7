"""What these pages share: who may see them, and the answer."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from accounts.decorators import MemberRequest
from accounts.permissions import Permission
from conversations.views.settings_page import render_settings
from hummdesk.errors import Conflict, PermissionDenied
from hummdesk.http import see_other
from teams.access import Viewer, viewer_of

_PARTIALS = frozenset({"team-form", "team-members", "agent-form", "category-form"})


def team_manager(request: MemberRequest) -> Viewer:
    """Return the viewer, who manages teams. One query. Raises: NotAMember, PermissionDenied."""
    viewer = viewer_of(request.membership)
    viewer.require(Permission.MANAGE_TEAMS)
    return viewer


def team_leader(request: MemberRequest) -> Viewer:
    """Return the viewer, who manages teams or leads one. Two queries. Raises: NotAMember, PermissionDenied."""
    viewer = viewer_of(request.membership)
    if not viewer.can(Permission.MANAGE_TEAMS) and not viewer.led_team_ids:
        raise PermissionDenied
    return viewer


def team_page(
    request: MemberRequest, viewer: Viewer, name: str, context: Mapping[str, Any], *, page: str
) -> HttpResponse:
    """Answer with a page of these or one of its partials, 422 when one of its forms has errors."""
    is_wrong = any(isinstance(one, forms.Form) and one.errors for one in context.values())
    status = 422 if is_wrong else 200
    return render_settings(
        request, viewer, f"settings/{name}.html", context, page=page, partials=_PARTIALS, status=status
    )


def saved(request: MemberRequest, url: str) -> HttpResponse:
    """Lead to a page that is drawn anew, and say there that something was kept."""
    messages.success(request, _("Saved"))
    return HttpResponseClientRedirect(url) if request.htmx else see_other(url)


def refused(request: MemberRequest, error: Conflict, url: str) -> HttpResponse:
    """Say why something was not done, on the page where it stays."""
    messages.error(request, str(error.detail))
    return see_other(url)


def posted(request: MemberRequest) -> Any:
    """Return what was sent, None for a page that is only looked at."""
    return request.POST if request.method == "POST" else None
