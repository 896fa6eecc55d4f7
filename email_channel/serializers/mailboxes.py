"""Mailboxes as the API reads and shows them."""

from typing import Any

from rest_framework import serializers

from email_channel.actions.save_mailbox import SIGNATURE_MAX_LENGTH
from email_channel.enums import AutoReplyWhen
from email_channel.models import Mailbox
from hummdesk.api.serializers import InputSerializer

_NAME_MAX_LENGTH = 120


class _MailboxFields(InputSerializer):
    """What a mailbox can be given besides its address and name."""

    team_id = serializers.UUIDField(required=False, allow_null=True)
    signature = serializers.CharField(required=False, allow_blank=True, max_length=SIGNATURE_MAX_LENGTH)
    hours_id = serializers.UUIDField(
        required=False, allow_null=True, help_text="When `outside` is; null for the account's own hours."
    )
    auto_reply = serializers.ChoiceField(required=False, choices=AutoReplyWhen.choices)
    auto_reply_template_id = serializers.UUIDField(required=False, allow_null=True)
    reply_to_token = serializers.BooleanField(
        required=False, help_text="Mail has a Reply-To of its conversation's own, such as support+1042-k7m2qxw4ta@…"
    )


class NewMailboxInput(_MailboxFields):
    """A new mailbox; its name is what customers see as the sender, the address where it has none."""

    address = serializers.CharField(max_length=254)
    name = serializers.CharField(required=False, max_length=_NAME_MAX_LENGTH)


class MailboxChangesInput(_MailboxFields):
    """What can be changed of a mailbox. Another address is another mailbox."""

    name = serializers.CharField(required=False, max_length=_NAME_MAX_LENGTH)


class RemoveMailboxInput(InputSerializer):
    """The mailbox that the conversations are answered from, once theirs is gone."""

    move_to = serializers.UUIDField(required=False)


class MailboxOutput(serializers.Serializer[Mailbox]):
    """A mailbox; its secret is not shown again."""

    id = serializers.UUIDField()
    address = serializers.CharField()
    name = serializers.CharField()
    team_id = serializers.UUIDField(allow_null=True)
    signature = serializers.CharField(allow_blank=True)
    hours_id = serializers.UUIDField(allow_null=True)
    auto_reply = serializers.ChoiceField(choices=AutoReplyWhen.choices)
    auto_reply_template_id = serializers.UUIDField(allow_null=True)
    reply_to_token = serializers.BooleanField()
    created_at = serializers.DateTimeField()

    def to_representation(self, instance: Mailbox) -> dict[str, Any]:
        """Return the fields."""
        return mailbox_fields(instance)


class MailboxSecretOutput(MailboxOutput):
    """A mailbox with its new secret, which is shown this once."""

    secret = serializers.CharField(help_text="Signs what is handed in, see `email_inbound_raw`.")

    def to_representation(self, instance: Mailbox) -> dict[str, Any]:
        """Return the fields and the secret."""
        return {**mailbox_fields(instance), "secret": instance.secret}


def mailbox_fields(row: Mailbox) -> dict[str, Any]:
    """Return what is shown of a mailbox. No query."""
    return {
        "id": row.id,
        "address": row.address,
        "name": row.name,
        "team_id": row.team_id,
        "signature": row.signature,
        "hours_id": row.hours_id,
        "auto_reply": row.auto_reply,
        "auto_reply_template_id": row.auto_reply_template_id,
        "reply_to_token": row.reply_to_token,
        "created_at": row.created_at,
    }
