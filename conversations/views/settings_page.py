"""What every page of the settings answers with."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse

from accounts.decorators import MemberRequest
from conversations.views.shapes.settings_nav import settings_pages
from conversations.views.shell import render_page
from teams.access import Viewer


def render_settings(
    request: MemberRequest,
    viewer: Viewer,
    template: str,
    context: Mapping[str, Any],
    *,
    page: str,
    partials: frozenset[str] = frozenset(),
    status: int = 200,
) -> HttpResponse:
    """Answer with a page of the settings, or a partial of it; `page` is the URL name of its entry in their list."""
    around = {"settings_pages": settings_pages(page, viewer)}
    shown = {**around, **context}
    return render_page(request, viewer, template, shown, key="settings", partials=partials, status=status)
