"""The account's conversations: the list, a new one, and their numbers."""

from dataclasses import asdict
from functools import partial
from zoneinfo import ZoneInfo

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import IsMember, member_of
from conversations.actions.create_conversation import create_conversation
from conversations.queries.conversations import conversation_rows, filtered_conversations
from conversations.queries.detail import rows_after_change
from conversations.queries.stats import conversation_stats
from conversations.serializers.conversations import ConversationFilters, ConversationOutput
from conversations.serializers.new_conversation import NewConversationInput
from conversations.serializers.stats import StatsOutput, StatsRange
from hummdesk.api.pagination import KeysetPagination
from hummdesk.api.views import ApiView
from teams.authentication import viewer_in


class ConversationsView(ApiView):
    """The conversations that the caller may see."""

    permission_classes = [IsMember]
    pagination_class = KeysetPagination
    orderings = {
        "-last_activity_at": ["-last_activity_at"],
        "created_at": ["created_at"],
        "-priority": ["-priority_rank", "-last_activity_at"],
        "sla_due_at": ["sla_due_at"],
    }

    @extend_schema(
        operation_id="list_conversations", parameters=[ConversationFilters], responses=ConversationOutput(many=True)
    )
    def get(self, request: Request) -> Response:
        """List conversations of the inbox, or of another `folder`; merged ones are in no list."""
        viewer = viewer_in(request)
        found = filtered_conversations(viewer, self.filters(ConversationFilters))
        return self.page(found, ConversationOutput, read=partial(conversation_rows, viewer))

    @extend_schema(
        operation_id="create_conversation", request=NewConversationInput, responses={201: ConversationOutput}
    )
    def post(self, request: Request) -> Response:
        """Open a conversation with what a customer has written elsewhere: all of it, or nothing."""
        viewer = viewer_in(request)
        given = self.body(NewConversationInput)
        contact, message = given.pop("contact"), given.pop("message")
        del given["channel"]
        conversation = create_conversation(
            viewer=viewer,
            address=contact["email"],
            name=contact.get("name", ""),
            phone=contact.get("phone", ""),
            attachment_ids=message.pop("attachments", ()),
            **message,
            given=given,
        )
        row = rows_after_change(viewer, [conversation.id])[conversation.id]
        location = reverse("api-conversation", args=[conversation.id])
        return Response(ConversationOutput(row).data, status=201, headers={"Location": location})


class ConversationStatsView(ApiView):
    """How the inbox stands."""

    permission_classes = [IsMember]

    @extend_schema(operation_id="get_conversation_stats", parameters=[StatsRange], responses=StatsOutput)
    def get(self, request: Request) -> Response:
        """Count what waits, and average how long answers and resolutions took."""
        zone = ZoneInfo(member_of(request).account.timezone)
        stats = conversation_stats(viewer_in(request), zone=zone, **self.filters(StatsRange))
        return Response(asdict(stats))
