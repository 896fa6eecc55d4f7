"""The account's conversations: the list, and a new one."""

from functools import partial

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from conversations.queries.conversations import conversation_rows, filtered_conversations
from conversations.serializers.conversations import ConversationFilters, ConversationOutput
from hummdesk.api.pagination import KeysetPagination
from hummdesk.api.views import ApiView
from teams.authentication import viewer_in


class ConversationsView(ApiView):
    """The conversations that the caller may see."""

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
