"""When the account works: everybody may read it; `manage_sla` changes it."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import HasPermission
from accounts.permissions import Permission
from hummdesk.api.pagination import KeysetPagination
from hummdesk.api.views import ApiView
from teams.actions.save_hours import change_hours, create_hours, delete_hours
from teams.authentication import viewer_in
from teams.queries.hours import get_hours, listed_hours
from teams.serializers.hours import HoursChangesInput, HoursInput, HoursOutput


class HoursListView(ApiView):
    """The account's business hours."""

    permission_classes = [HasPermission(Permission.REPLY)]
    pagination_class = KeysetPagination
    orderings = {"name": ("name",)}

    @extend_schema(operation_id="list_business_hours", responses=HoursOutput(many=True))
    def get(self, request: Request) -> Response:
        """List the business hours by name."""
        return self.page(listed_hours(), HoursOutput)

    @extend_schema(operation_id="create_business_hours", request=HoursInput, responses={201: HoursOutput})
    def post(self, request: Request) -> Response:
        """Make business hours. 422 names the days whose periods are wrong."""
        hours = create_hours(viewer=viewer_in(request), fields=self.body(HoursInput))
        return Response(HoursOutput(hours).data, status=201)


class HoursView(ApiView):
    """One calendar of business hours."""

    permission_classes = [HasPermission(Permission.REPLY)]

    @extend_schema(operation_id="get_business_hours", responses=HoursOutput)
    def get(self, request: Request, hours_id: UUID) -> Response:
        """Return the business hours."""
        return Response(HoursOutput(get_hours(hours_id)).data)

    @extend_schema(operation_id="change_business_hours", request=HoursChangesInput, responses=HoursOutput)
    def patch(self, request: Request, hours_id: UUID) -> Response:
        """Change what is given; `periods` and `days` are replaced as wholes."""
        changes = self.body(HoursChangesInput, partial=True)
        version = changes.pop("version", None)
        hours = change_hours(viewer=viewer_in(request), hours_id=hours_id, changes=changes, version=version)
        return Response(HoursOutput(hours).data)

    @extend_schema(operation_id="delete_business_hours", responses={204: None})
    def delete(self, request: Request, hours_id: UUID) -> Response:
        """Delete business hours; 409 for the account's own, and for those in use, with `used_by`."""
        delete_hours(viewer=viewer_in(request), hours_id=hours_id)
        return Response(status=204)
