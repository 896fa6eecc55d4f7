"""Status and assignee."""

from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.decorators import MemberRequest, member_required
from conversations.access import get_conversation_for
from conversations.actions.assign_conversation import assign_conversation
from conversations.actions.change_status import change_status
from conversations.enums import Status
from conversations.errors import UnknownAssignee
from conversations.forms import AssignForm, StatusForm
from conversations.views.inbox import render_inbox
from conversations.views.messages import answer_change
from conversations.views.place import InboxPlace
from hummdesk.errors import ValidationFailed
from teams.access import Viewer, viewer_of


@member_required
@require_POST
def conversation_status(request: MemberRequest, display_id: int) -> HttpResponse:
    """Set the status, and offer the way back."""
    viewer = viewer_of(request.membership)
    form = StatusForm(request.POST)
    if not form.is_valid():
        raise ValidationFailed(errors={"status": [str(text) for text in form.errors["status"]]})
    before = get_conversation_for(viewer, display_id).status
    status = Status(form.cleaned_data["status"])
    change_status(viewer=viewer, conversation_id=display_id, status=status)
    undo = {
        "text": str(status.label),
        "url": InboxPlace.of(request).conversation_url(display_id, "conversation-status"),
        "name": "status",
        "value": Status.OPEN if before == Status.SNOOZED else before,
    }
    return answer_change(request, viewer, display_id, undo=undo if before != status else None)


@member_required
@require_POST
def conversation_assign(request: MemberRequest, display_id: int) -> HttpResponse:
    """Make somebody responsible, and offer the way back."""
    viewer = viewer_of(request.membership)
    form = AssignForm(request.POST)
    if not form.is_valid():
        return render_inbox(request, viewer, display_id=display_id, status=422)
    before = get_conversation_for(viewer, display_id).assignee_id
    assignee_id = _assignee_id(viewer, form.cleaned_data["assignee"])
    conversation = assign_conversation(viewer=viewer, conversation_id=display_id, assignee_id=assignee_id)
    undo = {
        "text": _("Assigned to %(agent)s") % {"agent": conversation.assignee.name}
        if conversation.assignee
        else _("Assignee removed"),
        "url": InboxPlace.of(request).conversation_url(display_id, "conversation-assign"),
        "name": "assignee",
        "value": str(before) if before else "none",
    }
    return answer_change(request, viewer, display_id, undo=undo if before != assignee_id else None)


def _assignee_id(viewer: Viewer, word: str) -> UUID | None:
    if word == "none":
        return None
    if word == "me":
        return viewer.id
    try:
        return UUID(word)
    except ValueError:
        raise UnknownAssignee from None
