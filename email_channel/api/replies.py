"""Replies that went out as mail."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import HasPermission
from accounts.permissions import Permission
from conversations.models import Message
from conversations.queries.messages import load_parts
from conversations.serializers.messages import MessageOutput
from email_channel.actions.retry_reply import retry_reply, settle_delivery
from hummdesk.api.serializers import InputSerializer
from hummdesk.api.views import ApiView
from teams.access import Viewer
from teams.authentication import viewer_in


class ReplyRetryView(ApiView):
    """One more try."""

    permission_classes = [HasPermission(Permission.REPLY)]

    @extend_schema(operation_id="retry_message", request=None, responses=MessageOutput)
    def post(self, request: Request, message_id: UUID) -> Response:
        """Send a reply again to whom it did not reach; 409 for one that has not failed."""
        viewer = viewer_in(request)
        return _shown(request, viewer, retry_reply(viewer=viewer, message_id=message_id))


class SettlementInput(InputSerializer):
    """What a person knows of a reply of which the mail service told nothing."""

    outcome = serializers.ChoiceField(choices=["arrived", "send_again"])


class ReplySettleView(ApiView):
    """A person's word for what became of a reply."""

    permission_classes = [HasPermission(Permission.REPLY)]

    @extend_schema(operation_id="settle_message", request=SettlementInput, responses=MessageOutput)
    def post(self, request: Request, message_id: UUID) -> Response:
        """Say that a reply has arrived, or send it again, where it is not known; 409 where it is."""
        viewer = viewer_in(request)
        has_arrived = self.body(SettlementInput)["outcome"] == "arrived"
        return _shown(request, viewer, settle_delivery(viewer=viewer, message_id=message_id, has_arrived=has_arrived))


def _shown(request: Request, viewer: Viewer, message: Message) -> Response:
    context = {"request": request, "viewer": viewer, "read_until": message.created_at}
    return Response(MessageOutput(load_parts(message), context=context).data)
