"""What these pages share: who may see them, and the answer."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse

from accounts.decorators import MemberRequest
from accounts.permissions import Permission
from conversations.views.settings_page import render_settings
from hummdesk.errors import Conflict
from hummdesk.http import see_other
from teams.access import Viewer, viewer_of


def team_manager(request: MemberRequest) -> Viewer:
    """Return the viewer, who manages teams. One query. Raises: NotAMember, PermissionDenied."""
    viewer = viewer_of(request.membership)
    viewer.require(Permission.MANAGE_TEAMS)
    return viewer


def team_page(
    request: MemberRequest, viewer: Viewer, name: str, context: Mapping[str, Any], *, page: str
) -> HttpResponse:
    """Answer with a page of these, 422 when one of its forms has errors."""
    is_wrong = any(isinstance(one, forms.Form) and one.errors for one in context.values())
    status = 422 if is_wrong else 200
    return render_settings(request, viewer, f"settings/{name}.html", context, page=page, status=status)


def refused(request: MemberRequest, error: Conflict, url: str) -> HttpResponse:
    """Say why something was not done, on the page where it stays."""
    messages.error(request, str(error.detail))
    return see_other(url)


def posted(request: MemberRequest) -> Any:
    """Return what was sent, None for a page that is only looked at."""
    return request.POST if request.method == "POST" else None
