"""Stored mails as the API shows them."""

from typing import Any

from rest_framework import serializers

from email_channel.enums import BounceKind, Direction, SendState
from email_channel.models import EmailMessage, OutgoingDelivery
from hummdesk.api.serializers import InputSerializer


class MailFilters(InputSerializer):
    """What the list of mails can be narrowed to."""

    direction = serializers.ChoiceField(choices=Direction.choices, required=False)
    mailbox_id = serializers.UUIDField(required=False)
    conversation_id = serializers.UUIDField(required=False)
    message_id = serializers.CharField(required=False, max_length=998, help_text="RFC 5322 Message-ID, with its <>.")


class MailAddressOutput(serializers.Serializer[dict[str, str]]):
    """Somebody's address, with the name in front of it."""

    name = serializers.CharField(allow_blank=True)
    address = serializers.CharField(allow_blank=True)


class MailDeliveryOutput(serializers.Serializer[OutgoingDelivery]):
    """How an outgoing mail fares with one recipient."""

    recipient = serializers.CharField()
    state = serializers.ChoiceField(choices=SendState.choices)
    bounce_kind = serializers.ChoiceField(choices=BounceKind.choices, allow_blank=True)
    status_code = serializers.CharField(
        allow_blank=True, help_text="RFC 3463, such as 5.1.1; x.0.9nn where none was given."
    )
    error = serializers.CharField(allow_blank=True, help_text="The other server's own words.")
    sent_at = serializers.DateTimeField(allow_null=True)


class MailOutput(serializers.Serializer[EmailMessage]):
    """One mail, in or out, as an envelope; its words are those of the message `conversation_message_id`."""

    id = serializers.UUIDField()
    direction = serializers.ChoiceField(choices=Direction.choices)
    mailbox_id = serializers.UUIDField()
    conversation_id = serializers.UUIDField()
    conversation_message_id = serializers.UUIDField()
    message_id = serializers.CharField(allow_blank=True, help_text="RFC 5322, empty where the mail has none.")
    in_reply_to = serializers.CharField(allow_blank=True)
    references = serializers.ListField(child=serializers.CharField())
    subject = serializers.CharField(allow_blank=True)
    sender = MailAddressOutput()
    to = MailAddressOutput(many=True)
    cc = MailAddressOutput(many=True)
    sent_at = serializers.DateTimeField(allow_null=True, help_text="As the mail itself says.")
    is_automatic = serializers.BooleanField()
    is_bounce = serializers.BooleanField()
    landed_because = serializers.CharField(allow_blank=True, help_text="Why the mail is in its conversation: a code.")
    authentication = serializers.DictField(help_text="What our own receiver found: server, spf, dkim, dmarc.")
    has_raw = serializers.BooleanField(help_text="Whether the mail is kept as it came.")
    deliveries = MailDeliveryOutput(many=True)
    created_at = serializers.DateTimeField()

    def to_representation(self, instance: EmailMessage) -> dict[str, Any]:
        """Return the fields."""
        return mail_fields(instance)


class MailWithHeadersOutput(MailOutput):
    """One mail with its headers, as far as they are kept."""

    headers = serializers.ListField(
        child=serializers.ListField(child=serializers.CharField(allow_blank=True), min_length=2, max_length=2),
        help_text="[name, value] as they came, from the top.",
    )

    def to_representation(self, instance: EmailMessage) -> dict[str, Any]:
        """Return the fields and the headers."""
        return {**mail_fields(instance), "headers": instance.headers}


def mail_fields(row: EmailMessage) -> dict[str, Any]:
    """Return what is shown of a mail, its deliveries prefetched. No query."""
    return {
        "id": row.id,
        "direction": row.direction,
        "mailbox_id": row.mailbox_id,
        "conversation_id": row.conversation_id,
        "conversation_message_id": row.conversation_message_id,
        "message_id": row.message_id,
        "in_reply_to": row.in_reply_to,
        "references": row.references,
        "subject": row.subject,
        "sender": {"name": row.from_name, "address": row.from_address},
        "to": row.to,
        "cc": row.cc,
        "sent_at": row.sent_at,
        "is_automatic": row.is_automatic,
        "is_bounce": row.is_bounce,
        "landed_because": row.landed_because,
        "authentication": row.authentication,
        "has_raw": bool(row.raw),
        "deliveries": [MailDeliveryOutput(each).data for each in row.deliveries.all()],
        "created_at": row.created_at,
    }
