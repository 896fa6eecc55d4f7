"""`POST /email/send`: a program sends a mail."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import HasPermission
from accounts.permissions import Permission
from conversations.actions.message_body import BODY_CHARS
from conversations.actions.recipients import RECIPIENTS_MOST
from conversations.serializers.messages import FILES_MOST, AddressesField
from email_channel.actions.send_mail import SUBJECT_CHARS, MailWords, send_mail
from email_channel.models import EmailMessage
from hummdesk.api.serializers import InputSerializer
from hummdesk.api.views import ApiView
from teams.authentication import viewer_in


class RecipientsField(serializers.ListField):
    """One or more e-mail addresses; a single one may stand alone."""

    child = serializers.CharField(max_length=320)

    def to_internal_value(self, data: Any) -> list[Any]:
        """Return a list."""
        found: list[Any] = super().to_internal_value([data] if isinstance(data, str) else data)
        return found


class SendMailInput(InputSerializer):
    """A mail to send. Its words are HTML, else plain text."""

    to = RecipientsField(
        min_length=1,
        max_length=RECIPIENTS_MOST,
        help_text="The first one is the customer of a new conversation; the others are in copy",
    )
    cc = AddressesField(help_text="They see each other.")
    bcc = AddressesField(help_text="Nobody sees them.")
    subject = serializers.CharField(max_length=SUBJECT_CHARS)
    body_html = serializers.CharField(required=False, allow_blank=True, max_length=BODY_CHARS)
    body_text = serializers.CharField(required=False, allow_blank=True, max_length=BODY_CHARS)
    conversation_id = serializers.CharField(
        required=False, allow_null=True, max_length=36, help_text="An id or a display_id; without one it opens one"
    )
    reply_to_message_id = serializers.UUIDField(required=False, allow_null=True, help_text="The message it answers")
    attachments = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=FILES_MOST)
    mailbox_id = serializers.UUIDField(
        required=False, allow_null=True, help_text="Where a new conversation's mail leaves from; else the first"
    )


class QueuedMailOutput(serializers.Serializer[EmailMessage]):
    """A mail on its way. `message_id` is RFC 5322's; `conversation_message_id` is the message in the conversation."""

    id = serializers.UUIDField()
    message_id = serializers.CharField()
    conversation_id = serializers.UUIDField()
    conversation_message_id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=["queued"], default="queued", read_only=True)


class SendMailView(ApiView):
    """Sends a mail."""

    permission_classes = [HasPermission(Permission.REPLY)]

    @extend_schema(operation_id="send_mail", request=SendMailInput, responses={202: QueuedMailOutput})
    def post(self, request: Request) -> Response:
        """Send a mail in a conversation, or open one with it."""
        given = self.body(SendMailInput)
        words = MailWords(
            subject=given.pop("subject"),
            body_html=given.pop("body_html", ""),
            body_text=given.pop("body_text", ""),
            attachment_ids=given.pop("attachments", ()),
        )
        email = send_mail(viewer=viewer_in(request), words=words, **given)
        return Response(QueuedMailOutput(email).data, status=202)
