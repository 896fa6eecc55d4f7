"""One conversation as the API shows it alone."""

from typing import Any

from rest_framework import serializers

from conversations.queries.detail import ConversationAlone
from conversations.serializers.conversations import (
    ContactBrief,
    ConversationOutput,
    NamedBrief,
    conversation_fields,
)


class ContactOfConversation(ContactBrief):
    """Who wrote in, with what an agent wants to see beside the messages."""

    phone = serializers.CharField()
    language = serializers.CharField()
    company = NamedBrief(allow_null=True)
    custom_fields = serializers.DictField(child=serializers.JSONField())
    is_blocked = serializers.BooleanField()


class ConversationDetail(ConversationOutput):
    """A conversation alone. `seq` is its newest event's, which a reply names as the last that its author saw."""

    contact = ContactOfConversation()
    following = serializers.BooleanField(help_text="The caller is told of what is new in it")
    seq = serializers.IntegerField()
    classification = serializers.DictField(
        allow_null=True, help_text="What the AI makes of it; null while that has not been asked for"
    )

    def to_representation(  # type: ignore[override]  # more than a row of a list
        self, instance: ConversationAlone
    ) -> dict[str, Any]:
        """Return the fields."""
        return alone_fields(instance)


def alone_fields(conversation: ConversationAlone) -> dict[str, Any]:
    """Return the fields of ConversationDetail."""
    fields, more = conversation_fields(conversation.row), conversation.more
    company_id = more["contact__company_id"]
    contact = {
        **fields["contact"],
        "phone": more["contact__phone"],
        "language": more["contact__language"],
        "company": {"id": company_id, "name": more["contact__company__name"]} if company_id else None,
        "custom_fields": more["contact__custom_fields"],
        "is_blocked": more["contact__is_blocked"],
    }
    return {
        **fields,
        "contact": contact,
        "following": more["is_following"],
        "seq": more["seq"] or 0,
        "classification": None,
    }
