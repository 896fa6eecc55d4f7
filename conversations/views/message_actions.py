"""What is done to one message of a thread."""

from typing import Any

from django.contrib import messages as toasts
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.decorators import MemberRequest, member_required
from accounts.permissions import Permission
from conversations.access import get_message_for
from conversations.actions.delete_message import delete_message
from conversations.actions.edit_message import edit_message
from conversations.actions.save_contact import change_contact
from conversations.actions.split_conversation import split_conversation
from conversations.forms import EditForm
from conversations.queries.thread import join_questions, messages_from, thread_message
from conversations.views.messages import answer_change
from conversations.views.place import InboxPlace
from conversations.views.shapes.message_menu import menu_of_message
from conversations.views.shapes.messages import message_item
from hummdesk.errors import NotFound
from teams.access import Viewer, viewer_of


@member_required
@require_GET
def message_detail(request: MemberRequest, id: Any) -> HttpResponse:
    """Show one message: alone for HTMX, `pictures` with those of the web this once; else in its conversation."""
    viewer = viewer_of(request.membership)
    message = get_message_for(viewer, id)
    if request.htmx:
        return _drawn(request, viewer, id, pictures="pictures" in request.GET)
    url = InboxPlace.of(request).conversation_url(message.conversation.display_id)
    pictures = f"&pictures={id}" if "pictures" in request.GET else ""
    return redirect(f"{url}{pictures}#message-{id}")


@member_required
@require_GET
def message_menu(request: MemberRequest, id: Any) -> HttpResponse:
    """List what the reader can do with a message."""
    viewer = viewer_of(request.membership)
    menu = menu_of_message(get_message_for(viewer, id), viewer, InboxPlace.of(request))
    template = "conversations/_message_menu.html" if request.htmx else "conversations/message_menu.html"
    return render(request, template, {"menu": menu})


@member_required
@require_http_methods(["GET", "POST"])
def message_edit(request: MemberRequest, id: Any) -> HttpResponse:
    """Show the form in the message's place, and save what it sends."""
    viewer = viewer_of(request.membership)
    message = get_message_for(viewer, id, need=Permission.REPLY)
    form = EditForm(request.POST or None, initial={"body": message.body_text})
    if request.method == "POST" and form.is_valid():
        edit_message(viewer=viewer, message_id=id, **form.words(message))
        return _drawn(request, viewer, id) if request.htmx else redirect("message-detail", id=id)
    name = "_message_edit" if request.htmx else "message_edit"
    status = 422 if request.method == "POST" else 200
    return render(request, f"conversations/{name}.html", {"message": message, "form": form}, status=status)


@member_required
@require_POST
def message_delete(request: MemberRequest, id: Any) -> HttpResponse:
    """Take a note away, or a held reply back."""
    viewer = viewer_of(request.membership)
    message = get_message_for(viewer, id)
    delete_message(viewer=viewer, message_id=id)
    return answer_change(request, viewer, message.conversation.display_id)


@member_required
@require_POST
def message_pictures(request: MemberRequest, id: Any) -> HttpResponse:
    """Show the pictures of the web that this customer sends, from now on."""
    viewer = viewer_of(request.membership)
    message = get_message_for(viewer, id)
    if message.contact_id is None:
        raise NotFound
    change_contact(viewer=viewer, contact_id=message.contact_id, changes={"shows_remote_images": True})
    return answer_change(request, viewer, message.conversation.display_id)


@member_required
@require_POST
def message_split(request: MemberRequest, id: Any) -> HttpResponse:
    """Make a conversation of its own of this message and what follows it, or with `only` of it alone."""
    viewer = viewer_of(request.membership)
    message = get_message_for(viewer, id)
    old = message.conversation
    ids = [message.id] if "only" in request.POST else messages_from(message)
    new = split_conversation(viewer=viewer, conversation_id=old.id, message_ids=ids)
    toasts.success(request, _("Split off as #%(number)d") % {"number": new.display_id})
    return answer_change(request, viewer, old.display_id)


def _drawn(request: MemberRequest, viewer: Viewer, id: Any, *, pictures: bool = False) -> HttpResponse:
    message = thread_message(viewer, id)
    if message is None:
        raise NotFound
    joins = next(iter(join_questions(viewer, [message]).values()), None)
    item = message_item(message, viewer, pictures=pictures, joins=joins)
    return render(request, "conversations/_message.html", {"message": item})
