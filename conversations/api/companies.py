"""Whom contacts write for."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import HasPermission
from accounts.permissions import Permission
from conversations.actions.save_company import change_company, create_company, delete_company
from conversations.queries.contacts import filtered_companies, get_company
from conversations.serializers.contacts import CompanyFilters, CompanyInput, CompanyOutput
from hummdesk.api.pagination import KeysetPagination
from hummdesk.api.views import ApiView
from teams.authentication import viewer_in


class CompaniesView(ApiView):
    """The account's companies."""

    permission_classes = [HasPermission(Permission.REPLY)]
    pagination_class = KeysetPagination
    orderings = {"name": ("name",), "-created_at": ("-created_at",)}

    @extend_schema(operation_id="list_companies", parameters=[CompanyFilters], responses=CompanyOutput(many=True))
    def get(self, request: Request) -> Response:
        """List the companies."""
        return self.page(filtered_companies(self.filters(CompanyFilters)), CompanyOutput)

    @extend_schema(operation_id="create_company", request=CompanyInput, responses={201: CompanyOutput})
    def post(self, request: Request) -> Response:
        """Make a company. 409 when there is one of this name or domain."""
        company = create_company(viewer=viewer_in(request), fields=self.body(CompanyInput))
        return Response(CompanyOutput(company).data, status=201)


class CompanyView(ApiView):
    """One company."""

    permission_classes = [HasPermission(Permission.REPLY)]

    @extend_schema(operation_id="get_company", responses=CompanyOutput)
    def get(self, request: Request, company_id: UUID) -> Response:
        """Return the company."""
        return Response(CompanyOutput(get_company(company_id)).data)

    @extend_schema(operation_id="change_company", request=CompanyInput, responses=CompanyOutput)
    def patch(self, request: Request, company_id: UUID) -> Response:
        """Change what is given."""
        changes = self.body(CompanyInput, partial=True)
        company = change_company(viewer=viewer_in(request), company_id=company_id, changes=changes)
        return Response(CompanyOutput(company).data)

    @extend_schema(operation_id="delete_company", responses={204: None})
    def delete(self, request: Request, company_id: UUID) -> Response:
        """Delete the company; its contacts stay. For whoever may manage templates."""
        delete_company(viewer=viewer_in(request), company_id=company_id)
        return Response(status=204)
