"""What can be chosen for conversations: as a page for one, as a list that the keyboard filters for any."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.decorators import MemberRequest, member_required
from conversations.queries.inbox import conversation_for_page
from conversations.views.place import InboxPlace
from conversations.views.shapes import choices
from conversations.views.shell import render_page
from hummdesk.errors import NotFound
from teams.access import viewer_of

MOST_DIGITS = 9


@member_required
@require_GET
def inbox_pick(request: MemberRequest, kind: str) -> HttpResponse:
    """Show the choices of a kind; those in force are marked for one conversation."""
    viewer = viewer_of(request.membership)
    place = InboxPlace.of(request)
    number = request.GET.get("conversation", "")
    if kind not in (choices.KINDS if request.htmx else choices.KINDS - choices.SCRIPTED) or (
        number and not (number.isascii() and number.isdigit() and len(number) <= MOST_DIGITS)
    ):
        raise NotFound
    conversation = conversation_for_page(viewer, int(number)) if number else None
    context = {
        "picker": choices.picker(kind, viewer, conversation, typed=request.GET.get("typed", "")),
        "action": place.conversation_url(int(number), "conversation-change") if number else reverse("inbox-change"),
        "back_url": place.conversation_url(int(number)) if number else place.list_url,
    }
    if request.htmx:
        return render(request, "conversations/pick.html#picker", context)
    return render_page(request, viewer, "conversations/pick.html", context, key=place.view)
