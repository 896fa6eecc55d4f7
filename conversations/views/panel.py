"""What the details change and load by themselves: custom fields, the history."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from accounts.decorators import MemberRequest, member_required
from accounts.permissions import Permission
from conversations.access import get_conversation_for
from conversations.actions.change_conversation import change_conversation
from conversations.forms_details import CustomFieldForm
from conversations.models import Conversation
from conversations.queries.event_names import event_names
from conversations.queries.panel import newest_events
from conversations.queries.reasons import automation_of
from conversations.queries.timeline import timeline_of
from conversations.views.messages import answer_change
from conversations.views.place import InboxPlace
from conversations.views.shapes.details import custom_fields
from conversations.views.shapes.history import history
from conversations.views.shapes.reasons import reason_lines
from conversations.views.shell import render_page
from hummdesk.errors import ValidationFailed
from teams.access import Viewer, viewer_of


@member_required
@require_POST
def conversation_field(request: MemberRequest, display_id: int) -> HttpResponse:
    """Set one custom field of a conversation, or take it away."""
    viewer = viewer_of(request.membership)
    form = CustomFieldForm(request.POST)
    if form.is_valid():
        changes = {"custom_fields": {form.cleaned_data["name"]: form.cleaned_data["parsed"]}}
        conversation = change_conversation(viewer=viewer, conversation_id=display_id, changes=changes)
    else:
        conversation = get_conversation_for(viewer, display_id, need=Permission.REPLY)
    if request.htmx:
        return _fields(request, viewer, conversation, form)
    if not form.is_valid():
        raise ValidationFailed(errors=_texts(form))
    return answer_change(request, viewer, display_id)


@member_required
@require_GET
def conversation_history(request: MemberRequest, display_id: int) -> HttpResponse:
    """Show who changed what about a conversation, the newest first."""
    viewer = viewer_of(request.membership)
    conversation = get_conversation_for(viewer, display_id)
    events = newest_events(timeline_of(conversation))
    place = InboxPlace.of(request)
    context = {
        "lines": history(events, event_names(viewer, events)),
        "subject": conversation.subject,
        "back_url": place.conversation_url(display_id),
    }
    return render_page(
        request, viewer, "conversations/history.html", context, key=place.view, partials=frozenset({"history"})
    )


@member_required
@require_GET
def conversation_reasons(request: MemberRequest, display_id: int) -> HttpResponse:
    """Show what happened to a conversation by itself, and why."""
    viewer = viewer_of(request.membership)
    conversation = get_conversation_for(viewer, display_id)
    place = InboxPlace.of(request)
    context = {
        "lines": reason_lines(automation_of(viewer, conversation), viewer),
        "subject": conversation.subject,
        "back_url": place.conversation_url(display_id),
    }
    return render_page(
        request, viewer, "conversations/reasons.html", context, key=place.view, partials=frozenset({"reasons"})
    )


def _fields(request: MemberRequest, viewer: Viewer, conversation: Conversation, form: CustomFieldForm) -> HttpResponse:
    url = InboxPlace.of(request).conversation_url(conversation.display_id, "conversation-field")
    shown: dict[str, Any] = {
        "fields": custom_fields(conversation),
        "fields_url": url,
        "may_change": viewer.can(Permission.REPLY),
    }
    faults = [text for texts in _texts(form).values() for text in texts]
    context = {"details": shown, "faults": faults, "fault_name": form.data.get("name", "")}
    return render(request, "conversations/_details_fields.html", context, status=422 if faults else 200)


def _texts(form: CustomFieldForm) -> dict[str, list[str]]:
    return {name: [str(text) for text in texts] for name, texts in form.errors.items()}
