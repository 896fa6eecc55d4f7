"""One conversation: what it is, what is changed about it, and who follows it."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import HasPermission, IsMember
from accounts.permissions import Permission
from conversations.actions.change_conversation import change_conversation
from conversations.actions.follow_conversation import follow_conversation, unfollow_conversation
from conversations.actions.merge_conversations import merge_conversations
from conversations.actions.split_conversation import split_conversation
from conversations.queries.detail import alone_after_change, conversation_alone
from conversations.serializers.changes import ConversationPatch, MergeInput, SplitInput
from conversations.serializers.conversation import ConversationDetail
from hummdesk.api.views import ApiView
from teams.authentication import viewer_in


class ConversationView(ApiView):
    """A conversation, by its id or display_id."""

    permission_classes = [IsMember]

    @extend_schema(operation_id="get_conversation", responses=ConversationDetail)
    def get(self, request: Request, conversation_id: str) -> Response:
        """Return the conversation, whatever folder it lies in; a merged one tells where its messages are now."""
        return Response(ConversationDetail(conversation_alone(viewer_in(request), conversation_id)).data)

    @extend_schema(operation_id="change_conversation", request=ConversationPatch, responses=ConversationDetail)
    def patch(self, request: Request, conversation_id: str) -> Response:
        """Change all that is named, or nothing. With a `version` that is not the present one: 409."""
        viewer = viewer_in(request)
        changes = self.body(ConversationPatch)
        version = changes.pop("version", None)
        changed = change_conversation(viewer=viewer, conversation_id=conversation_id, changes=changes, version=version)
        return Response(ConversationDetail(alone_after_change(viewer, changed.id)).data)


class ConversationMergeView(ApiView):
    """Two conversations become one."""

    permission_classes = [HasPermission(Permission.REPLY)]

    @extend_schema(operation_id="merge_conversation", request=MergeInput, responses=ConversationDetail)
    def post(self, request: Request, conversation_id: str) -> Response:
        """Move all messages into another conversation, which is answered. To be undone within 30 days."""
        viewer = viewer_in(request)
        into = self.body(MergeInput)["into"]
        target = merge_conversations(viewer=viewer, conversation_id=conversation_id, into=into)
        return Response(ConversationDetail(alone_after_change(viewer, target.id)).data)


class ConversationSplitView(ApiView):
    """Messages become a conversation of their own."""

    permission_classes = [HasPermission(Permission.REPLY)]

    @extend_schema(operation_id="split_conversation", request=SplitInput, responses={201: ConversationDetail})
    def post(self, request: Request, conversation_id: str) -> Response:
        """Move some messages, but not all, into a new conversation, which is answered. To be undone within 30 days."""
        viewer = viewer_in(request)
        new = split_conversation(viewer=viewer, conversation_id=conversation_id, **self.body(SplitInput))
        return Response(ConversationDetail(alone_after_change(viewer, new.id)).data, status=201)


class ConversationFollowView(ApiView):
    """Whether the caller is told of what is new in a conversation."""

    permission_classes = [IsMember]

    @extend_schema(operation_id="follow_conversation", request=None, responses={204: None})
    def put(self, request: Request, conversation_id: str) -> Response:
        """Follow the conversation; twice is as good as once."""
        follow_conversation(viewer=viewer_in(request), conversation_id=conversation_id)
        return Response(status=204)

    @extend_schema(operation_id="unfollow_conversation", responses={204: None})
    def delete(self, request: Request, conversation_id: str) -> Response:
        """Follow the conversation no more."""
        unfollow_conversation(viewer=viewer_in(request), conversation_id=conversation_id)
        return Response(status=204)
