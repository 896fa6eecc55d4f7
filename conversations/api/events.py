"""What has happened in a conversation, and the way back from some of it."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import HasPermission, IsMember
from accounts.permissions import Permission
from conversations.access import get_conversation_for
from conversations.actions.undo_move import undo_move
from conversations.queries.detail import conversation_alone
from conversations.queries.event_names import event_names
from conversations.queries.timeline import timeline_of
from conversations.serializers.conversation import ConversationDetail
from conversations.serializers.events import EventOutput
from hummdesk.api.pagination import KeysetPagination
from hummdesk.api.views import ApiView
from teams.authentication import viewer_in


class ConversationEventsView(ApiView):
    """The audit timeline."""

    permission_classes = [IsMember]
    pagination_class = KeysetPagination

    @extend_schema(operation_id="list_conversation_events", responses=EventOutput(many=True))
    def get(self, request: Request, conversation_id: str) -> Response:
        """List who changed what, oldest first. What a message said before is told to its author and to those who
        may delete messages."""
        viewer = viewer_in(request)
        conversation = get_conversation_for(viewer, conversation_id)
        paginator = KeysetPagination()
        events = paginator.paginate_queryset(timeline_of(conversation), request, self)
        context = {"names": event_names(viewer, events)}
        return paginator.get_paginated_response(EventOutput(events, many=True, context=context).data)


class ConversationEventUndoView(ApiView):
    """One event, to be taken back."""

    permission_classes = [HasPermission(Permission.REPLY)]

    @extend_schema(operation_id="undo_conversation_event", request=None, responses=ConversationDetail)
    def post(self, request: Request, conversation_id: str, seq: int) -> Response:
        """Undo a merge or a split within 30 days; too late, done already, or merged on since: 409."""
        viewer = viewer_in(request)
        undo_move(viewer=viewer, conversation_id=conversation_id, seq=seq)
        return Response(ConversationDetail(conversation_alone(viewer, conversation_id)).data)
