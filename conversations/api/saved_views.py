"""Lists that agents come back to."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import HasPermission
from accounts.permissions import Permission
from conversations.actions.save_view import change_saved_view, create_saved_view, delete_saved_view
from conversations.models import SavedView
from conversations.queries.saved_views import saved_view_counts
from conversations.queries.sharing import get_shared, shared_with
from conversations.serializers.saved_views import (
    CountOutput,
    SavedViewChangesInput,
    SavedViewFilters,
    SavedViewInput,
    SavedViewOutput,
    count_fields,
    filters_by_view,
)
from hummdesk.api.pagination import KeysetPagination
from hummdesk.api.views import ApiView
from hummdesk.errors import ValidationFailed
from teams.authentication import viewer_in


class SavedViewsView(ApiView):
    """The caller's own views, those of the caller's teams, and those of the account."""

    permission_classes = [HasPermission(Permission.REPLY)]
    pagination_class = KeysetPagination
    orderings = {"position": ("position", "name"), "name": ("name",)}

    @extend_schema(operation_id="list_views", parameters=[SavedViewFilters], responses=SavedViewOutput(many=True))
    def get(self, request: Request) -> Response:
        """List the views, with `counts=true` each with how many conversations it holds for the caller."""
        viewer = viewer_in(request)
        counts: dict[UUID, int] = {}
        is_counted = self.filters(SavedViewFilters)["counts"]

        def read(rows: QuerySet[SavedView, Any]) -> list[SavedView]:
            found = list(rows)
            if is_counted:
                counts.update(
                    saved_view_counts(viewer, filters_by_view(view for view in found if "q" not in view.filters))
                )
            return found

        return self.page(shared_with(viewer, SavedView), SavedViewOutput, read=read, counts=counts)

    @extend_schema(operation_id="create_view", request=SavedViewInput, responses={201: SavedViewOutput})
    def post(self, request: Request) -> Response:
        """Keep a view. For everybody only by whoever may manage templates, for a team by its members."""
        view = create_saved_view(viewer=viewer_in(request), fields=self.body(SavedViewInput))
        return Response(SavedViewOutput(view).data, status=201)


class SavedViewView(ApiView):
    """One view."""

    permission_classes = [HasPermission(Permission.REPLY)]

    @extend_schema(operation_id="get_view", responses=SavedViewOutput)
    def get(self, request: Request, view_id: UUID) -> Response:
        """Return the view."""
        return Response(SavedViewOutput(get_shared(viewer_in(request), SavedView, view_id)).data)

    @extend_schema(operation_id="change_view", request=SavedViewChangesInput, responses=SavedViewOutput)
    def patch(self, request: Request, view_id: UUID) -> Response:
        """Change what is given; filters are replaced as a whole."""
        changes = self.body(SavedViewChangesInput, partial=True)
        version = changes.pop("version", None)
        view = change_saved_view(viewer=viewer_in(request), view_id=view_id, changes=changes, version=version)
        return Response(SavedViewOutput(view).data)

    @extend_schema(operation_id="delete_view", responses={204: None})
    def delete(self, request: Request, view_id: UUID) -> Response:
        """Delete the view."""
        delete_saved_view(viewer=viewer_in(request), view_id=view_id)
        return Response(status=204)


class SavedViewCountView(ApiView):
    """How many conversations one view holds."""

    permission_classes = [HasPermission(Permission.REPLY)]

    @extend_schema(operation_id="count_view", responses=CountOutput)
    def get(self, request: Request, view_id: UUID) -> Response:
        """Count what the caller would see, up to 1000. 422 when the list does not take its filters any more."""
        viewer = viewer_in(request)
        filters = filters_by_view([get_shared(viewer, SavedView, view_id)])
        if not filters:
            raise ValidationFailed(errors={"filters": ["The list does not take these filters any more."]})
        return Response(count_fields(saved_view_counts(viewer, filters)[view_id]))
