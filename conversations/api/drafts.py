"""What the caller has begun to write."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import HasPermission
from accounts.permissions import Permission
from conversations.actions.save_draft import (
    discard_draft,
    discard_first_draft,
    save_draft,
    save_first_draft,
)
from conversations.queries.messages import own_draft, own_drafts, own_first_draft
from conversations.serializers.drafts import DraftInput, DraftOutput, FirstDraftInput, FirstDraftOutput
from hummdesk.api.pagination import KeysetPagination
from hummdesk.api.views import ApiView
from hummdesk.errors import NotFound
from teams.authentication import viewer_in


class DraftsView(ApiView):
    """The caller's drafts in all conversations."""

    permission_classes = [HasPermission(Permission.REPLY)]
    pagination_class = KeysetPagination
    orderings = {"-updated_at": ("-updated_at",)}

    @extend_schema(operation_id="list_drafts", responses=DraftOutput(many=True))
    def get(self, request: Request) -> Response:
        """List the caller's own drafts, the latest first. Nobody else sees them."""
        return self.page(own_drafts(viewer_in(request)), DraftOutput)


class DraftView(ApiView):
    """The caller's draft in one conversation."""

    permission_classes = [HasPermission(Permission.REPLY)]

    @extend_schema(operation_id="get_draft", responses=DraftOutput)
    def get(self, request: Request, conversation_id: str) -> Response:
        """Return the caller's draft; 404 when there is none."""
        return Response(DraftOutput(own_draft(viewer_in(request), conversation_id)).data)

    @extend_schema(operation_id="save_draft", request=DraftInput, responses=DraftOutput)
    def put(self, request: Request, conversation_id: str) -> Response:
        """Save the caller's draft. With a `version` that is stale, or of a draft that is gone: 409."""
        given = self.body(DraftInput)
        draft = save_draft(viewer=viewer_in(request), conversation_id=conversation_id, **given)
        return Response(DraftOutput(draft).data)

    @extend_schema(operation_id="discard_draft", responses={204: None})
    def delete(self, request: Request, conversation_id: str) -> Response:
        """Discard the caller's draft, if there is one."""
        discard_draft(viewer=viewer_in(request), conversation_id=conversation_id)
        return Response(status=204)


class FirstDraftView(ApiView):
    """The caller's draft of a new conversation."""

    permission_classes = [HasPermission(Permission.REPLY)]

    @extend_schema(operation_id="get_first_draft", responses=FirstDraftOutput)
    def get(self, request: Request) -> Response:
        """Return what the caller has begun to write in a conversation that is not there yet; 404 for nothing."""
        draft = own_first_draft(viewer_in(request))
        if draft is None:
            raise NotFound
        return Response(FirstDraftOutput(draft).data)

    @extend_schema(operation_id="save_first_draft", request=FirstDraftInput, responses=FirstDraftOutput)
    def put(self, request: Request) -> Response:
        """Save it; each member has one. With a `version` that is stale, or of a draft that is gone: 409."""
        draft = save_first_draft(viewer=viewer_in(request), **self.body(FirstDraftInput))
        return Response(FirstDraftOutput(draft).data)

    @extend_schema(operation_id="discard_first_draft", responses={204: None})
    def delete(self, request: Request) -> Response:
        """Discard it, if there is one."""
        discard_first_draft(viewer=viewer_in(request))
        return Response(status=204)
