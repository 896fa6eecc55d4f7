"""The words that agents sort conversations by."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import HasPermission
from accounts.permissions import Permission
from conversations.actions.save_tag import delete_tag, rename_tag, save_tag
from conversations.queries.tags import filtered_tags
from conversations.serializers.tags import TagFilters, TagInput, TagOutput
from hummdesk.api.pagination import KeysetPagination
from hummdesk.api.views import ApiView
from teams.authentication import viewer_in


class TagsView(ApiView):
    """The account's tags."""

    permission_classes = [HasPermission(Permission.REPLY)]
    pagination_class = KeysetPagination
    orderings = {"name": ("name",)}

    @extend_schema(operation_id="list_tags", parameters=[TagFilters], responses=TagOutput(many=True))
    def get(self, request: Request) -> Response:
        """List the tags by name."""
        return self.page(filtered_tags(self.filters(TagFilters)), TagOutput)

    @extend_schema(operation_id="create_tag", request=TagInput, responses={200: TagOutput, 201: TagOutput})
    def post(self, request: Request) -> Response:
        """Make a tag, or return the one of this name with 200."""
        tag, is_new = save_tag(viewer=viewer_in(request), name=self.body(TagInput)["name"])
        return Response(TagOutput(tag).data, status=201 if is_new else 200)


class TagView(ApiView):
    """One tag. Changing it changes it wherever it hangs, which is for whoever may manage templates."""

    permission_classes = [HasPermission(Permission.REPLY)]

    @extend_schema(operation_id="rename_tag", request=TagInput, responses=TagOutput)
    def patch(self, request: Request, tag_id: UUID) -> Response:
        """Give the tag another name; 409 when another tag has it."""
        tag = rename_tag(viewer=viewer_in(request), tag_id=tag_id, name=self.body(TagInput)["name"])
        return Response(TagOutput(tag).data)

    @extend_schema(operation_id="delete_tag", responses={204: None})
    def delete(self, request: Request, tag_id: UUID) -> Response:
        """Delete the tag, and take it off every conversation."""
        delete_tag(viewer=viewer_in(request), tag_id=tag_id)
        return Response(status=204)
