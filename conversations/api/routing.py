"""Why a conversation went to whom it went, and who waits for an agent."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import IsMember
from conversations.access import get_conversation_for
from conversations.queries.routing import decided_names, decisions_of
from conversations.queries.waiting import waiting_list
from conversations.serializers.routing import DecisionOutput, QueueOutput, WaiterOutput
from hummdesk.api.pagination import KeysetPagination
from hummdesk.api.views import ApiView
from teams.authentication import viewer_in
from teams.queries.teams import team_row


class ConversationRoutingView(ApiView):
    """The routing of one conversation."""

    permission_classes = [IsMember]
    pagination_class = KeysetPagination
    orderings = {"-at": ("-at",)}

    @extend_schema(operation_id="list_routing_decisions", responses=DecisionOutput(many=True))
    def get(self, request: Request, conversation_id: str) -> Response:
        """List what the router decided about it, the newest first, each with all candidates and what excluded them."""
        conversation = get_conversation_for(viewer_in(request), conversation_id)
        paginator = KeysetPagination()
        decisions = paginator.paginate_queryset(decisions_of(conversation), request, self)
        context = {"names": decided_names(decisions)}
        return paginator.get_paginated_response(DecisionOutput(decisions, many=True, context=context).data)


class TeamQueueView(ApiView):
    """The queue of one team."""

    permission_classes = [IsMember]

    @extend_schema(operation_id="list_team_queue", responses=QueueOutput)
    def get(self, request: Request, team_id: UUID) -> Response:
        """List who waits for an agent of the team, as far as the caller may see them, and whom each is likely to get;
        nobody waits in a team that routes by hand."""
        rows = waiting_list(viewer_in(request), team_id=team_row(team_id).id)
        return Response({"results": WaiterOutput(rows, many=True).data})
