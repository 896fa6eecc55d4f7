"""What it takes to open a conversation over the API."""

from rest_framework import serializers

from conversations.enums import Channel, Priority
from conversations.queries.changes import MOST_TAGS, SUBJECT_MAX_LENGTH, TAG_MAX_LENGTH
from conversations.serializers.messages import FILES_MOST, BodyInput
from hummdesk.api.serializers import InputSerializer, JSONObjectField


class CustomerInput(InputSerializer):
    """Who writes. Known by the address, or new."""

    email = serializers.EmailField(max_length=320)
    name = serializers.CharField(max_length=200, required=False, allow_blank=True)
    phone = serializers.CharField(max_length=40, required=False, allow_blank=True)


class FirstMessageInput(BodyInput):
    """What the customer writes."""

    attachments = serializers.ListField(
        child=serializers.UUIDField(),
        required=False,
        max_length=FILES_MOST,
        help_text="Ids of uploads of the caller's",
    )


class NewConversationInput(InputSerializer):
    """A conversation that begins with the customer's words."""

    subject = serializers.CharField(max_length=SUBJECT_MAX_LENGTH)
    contact = CustomerInput()
    message = FirstMessageInput()
    channel = serializers.ChoiceField(choices=[Channel.API], default=Channel.API)
    priority = serializers.ChoiceField(choices=Priority.choices, required=False)
    team_id = serializers.UUIDField(required=False, allow_null=True)
    assignee_id = serializers.UUIDField(required=False, allow_null=True)
    tags = serializers.ListField(
        child=serializers.CharField(max_length=TAG_MAX_LENGTH), max_length=MOST_TAGS, required=False
    )
    custom_fields = JSONObjectField(required=False, help_text="Scalars by name")
