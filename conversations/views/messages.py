"""Replies, notes, and what came attached."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts.decorators import MemberRequest, member_required
from conversations.actions.write_message import add_note, send_reply
from conversations.enums import Status
from conversations.forms import MessageForm
from conversations.views.inbox import render_inbox
from conversations.views.place import InboxPlace
from teams.access import Viewer, viewer_of


@member_required
@require_POST
def conversation_reply(request: MemberRequest, display_id: int) -> HttpResponse:
    """Send a reply, and set the status if one was chosen with it."""
    return _write(request, display_id, _reply)


@member_required
@require_POST
def conversation_note(request: MemberRequest, display_id: int) -> HttpResponse:
    """Leave a note."""
    return _write(request, display_id, _note)


def _reply(viewer: Viewer, display_id: int, cleaned: dict[str, Any]) -> None:
    status = Status(cleaned["status"]) if cleaned["status"] else None
    send_reply(viewer=viewer, conversation_id=display_id, body_text=cleaned["body"], status=status)


def _note(viewer: Viewer, display_id: int, cleaned: dict[str, Any]) -> None:
    add_note(viewer=viewer, conversation_id=display_id, body_text=cleaned["body"])


def _write(
    request: MemberRequest, display_id: int, write: Callable[[Viewer, int, dict[str, Any]], None]
) -> HttpResponse:
    viewer = viewer_of(request.membership)
    form = MessageForm(request.POST)
    if not form.is_valid():
        return render_inbox(request, viewer, display_id=display_id, form=form, status=422)
    write(viewer, display_id, form.cleaned_data)
    return answer_change(request, viewer, display_id)


def answer_change(
    request: MemberRequest, viewer: Viewer, display_id: int, undo: dict[str, Any] | None = None
) -> HttpResponse:
    """Answer a change: the conversation as it is now for HTMX, else a redirect to it."""
    if request.htmx:
        return render_inbox(request, viewer, display_id=display_id, undo=undo)
    response = redirect(InboxPlace.of(request).conversation_url(display_id))
    response.status_code = 303
    return response
