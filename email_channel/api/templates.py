"""Mail texts that are sent again and again."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import HasPermission
from accounts.permissions import Permission
from email_channel.actions.save_template import change_template, create_template, delete_template, restore_template
from email_channel.queries.templates import all_templates, get_template_with, versions_of
from email_channel.serializers.templates import (
    PreviewTemplateInput,
    PreviewTemplateOutput,
    RestoreInput,
    TemplateChangesInput,
    TemplateInput,
    TemplateOutput,
    TemplateVersionOutput,
)
from email_channel.template_variables import sample_values
from email_channel.templating import render_parts
from hummdesk.api.pagination import KeysetPagination
from hummdesk.api.views import ApiView
from teams.authentication import viewer_in


class TemplatesView(ApiView):
    """The account's templates."""

    permission_classes = [HasPermission(Permission.REPLY)]
    pagination_class = KeysetPagination
    orderings = {"name": ("name", "language"), "updated_at": ("-updated_at",)}

    @extend_schema(operation_id="list_templates", responses=TemplateOutput(many=True))
    def get(self, request: Request) -> Response:
        """List the templates."""
        return self.page(all_templates(), TemplateOutput)

    @extend_schema(operation_id="create_template", request=TemplateInput, responses={201: TemplateOutput})
    def post(self, request: Request) -> Response:
        """Keep a template, for whoever manages templates; under one name there is one in each language."""
        template = create_template(viewer=viewer_in(request), fields=self.body(TemplateInput))
        return Response(TemplateOutput(template).data, status=201)


class TemplateView(ApiView):
    """One template."""

    permission_classes = [HasPermission(Permission.REPLY)]

    @extend_schema(operation_id="get_template", responses=TemplateOutput)
    def get(self, request: Request, template_id: UUID) -> Response:
        """Return the template."""
        return Response(TemplateOutput(get_template_with(template_id)).data)

    @extend_schema(operation_id="change_template", request=TemplateChangesInput, responses=TemplateOutput)
    def patch(self, request: Request, template_id: UUID) -> Response:
        """Change what is given; other words make a new version."""
        changes = self.body(TemplateChangesInput, partial=True)
        version = changes.pop("version", None)
        template = change_template(
            viewer=viewer_in(request), template_id=template_id, changes=changes, version=version
        )
        return Response(TemplateOutput(template).data)

    @extend_schema(operation_id="delete_template", responses={204: None})
    def delete(self, request: Request, template_id: UUID) -> Response:
        """Delete the template; 409 while a mailbox answers with it."""
        delete_template(viewer=viewer_in(request), template_id=template_id)
        return Response(status=204)


class TemplatePreviewView(ApiView):
    """What a template would say."""

    permission_classes = [HasPermission(Permission.REPLY)]

    @extend_schema(operation_id="preview_template", request=PreviewTemplateInput, responses=PreviewTemplateOutput)
    def post(self, request: Request, template_id: UUID) -> Response:
        """Show the template with these values, or with examples; nothing is sent."""
        given = self.body(PreviewTemplateInput).get("variables")
        parts = get_template_with(template_id).parts
        rendered = render_parts(parts, sample_values() if given is None else given)
        return Response(PreviewTemplateOutput(rendered).data)


class TemplateVersionsView(ApiView):
    """What a template has said."""

    permission_classes = [HasPermission(Permission.MANAGE_TEMPLATES)]
    pagination_class = KeysetPagination
    orderings = {"number": ("-number",)}

    @extend_schema(operation_id="list_template_versions", responses=TemplateVersionOutput(many=True))
    def get(self, request: Request, template_id: UUID) -> Response:
        """List the versions, the newest first."""
        return self.page(versions_of(get_template_with(template_id)), TemplateVersionOutput)


class TemplateRestoreView(ApiView):
    """A version that holds again."""

    permission_classes = [HasPermission(Permission.MANAGE_TEMPLATES)]

    @extend_schema(operation_id="restore_template", request=RestoreInput, responses=TemplateOutput)
    def post(self, request: Request, template_id: UUID) -> Response:
        """Let the template say again what a version of it said, as its newest version."""
        number: int = self.body(RestoreInput)["number"]
        template = restore_template(viewer=viewer_in(request), template_id=template_id, number=number)
        return Response(TemplateOutput(template).data)
