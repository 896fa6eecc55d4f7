"""Ordered actions under a name."""

from uuid import UUID

from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import HasPermission
from accounts.permissions import Permission
from conversations.access import get_conversation_for
from conversations.actions.apply_macro import apply_macro
from conversations.actions.save_macro import change_macro, create_macro, delete_macro
from conversations.models import Macro
from conversations.queries.detail import alone_after_change, rows_after_change
from conversations.queries.macros import texts_in
from conversations.queries.sharing import get_shared, shared_with
from conversations.serializers.changes import bulk_result
from conversations.serializers.conversation import ConversationDetail
from conversations.serializers.macros import (
    AppliedOutput,
    ApplyInput,
    MacroChangesInput,
    MacroInput,
    MacroOutput,
    PreviewInput,
    PreviewOutput,
    preview_fields,
)
from hummdesk.api.pagination import KeysetPagination
from hummdesk.api.views import ApiView
from hummdesk.errors import NotFound
from hummdesk.problems import problem_of
from teams.access import Viewer
from teams.authentication import viewer_in

# The conversation, or a result for each of several.
_APPLIED = PolymorphicProxySerializer(
    component_name="MacroApplied", serializers=[ConversationDetail, AppliedOutput], resource_type_field_name=None
)


class MacrosView(ApiView):
    """The caller's own macros, those of the caller's teams, and those of the account."""

    permission_classes = [HasPermission(Permission.REPLY)]
    pagination_class = KeysetPagination
    orderings = {"position": ("position", "name"), "name": ("name",)}

    @extend_schema(operation_id="list_macros", responses=MacroOutput(many=True))
    def get(self, request: Request) -> Response:
        """List the macros."""
        return self.page(shared_with(viewer_in(request), Macro), MacroOutput)

    @extend_schema(operation_id="create_macro", request=MacroInput, responses={201: MacroOutput})
    def post(self, request: Request) -> Response:
        """Keep a macro. For everybody only by whoever may manage templates, for a team by its members."""
        macro = create_macro(viewer=viewer_in(request), fields=self.body(MacroInput))
        return Response(MacroOutput(macro).data, status=201)


class MacroView(ApiView):
    """One macro."""

    permission_classes = [HasPermission(Permission.REPLY)]

    @extend_schema(operation_id="get_macro", responses=MacroOutput)
    def get(self, request: Request, macro_id: UUID) -> Response:
        """Return the macro."""
        return Response(MacroOutput(get_shared(viewer_in(request), Macro, macro_id)).data)

    @extend_schema(operation_id="change_macro", request=MacroChangesInput, responses=MacroOutput)
    def patch(self, request: Request, macro_id: UUID) -> Response:
        """Change what is given."""
        changes = self.body(MacroChangesInput, partial=True)
        version = changes.pop("version", None)
        macro = change_macro(viewer=viewer_in(request), macro_id=macro_id, changes=changes, version=version)
        return Response(MacroOutput(macro).data)

    @extend_schema(operation_id="delete_macro", responses={204: None})
    def delete(self, request: Request, macro_id: UUID) -> Response:
        """Delete the macro; what it did stays."""
        delete_macro(viewer=viewer_in(request), macro_id=macro_id)
        return Response(status=204)


class MacroPreviewView(ApiView):
    """What a macro would do."""

    permission_classes = [HasPermission(Permission.REPLY)]

    @extend_schema(operation_id="preview_macro", request=PreviewInput, responses={200: PreviewOutput})
    def post(self, request: Request, macro_id: UUID) -> Response:
        """Show what the macro would write and change in a conversation; nothing happens."""
        viewer = viewer_in(request)
        macro = get_shared(viewer, Macro, macro_id)
        conversation = get_conversation_for(viewer, self.body(PreviewInput)["conversation_id"])
        return Response(preview_fields(macro, texts_in(macro, conversation, viewer), viewer))


class MacroApplyView(ApiView):
    """A macro at work."""

    permission_classes = [HasPermission(Permission.REPLY)]

    @extend_schema(operation_id="apply_macro", request=ApplyInput, responses={200: _APPLIED})
    def post(self, request: Request, macro_id: UUID) -> Response:
        """Apply the macro to one conversation, which is answered, or to up to 200, with a result for each.

        In each conversation all of its actions are done, or none.
        """
        viewer = viewer_in(request)
        given = self.body(ApplyInput)
        if "conversation_id" not in given:
            return self._many(request, viewer, macro_id, given["conversation_ids"])
        (one,) = apply_macro(viewer=viewer, macro_id=macro_id, conversation_ids=[given["conversation_id"]])
        if one.error or one.conversation_id is None:
            raise one.error or NotFound
        return Response(ConversationDetail(alone_after_change(viewer, one.conversation_id)).data)

    def _many(self, request: Request, viewer: Viewer, macro_id: UUID, ids: list[str]) -> Response:
        done = apply_macro(viewer=viewer, macro_id=macro_id, conversation_ids=ids)
        rows = rows_after_change(viewer, [one.conversation_id for one in done if one.conversation_id])
        problems = [problem_of(request._request, one.error) if one.error else None for one in done]
        results = [bulk_result(one, rows, problem) for one, problem in zip(done, problems, strict=True)]
        return Response({"results": results})
