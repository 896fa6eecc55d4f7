"""Merging conversations, joining what names another one, and the way back from that and from splits."""

from typing import Any

from django.contrib import messages as toasts
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.decorators import MemberRequest, member_required
from accounts.permissions import Permission
from conversations.access import get_conversation_for
from conversations.actions.answer_join import join_named, keep_apart
from conversations.actions.merge_conversations import merge_conversations
from conversations.actions.undo_move import undo_move
from conversations.forms import MergeIntoForm
from conversations.queries.merging import merge_candidates
from conversations.views.messages import answer_change
from conversations.views.place import InboxPlace
from hummdesk.errors import ValidationFailed
from teams.access import Viewer, viewer_of


@member_required
@require_http_methods(["GET", "POST"])
def conversation_merge(request: MemberRequest, display_id: int) -> HttpResponse:
    """Show what a conversation can be merged into, by number or words, and merge it."""
    viewer = viewer_of(request.membership)
    if request.method == "POST":
        return _merge(request, display_id)
    conversation = get_conversation_for(viewer, display_id, need=Permission.REPLY)
    text = request.GET.get("find", "").replace("\x00", "").strip()[:200]
    place = InboxPlace.of(request)
    context = {
        "merge_url": place.conversation_url(display_id, "conversation-merge"),
        "back_url": place.conversation_url(display_id),
        "query": place.query,
        "number": display_id,
        "subject": conversation.subject,
        "find": text,
        "candidates": merge_candidates(conversation, viewer, text),
    }
    asked = request.headers.get("HX-Target", "") if request.htmx else ""
    names = {"merge-candidates": "_merge_candidates", "merge": "_merge"}
    return render(request, f"conversations/{names.get(asked, 'merge')}.html", context)


def _merge(request: MemberRequest, display_id: int) -> HttpResponse:
    viewer = viewer_of(request.membership)
    form = MergeIntoForm(request.POST)
    if not form.is_valid():
        raise ValidationFailed(errors={"into": [str(text) for text in form.errors["into"]]})
    target = merge_conversations(viewer=viewer, conversation_id=display_id, into=form.cleaned_data["into"])
    toasts.success(request, _("Merged into #%(number)d") % {"number": target.display_id})
    return _go_to(request, viewer, target.display_id)


@member_required
@require_POST
def message_join(request: MemberRequest, id: Any) -> HttpResponse:
    """Merge a message's conversation into the one that it names, and go there."""
    viewer = viewer_of(request.membership)
    target = join_named(viewer=viewer, message_id=id)
    toasts.success(request, _("Joined #%(number)d") % {"number": target.display_id})
    return _go_to(request, viewer, target.display_id)


@member_required
@require_POST
def message_keep_apart(request: MemberRequest, id: Any) -> HttpResponse:
    """Ask no more whether a message belongs elsewhere, or, with `again`, ask again."""
    viewer = viewer_of(request.membership)
    again = "again" in request.POST
    conversation = keep_apart(viewer=viewer, message_id=id, ask_again=again)
    url = f"{reverse('message-keep-apart', args=[id])}?{InboxPlace.of(request).encoded}"
    undo = None if again else {"text": _("Kept apart"), "url": url, "name": "again", "value": "on"}
    return answer_change(request, viewer, conversation.display_id, undo)


def _go_to(request: MemberRequest, viewer: Viewer, display_id: int) -> HttpResponse:
    url = InboxPlace.of_page(request).conversation_url(display_id)
    if not request.htmx:
        return redirect(url)
    response = answer_change(request, viewer, display_id)
    response["HX-Push-Url"] = url
    return response


@member_required
@require_POST
def move_undo(request: MemberRequest, display_id: int, seq: int) -> HttpResponse:
    """Take a merge or a split back."""
    viewer = viewer_of(request.membership)
    undo_move(viewer=viewer, conversation_id=display_id, seq=seq)
    return answer_change(request, viewer, display_id)
