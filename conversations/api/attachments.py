"""Files: `POST /attachments`, and from there to a short-lived address of each."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.conf import settings
from django.http import FileResponse, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import HasPermission
from accounts.permissions import Permission
from conversations.actions.attach_files import upload_attachment
from conversations.attachment_links import signed_content
from conversations.file_responses import file_response, image_response
from conversations.queries.attachments import attachment_for, stored_attachment
from conversations.remote_images import fetch_image, signed_image
from conversations.serializers.attachments import AttachmentOutput
from hummdesk.api.serializers import InputSerializer
from hummdesk.api.views import ApiView
from hummdesk.errors import NotFound
from hummdesk.tenancy.context import account_schema, current_schema, is_account_active, is_platform
from teams.authentication import viewer_in


class UploadInput(InputSerializer):
    """One file in a form."""

    # What is empty or has no usable name is the action's to judge.
    file = serializers.FileField(allow_empty_file=True)


class AttachmentsView(ApiView):
    """Uploads that wait to be named in a message."""

    permission_classes = [HasPermission(Permission.REPLY)]
    parser_classes = [MultiPartParser]
    # The largest that an account may allow, and the form around it.
    max_body_bytes = settings.DATA_UPLOAD_MAX_MEMORY_SIZE

    @extend_schema(
        operation_id="upload_attachment",
        request={"multipart/form-data": UploadInput},
        responses={201: AttachmentOutput},
    )
    def post(self, request: Request) -> Response:
        """Upload a file and name its id in a message within 24 hours. Over the account's limit: 413."""
        file = self.body(UploadInput)["file"]
        attachment = upload_attachment(viewer=viewer_in(request), file=file, name=file.name or "")
        return Response(AttachmentOutput(attachment, context={"request": request}).data, status=201)


class AttachmentView(ApiView):
    """One file."""

    @extend_schema(operation_id="get_attachment", responses=AttachmentOutput)
    def get(self, request: Request, id: UUID) -> Response:
        """Show what the file is, and `url`, from which it can be fetched for at most 5 minutes."""
        attachment = attachment_for(viewer_in(request), id)
        return Response(AttachmentOutput(attachment, context={"request": request}).data)


class AttachmentContentView(ApiView):
    """The file itself, for whoever has its signed address."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="get_attachment_content",
        parameters=[OpenApiParameter("signature", str, required=True, description="As in the file's `url`.")],
        responses={200: OpenApiResponse(OpenApiTypes.BINARY, description="The file")},
    )
    def get(self, request: Request, id: UUID) -> FileResponse:
        """Hand out the file: PNG, JPEG, GIF and WebP to be shown in place, everything else as a download."""
        schema, variant = signed_content(id, request.query_params.get("signature", ""))
        with _signed_account(schema):
            return file_response(stored_attachment(id), variant)


class RemoteImageView(ApiView):
    """A picture of the web, for whoever has its signed address out of a message."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="get_remote_image",
        parameters=[OpenApiParameter("signature", str, required=True, description="As in a message's `body_html`.")],
        responses={200: OpenApiResponse(OpenApiTypes.BINARY, description="The picture")},
    )
    def get(self, request: Request) -> HttpResponse:
        """Fetch a PNG, JPEG, GIF or WebP of at most 5 MB by https, so that its server does not learn who reads."""
        schema, address = signed_image(request.query_params.get("signature", ""))
        with _signed_account(schema):
            return image_response(*fetch_image(address))


@contextmanager
def _signed_account(schema: str) -> Iterator[None]:
    """The account is in force. Raises: NotFound on the host of another one, and for one that is not active."""
    if not is_platform() and current_schema() != schema:
        raise NotFound
    with account_schema(schema):
        if not is_account_active():
            raise NotFound
        yield
