"""Replies, forwards and notes, and taking them back."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect, push_url, reswap, retarget, trigger_client_event

from accounts.decorators import MemberRequest, member_required
from conversations.access import get_conversation_for
from conversations.actions.attach_files import upload_attachment
from conversations.actions.forward_message import forward_message
from conversations.actions.release_reply import send_now
from conversations.actions.take_back_reply import take_back_reply
from conversations.actions.write_message import add_note, send_reply
from conversations.enums import Status
from conversations.errors import NewerMessages
from conversations.message_forms import MessageForm, Writing, WritingForm
from conversations.models import Message
from conversations.views.inbox import render_inbox
from conversations.views.place import InboxPlace
from conversations.views.shapes import composer
from conversations.views.shapes.sent import sent_toast
from hummdesk.errors import Conflict, PayloadTooLarge, ValidationFailed
from hummdesk.http import see_other
from teams.access import Viewer, viewer_of

# What can be mended in the composer. There the words stay, which an error page would lose.
MENDABLE = (ValidationFailed, Conflict, PayloadTooLarge)


@member_required
@require_POST
def conversation_message(request: MemberRequest, display_id: int) -> HttpResponse:
    """Send or note what the composer says; where that fails it comes back with every word."""
    viewer = viewer_of(request.membership)
    form = MessageForm(request.POST, request.FILES)
    before = get_conversation_for(viewer, display_id).status
    is_valid = form.is_valid()
    try:
        take_files(viewer, form, request)
        if not is_valid:
            return _come_back(request, viewer, display_id, form, 422)
        message = _written(viewer, display_id, form)
    except MENDABLE as error:
        note_error(form, error)
        return _come_back(request, viewer, display_id, form, error.status)
    return _sent(request, viewer, display_id, message, before if form.cleaned_data["status"] else "")


@member_required
@require_POST
def message_undo(request: MemberRequest, id: UUID) -> HttpResponse:
    """Take a reply back before it leaves: it is a draft again, a first message one of a new conversation."""
    viewer = viewer_of(request.membership)
    word = request.POST.get("status", "")
    conversation = take_back_reply(
        viewer=viewer, message_id=id, status=Status(word) if word in Status.values else None
    )
    if conversation is None:
        url = reverse("conversation-new")
        return HttpResponseClientRedirect(url) if request.htmx else see_other(url)
    place = InboxPlace.of(request)
    response = answer_change(request, viewer, conversation.display_id)
    if not request.htmx:
        return response
    told = {"conversation_id": str(conversation.id), "message_id": str(id)}
    push_url(response, place.conversation_url(conversation.display_id))
    return trigger_client_event(response, "hd:undone", told, after="settle")


@member_required
@require_POST
def message_send_now(request: MemberRequest, id: UUID) -> HttpResponse:
    """Let a held reply leave at once."""
    viewer = viewer_of(request.membership)
    message = send_now(viewer=viewer, message_id=id)
    return answer_change(request, viewer, message.conversation.display_id)


def take_files(viewer: Viewer, form: WritingForm, request: MemberRequest) -> None:
    """Files that came with the form itself, as they do without script, are uploads that it names."""
    uploads = [
        upload_attachment(viewer=viewer, file=file, name=file.name or "") for file in request.FILES.getlist("files")
    ]
    form.cleaned_data["attachments"] = [
        *form.cleaned_data.get("attachments", []),
        *(upload.id for upload in uploads),
    ]


def note_error(form: WritingForm, error: ValidationFailed | Conflict | PayloadTooLarge) -> None:
    """The form says what went wrong."""
    for text in [text for texts in error.errors.values() for text in texts] or [str(error.detail)]:
        form.add_error(None, text)
    if isinstance(error, NewerMessages):
        form.newer = composer.newer(error.more["new"])  # type: ignore[attr-defined]


def _written(viewer: Viewer, display_id: int, form: MessageForm) -> Message:
    given = form.cleaned_data
    if given["kind"] == Writing.NOTE:
        return add_note(viewer=viewer, conversation_id=display_id, mentions=given["mentions"], **form.words)
    leaving = {
        "viewer": viewer,
        "conversation_id": display_id,
        "draft_id": given["draft_id"],
        "status": Status(given["status"]) if given["status"] else None,
        "snoozed_until": given["snoozed_until"] if given["status"] == Status.SNOOZED else None,
        **form.words,
        **form.copies,
    }
    if given["kind"] == Writing.FORWARD:
        return forward_message(message_id=given["forwarded"], to=given["to"], **leaving)
    return send_reply(seen_seq=given["seen_seq"], force=given["force"], **leaving)


def _come_back(
    request: MemberRequest, viewer: Viewer, display_id: int, form: MessageForm, status: int
) -> HttpResponse:
    """The form with what is to be mended: the errors alone for HTMX, since the composer is still there."""
    if not request.htmx:
        return render_inbox(request, viewer, display_id=display_id, form=form, status=status)
    reply = {"errors": composer.form_errors(form), "newer": getattr(form, "newer", [])}
    response = render(request, "conversations/_composer_errors.html", {"reply": reply}, status=status)
    return reswap(retarget(response, "#composer-errors"), "outerHTML")


def _sent(
    request: MemberRequest, viewer: Viewer, display_id: int, message: Message, status_before: str
) -> HttpResponse:
    undo = sent_toast(message, InboxPlace.of(request), status_before)
    if not request.htmx:
        return see_other(f"{InboxPlace.of(request).conversation_url(display_id)}&sent={message.id}")
    response = render_inbox(request, viewer, display_id=display_id, undo=undo)
    told = {
        "conversation_id": str(message.conversation_id),
        "message_id": str(message.id),
        "status": message.conversation.status if status_before else "",
    }
    return trigger_client_event(response, "hd:sent", told, after="settle")


def answer_change(
    request: MemberRequest, viewer: Viewer, display_id: int, undo: dict[str, Any] | None = None
) -> HttpResponse:
    """Answer a change: the conversation as it is now for HTMX, else a redirect to it."""
    if request.htmx:
        return render_inbox(request, viewer, display_id=display_id, undo=undo)
    return see_other(InboxPlace.of(request).conversation_url(display_id))
