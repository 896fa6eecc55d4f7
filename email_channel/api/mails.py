"""Stored mail, in and out, of the conversations that one may see."""

from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import IsMember
from conversations.file_responses import StreamedFile
from email_channel.queries.mails import get_mail, visible_mails
from email_channel.raw_files import raw_response
from email_channel.serializers.mails import MailFilters, MailOutput, MailWithHeadersOutput
from hummdesk.api.pagination import KeysetPagination
from hummdesk.api.views import ApiView
from teams.authentication import viewer_in


class MailsView(ApiView):
    """Stored mails."""

    permission_classes = [IsMember]
    pagination_class = KeysetPagination
    # Ids are UUIDv7.
    orderings = {"-created_at": ["-id"], "created_at": ["id"]}

    @extend_schema(operation_id="list_mails", parameters=[MailFilters], responses=MailOutput(many=True))
    def get(self, request: Request) -> Response:
        """List the mails, newest first, without their headers."""
        return self.page(visible_mails(viewer_in(request), self.filters(MailFilters)), MailOutput)


class MailView(ApiView):
    """One stored mail."""

    permission_classes = [IsMember]

    @extend_schema(operation_id="get_mail", responses=MailWithHeadersOutput)
    def get(self, request: Request, mail_id: UUID) -> Response:
        """Show a mail with its headers."""
        return Response(MailWithHeadersOutput(get_mail(viewer_in(request), mail_id)).data)


class RawMailView(ApiView):
    """One stored mail as it came."""

    permission_classes = [IsMember]

    @extend_schema(
        operation_id="get_raw_mail",
        responses={(200, "message/rfc822"): OpenApiResponse(OpenApiTypes.BINARY, description="The mail")},
    )
    def get(self, request: Request, mail_id: UUID) -> StreamedFile:
        """Hand out a mail byte for byte; 404 for one that is not kept, as those that we sent."""
        mail = get_mail(viewer_in(request), mail_id)
        return raw_response(mail.raw, name=f"{mail.id}.eml")
