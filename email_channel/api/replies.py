"""Replies that went out as mail."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import HasPermission
from accounts.permissions import Permission
from conversations.queries.messages import load_parts
from conversations.serializers.messages import MessageOutput
from email_channel.actions.retry_reply import retry_reply
from hummdesk.api.views import ApiView
from teams.authentication import viewer_in


class ReplyRetryView(ApiView):
    """One more try."""

    permission_classes = [HasPermission(Permission.REPLY)]

    @extend_schema(operation_id="retry_message", request=None, responses=MessageOutput)
    def post(self, request: Request, message_id: UUID) -> Response:
        """Send a reply again to whom it did not reach; 409 for one that has not failed."""
        viewer = viewer_in(request)
        message = retry_reply(viewer=viewer, message_id=message_id)
        context = {"request": request, "viewer": viewer, "read_until": message.created_at}
        return Response(MessageOutput(load_parts(message), context=context).data)
