"""What the palette finds."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.decorators import MemberRequest, member_required
from conversations.views.shapes.palette import palette_groups
from teams.access import viewer_of


@member_required
@require_GET
def palette_search(request: MemberRequest) -> HttpResponse:
    """Answer with options for what is typed: changes, customers, conversations, macros."""
    groups = palette_groups(viewer_of(request.membership), request.GET.get("q", ""))
    response = render(request, "conversations/palette.html", {"groups": groups})
    response["Cache-Control"] = "no-store"
    return response
