"""Drafts as the API shows them to their author."""

from typing import Any

from rest_framework import serializers

from conversations.enums import MessageKind
from conversations.models import FirstMessageDraft, MessageDraft
from conversations.queries.changes import SUBJECT_MAX_LENGTH
from conversations.serializers.messages import FILES_MOST, AddressesField, BodyInput


class WrittenInput(BodyInput):
    """What is written so far; what is not given is empty."""

    to = AddressesField()
    cc = AddressesField()
    bcc = AddressesField()
    attachments = serializers.ListField(
        child=serializers.UUIDField(), required=False, max_length=FILES_MOST, source="attachment_ids"
    )
    version = serializers.IntegerField(
        required=False, min_value=1, max_value=2**31 - 1, help_text="Of the draft that was read: 409 if it is stale"
    )


class DraftInput(WrittenInput):
    """A reply or note, begun; with `to` it forwards a message."""

    kind = serializers.ChoiceField(choices=[MessageKind.REPLY, MessageKind.NOTE], default=MessageKind.REPLY)
    forwarded_message_id = serializers.UUIDField(required=False, allow_null=True)
    seen_seq = serializers.IntegerField(required=False, min_value=0, max_value=2**63 - 1)


class FirstDraftInput(WrittenInput):
    """A new conversation, begun."""

    subject = serializers.CharField(required=False, allow_blank=True, max_length=SUBJECT_MAX_LENGTH)
    mailbox_id = serializers.UUIDField(required=False, allow_null=True)
    team_id = serializers.UUIDField(required=False, allow_null=True)


class FirstDraftOutput(serializers.Serializer[FirstMessageDraft]):
    """A new conversation, begun, out of its row."""

    subject = serializers.CharField()
    mailbox_id = serializers.UUIDField(allow_null=True)
    team_id = serializers.UUIDField(allow_null=True)
    body_html = serializers.CharField()
    body_text = serializers.CharField()
    to = serializers.ListField(child=serializers.CharField())
    cc = serializers.ListField(child=serializers.CharField())
    bcc = serializers.ListField(child=serializers.CharField())
    attachments = serializers.ListField(child=serializers.UUIDField(), source="attachment_ids")
    version = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class DraftOutput(serializers.Serializer[MessageDraft]):
    """A draft, out of a row with its conversation."""

    id = serializers.UUIDField()
    conversation_id = serializers.UUIDField()
    display_id = serializers.IntegerField(help_text="The conversation's")
    subject = serializers.CharField(help_text="The conversation's")
    kind = serializers.ChoiceField(choices=[MessageKind.REPLY, MessageKind.NOTE])
    body_html = serializers.CharField()
    body_text = serializers.CharField()
    to = serializers.ListField(child=serializers.CharField())
    cc = serializers.ListField(child=serializers.CharField())
    bcc = serializers.ListField(child=serializers.CharField())
    attachments = serializers.ListField(child=serializers.UUIDField())
    forwarded_message_id = serializers.UUIDField(allow_null=True)
    seen_seq = serializers.IntegerField()
    version = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()

    def to_representation(self, instance: MessageDraft) -> dict[str, Any]:
        """Return the fields."""
        return {
            "id": instance.id,
            "conversation_id": instance.conversation_id,
            "display_id": instance.conversation.display_id,
            "subject": instance.conversation.subject,
            "kind": instance.kind,
            "body_html": instance.body_html,
            "body_text": instance.body_text,
            "to": instance.to,
            "cc": instance.cc,
            "bcc": instance.bcc,
            "attachments": instance.attachment_ids,
            "forwarded_message_id": instance.forwarded_message_id,
            "seen_seq": instance.seen_seq,
            "version": instance.version,
            "created_at": instance.created_at,
            "updated_at": instance.updated_at,
        }
