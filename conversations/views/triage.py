"""Changes of one conversation or of many, each with its way back."""

from collections import Counter
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.decorators import MemberRequest, member_required
from conversations.actions.change_conversation import change_conversation
from conversations.actions.change_in_steps import ChangeGroup, StepTally, change_groups, first_step
from conversations.actions.follow_conversation import follow_conversation, unfollow_conversation
from conversations.actions.mark_read import mark_read, mark_unread
from conversations.queries.changes import BULK_MOST
from conversations.queries.follows import follows_all
from conversations.queries.matching import WholeList, count_in_list, ids_in_list
from conversations.queries.way_back import ways_back
from conversations.triage_forms import BulkForm, ChangeForm, MarkForm
from conversations.views.lists import opened_list
from conversations.views.messages import answer_change
from conversations.views.place import InboxPlace
from conversations.views.shapes import undo
from conversations.views.shapes.shape import Shape
from hummdesk.errors import ValidationFailed
from hummdesk.http import see_other
from teams.access import Viewer, viewer_of

_MARKS: dict[str, Any] = {
    "unread": mark_unread,
    "read": mark_read,
    "follow": follow_conversation,
    "unfollow": unfollow_conversation,
}


@member_required
@require_POST
def conversation_change(request: MemberRequest, display_id: int) -> HttpResponse:
    """Change one conversation, and offer the way back."""
    viewer = viewer_of(request.membership)
    changes = ChangeForm(request.POST).changes(viewer)
    back = ways_back(viewer, [str(display_id)], changes)
    conversation = change_conversation(viewer=viewer, conversation_id=display_id, changes=changes)
    url = InboxPlace.of(request).conversation_url(display_id, "conversation-change")
    toast = undo.of_one(url, changes, back.get(conversation.id, {}), is_undo="is_undo" in request.POST)
    if request.htmx and request.htmx.target == "toasts":
        return _toasts(request, toast)
    return answer_change(request, viewer, display_id, undo=toast)


@member_required
@require_POST
def inbox_change(request: MemberRequest) -> HttpResponse:
    """Change many conversations, or the next of a whole list, and say what became of them."""
    viewer = viewer_of(request.membership)
    form = BulkForm(request.POST)
    changes = form.changes(viewer)
    step = form.cleaned_data
    now, later, after = ([], [], None) if step["is_stopped"] else _next_groups(request, viewer, form, changes)
    total = step["total"] or _total(request, viewer, form)
    tally = StepTally(step["done"] or 0, Counter(step["failed"]), step["back"])
    change_groups(viewer=viewer, groups=now, tally=tally)
    if later or after:
        fields = undo.next_step(request.POST, tally, after=after, groups=later, total=total, until=step["until"])
        context = {"done": tally.done + tally.failed.total(), "total": total, "url": request.get_full_path()}
        return render(request, "conversations/_bulk_progress.html", context | {"fields": fields})
    toast = undo.of_many(_bulk_url(request), changes, tally, is_undo=step["is_undo"])
    return _toasts(request, toast) if request.htmx else _back_to_list(request, toast)


@member_required
@require_POST
def inbox_mark(request: MemberRequest) -> HttpResponse:
    """Mark conversations for the reader alone: unread or read, followed or not."""
    viewer = viewer_of(request.membership)
    form = MarkForm(request.POST)
    ids = BulkForm(request.POST).ids()
    if not form.is_valid():
        raise ValidationFailed(errors={"mark": [str(text) for text in form.errors["mark"]]})
    mark = form.cleaned_data["mark"]
    if mark == "toggle-follow":
        mark = "unfollow" if follows_all(viewer, ids) else "follow"
    for word in dict.fromkeys(ids):
        _MARKS[mark](viewer=viewer, conversation_id=word)
    toast = undo.of_mark(f"{reverse('inbox-mark')}?{request.GET.urlencode()}", mark, ids)
    return _toasts(request, toast) if request.htmx else _back_to_list(request, toast)


def _next_groups(
    request: MemberRequest, viewer: Viewer, form: BulkForm, changes: dict[str, Any]
) -> tuple[list[ChangeGroup], list[ChangeGroup], UUID | None]:
    """Return what this step changes, the groups that are left, and after which one a whole list goes on."""
    step = form.cleaned_data
    if step["groups"]:
        return *first_step(step["groups"]), None
    if not step["matching"]:
        return [ChangeGroup(tuple(form.ids()), changes)], [], None
    ids = ids_in_list(viewer, _whole_list(request, viewer, form), after=step["after"], limit=BULK_MOST)
    return [ChangeGroup(tuple(map(str, ids)), changes)], [], ids[-1] if len(ids) == BULK_MOST else None


def _total(request: MemberRequest, viewer: Viewer, form: BulkForm) -> int:
    if form.cleaned_data["matching"]:
        return count_in_list(viewer, _whole_list(request, viewer, form))
    return sum(len(group.ids) for group in form.cleaned_data["groups"]) or len(form.ids())


def _whole_list(request: MemberRequest, viewer: Viewer, form: BulkForm) -> WholeList:
    place = InboxPlace.of(request)
    return WholeList(opened_list(viewer, place), place.text, form.cleaned_data["until"])


def _bulk_url(request: MemberRequest) -> str:
    return f"{reverse('inbox-change')}?{request.GET.urlencode()}"


def _toasts(request: MemberRequest, toast: Shape | None) -> HttpResponse:
    return render(request, "components/toasts.html", {"undo": toast})


def _back_to_list(request: MemberRequest, toast: Shape | None) -> HttpResponse:
    if toast:
        messages.info(request, toast["text"])
    return see_other(InboxPlace.of(request).list_url)
