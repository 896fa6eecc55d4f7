"""`POST /email/send-template`: a program sends a mail whose words are kept here."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import HasPermission
from accounts.permissions import Permission
from conversations.actions.recipients import RECIPIENTS_MOST
from email_channel.actions.send_template import send_template
from email_channel.api.sending import QueuedMailOutput, RecipientsField
from email_channel.serializers.templates import VARIABLES_HELP, VariablesField
from hummdesk.api.serializers import InputSerializer
from hummdesk.api.views import ApiView
from teams.authentication import viewer_in


class SendTemplateInput(InputSerializer):
    """A template to send, and what its variables stand for."""

    template_id = serializers.UUIDField()
    to = RecipientsField(
        min_length=1,
        max_length=RECIPIENTS_MOST,
        help_text="The first one is the customer of a new conversation; the others are in copy",
    )
    variables = VariablesField(required=False, help_text=VARIABLES_HELP)
    conversation_id = serializers.CharField(
        required=False, allow_null=True, max_length=36, help_text="An id or a display_id; without one it opens one"
    )
    mailbox_id = serializers.UUIDField(
        required=False, allow_null=True, help_text="Where a new conversation's mail leaves from; else the first"
    )


class SendTemplateView(ApiView):
    """Sends a template."""

    permission_classes = [HasPermission(Permission.REPLY)]

    @extend_schema(operation_id="send_template", request=SendTemplateInput, responses={202: QueuedMailOutput})
    def post(self, request: Request) -> Response:
        """Send a template in a conversation, or open one with it; 422 names each variable without a value."""
        given = self.body(SendTemplateInput)
        variables = given.pop("variables", {})
        email = send_template(viewer=viewer_in(request), variables=variables, **given)
        return Response(QueuedMailOutput(email).data, status=202)
