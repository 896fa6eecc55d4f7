"""`POST /email/webhook`: the mail provider tells what happened."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.parsers import BaseParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from email_channel.provider.actions.store_provider_event import store_provider_event
from email_channel.provider.signature import verified_event
from email_channel.provider.tasks import hint_at_work
from hummdesk.api.views import ApiView

_HEADERS = ("svix-id", "svix-timestamp", "svix-signature")


class SignedBodyParser(BaseParser):
    """Takes what is signed as it is: the view reads the body itself."""

    media_type = "*/*"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> dict[str, Any]:
        return {}


class ProviderWebhookView(ApiView):
    """Takes the provider's events. Nothing is fetched here: a slow provider would make it send them again."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = ()
    parser_classes = (SignedBodyParser,)

    @extend_schema(
        operation_id="email_webhook",
        request={"application/json": {"type": "object"}},
        parameters=[OpenApiParameter(name, str, OpenApiParameter.HEADER, required=True) for name in _HEADERS],
        responses=inline_serializer("WebhookTaken", {"is_new": serializers.BooleanField()}),
    )
    def post(self, request: Request) -> Response:
        """Store an event of the provider (Resend, signed by Svix); one that was here before changes nothing."""
        event_id, payload = verified_event(request._request.body, request.headers)
        event = store_provider_event(event_id=event_id, payload=payload)
        if event is not None:
            hint_at_work(event)
        return Response({"is_new": event is not None})
