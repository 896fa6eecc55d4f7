"""What is said in a conversation, and taking it back."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import HasPermission, IsMember
from accounts.permissions import Permission
from conversations.actions.delete_message import delete_message
from conversations.actions.edit_message import edit_message
from conversations.actions.mark_read import mark_message_read
from conversations.actions.write_message import add_note, send_reply
from conversations.enums import MessageKind
from conversations.models import Message
from conversations.queries.messages import load_parts, messages_in, place_of, thread_for
from conversations.serializers.messages import BodyInput, MessageFilters, MessageInput, MessageOutput
from hummdesk.api.pagination import KeysetPagination
from hummdesk.api.views import ApiView
from teams.access import Viewer
from teams.authentication import viewer_in


class MessagesView(ApiView):
    """The messages of a conversation."""

    permission_classes = [IsMember]
    pagination_class = KeysetPagination
    orderings = {"created_at": ("created_at",)}

    @extend_schema(operation_id="list_messages", parameters=[MessageFilters], responses=MessageOutput(many=True))
    def get(self, request: Request, conversation_id: str) -> Response:
        """List what was said, oldest first. With `before` the page ends right before that message."""
        viewer, given = viewer_in(request), self.filters(MessageFilters)
        conversation, read_until = thread_for(viewer, conversation_id)
        places = {
            name: place_of(conversation, viewer, given[name], field=name)
            for name in ("before", "after")
            if name in given
        }
        rows = messages_in(conversation, viewer, kind=given.get("kind", ""), **places)
        return self.page(rows, MessageOutput, ends_before=places.get("before"), viewer=viewer, read_until=read_until)

    @extend_schema(operation_id="write_message", request=MessageInput, responses={201: MessageOutput})
    def post(self, request: Request, conversation_id: str) -> Response:
        """Answer the customer, or leave a note.

        A reply is held for the account's `undo_send_s` or until `send_at`. Where others have written since
        `seen_seq`, nothing is sent, and the 409 tells what is `new`; `force` sends it all the same.
        """
        viewer, given = viewer_in(request), self.body(MessageInput)
        given["attachment_ids"] = given.pop("attachments", ())
        if given.pop("kind") == MessageKind.REPLY:
            message = send_reply(viewer=viewer, conversation_id=conversation_id, **given)
        else:
            words = ("body_html", "body_text", "attachment_ids", "mentions")
            note = {name: given[name] for name in words if name in given}
            message = add_note(viewer=viewer, conversation_id=conversation_id, **note)
        is_bare = not given.get("attachment_ids") and not given.get("mentions")
        return Response(
            _own(request, viewer, message if is_bare else load_parts(message), is_bare=is_bare), status=201
        )


class MessageView(ApiView):
    """One message."""

    permission_classes = [HasPermission(Permission.REPLY)]

    @extend_schema(operation_id="edit_message", request=BodyInput, responses=MessageOutput)
    def patch(self, request: Request, message_id: UUID) -> Response:
        """Change a note of one's own, or a reply of one's own that has not left; what it said is kept."""
        viewer = viewer_in(request)
        message = edit_message(viewer=viewer, message_id=message_id, **self.body(BodyInput))
        return Response(_own(request, viewer, load_parts(message)))

    @extend_schema(operation_id="delete_message", responses={204: None})
    def delete(self, request: Request, message_id: UUID) -> Response:
        """Delete a note, or take a reply back before it leaves: one's own, or any with `delete_messages`."""
        delete_message(viewer=viewer_in(request), message_id=message_id)
        return Response(status=204)


class MessageReadView(ApiView):
    """The caller's read mark."""

    permission_classes = [IsMember]

    @extend_schema(operation_id="mark_message_read", request=None, responses={204: None})
    def post(self, request: Request, message_id: UUID) -> Response:
        """Mark the conversation read up to this message, for the caller; a mark never moves back."""
        mark_message_read(viewer=viewer_in(request), message_id=message_id)
        return Response(status=204)


def _own(request: Request, viewer: Viewer, message: Message, *, is_bare: bool = False) -> Any:
    """Return a message of the caller's own, which is read as such."""
    context = {"request": request, "viewer": viewer, "read_until": None, "is_bare": is_bare}
    return MessageOutput(message, context=context).data
