"""What conversations are about: everybody may read it; `manage_teams` changes it."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import HasPermission
from accounts.permissions import Permission
from conversations.actions.save_category import change_category, create_category, delete_category
from conversations.queries.categories import category_rows, get_category
from conversations.serializers.categories import CategoryChangesInput, CategoryFilters, CategoryInput, CategoryOutput
from hummdesk.api.pagination import KeysetPagination
from hummdesk.api.views import ApiView
from teams.authentication import viewer_in


class CategoriesView(ApiView):
    """The account's categories."""

    permission_classes = [HasPermission(Permission.REPLY)]
    pagination_class = KeysetPagination
    orderings = {"name": ("name",)}

    @extend_schema(operation_id="list_categories", parameters=[CategoryFilters], responses=CategoryOutput(many=True))
    def get(self, request: Request) -> Response:
        """List the categories by name."""
        return self.page(category_rows(self.filters(CategoryFilters)), CategoryOutput)

    @extend_schema(operation_id="create_category", request=CategoryInput, responses={201: CategoryOutput})
    def post(self, request: Request) -> Response:
        """Make a category; 409 when another has the name."""
        category = create_category(viewer=viewer_in(request), fields=self.body(CategoryInput))
        return Response(CategoryOutput(get_category(category.id)).data, status=201)


class CategoryView(ApiView):
    """One category."""

    permission_classes = [HasPermission(Permission.REPLY)]

    @extend_schema(operation_id="get_category", responses=CategoryOutput)
    def get(self, request: Request, category_id: UUID) -> Response:
        """Return the category."""
        return Response(CategoryOutput(get_category(category_id)).data)

    @extend_schema(operation_id="change_category", request=CategoryChangesInput, responses=CategoryOutput)
    def patch(self, request: Request, category_id: UUID) -> Response:
        """Change what is given; its slug stays."""
        changes = self.body(CategoryChangesInput, partial=True)
        version = changes.pop("version", None)
        change_category(viewer=viewer_in(request), category_id=category_id, changes=changes, version=version)
        return Response(CategoryOutput(get_category(category_id)).data)

    @extend_schema(operation_id="delete_category", responses={204: None})
    def delete(self, request: Request, category_id: UUID) -> Response:
        """Delete the category; 409 while conversations are about it, or a rule names it."""
        delete_category(viewer=viewer_in(request), category_id=category_id)
        return Response(status=204)
