"""`POST /email/inbound/raw`: another mail server hands in a mail."""

from typing import Any

from django.conf import settings
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.throttling import InboundThrottle
from email_channel.actions.store_mail import store_claimed_mail
from email_channel.actions.take_in_mail import TakenIn, take_in_claimed
from email_channel.enums import MailSource, Outcome
from email_channel.errors import EmptyMail
from email_channel.inbound_signature import signing_mailbox
from hummdesk.api.views import ApiView
from hummdesk.errors import UnsupportedMediaType
from hummdesk.tenancy.context import account_schema


class RawMailParser(BaseParser):
    """Takes a mail as it is: the view reads the body itself."""

    media_type = "message/rfc822"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> dict[str, Any]:
        return {}


class TakenInSerializer(serializers.Serializer[TakenIn]):
    """What became of a mail."""

    id = serializers.UUIDField()
    conversation_id = serializers.UUIDField(allow_null=True, required=False)
    message_id = serializers.UUIDField(allow_null=True, required=False)
    outcome = serializers.ChoiceField(choices=Outcome.choices, required=False)
    reason = serializers.CharField(required=False)


class InboundRawView(ApiView):
    """Takes a raw mail, signed with the secret of the mailbox that it goes to."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    parser_classes = (RawMailParser, MultiPartParser)
    throttle_classes = (InboundThrottle,)
    max_body_bytes = settings.DATA_UPLOAD_MAX_MEMORY_SIZE

    @extend_schema(
        operation_id="email_inbound_raw",
        request={"message/rfc822": OpenApiTypes.BINARY, "multipart/form-data": OpenApiTypes.OBJECT},
        parameters=[
            OpenApiParameter(
                "X-HummDesk-Signature", str, OpenApiParameter.HEADER, required=True, description="t=<unix>,v1=<hex>"
            ),
            OpenApiParameter("mailbox", str, description="The mailbox's address, where the mail does not name it."),
        ],
        responses={202: TakenInSerializer},
    )
    def post(self, request: Request) -> Response:
        """Store the mail, look into it at once, and tell what became of it."""
        body = request._request.body
        if body:
            _check_content_type(request)
        raw = _mail_in(request, body)
        signed = signing_mailbox(
            account=request._request.account,  # type: ignore[attr-defined]  # set by AccountMiddleware
            named=request.query_params.get("mailbox", ""),
            signature=request.headers.get("X-HummDesk-Signature", ""),
            signed_bodies=(body,) if raw is body else (body, raw),
            raw=raw,
        )
        with account_schema(signed.schema):
            mail = store_claimed_mail(mailbox=signed.mailbox, raw=raw, source=MailSource.API)
            return Response(TakenInSerializer(take_in_claimed(mail, raw)).data, status=202)


def _check_content_type(request: Request) -> None:
    if request.content_type.partition(";")[0].strip().lower() not in {"message/rfc822", "multipart/form-data"}:
        raise UnsupportedMediaType("Send the mail as message/rfc822, or in the multipart field `email`.")


def _mail_in(request: Request, body: bytes) -> bytes:
    """Return the mail: the whole body, or the multipart field `email`."""
    if not request.content_type.lower().startswith("multipart/"):
        return body
    field = request.data.get("email") if isinstance(request.data, dict) else None
    if field is None:
        raise EmptyMail
    return field.encode() if isinstance(field, str) else bytes(field.read())
