"""Outgoing webhooks and their log: for those who manage the account."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import HasPermission
from accounts.permissions import Permission
from conversations.actions.deliver_webhook import redeliver_webhook
from conversations.actions.save_webhook import add_webhook, change_webhook, delete_webhook, rotate_webhook_secret
from conversations.queries.webhooks import all_webhooks, webhook_deliveries, webhook_with
from conversations.serializers.webhooks import (
    DeliveryFilters,
    NewWebhookInput,
    WebhookChangesInput,
    WebhookDeliveryOutput,
    WebhookOutput,
    WebhookSecretOutput,
)
from hummdesk.api.pagination import KeysetPagination
from hummdesk.api.views import ApiView
from teams.authentication import viewer_in

_ManagesAccount = HasPermission(Permission.MANAGE_ACCOUNT)


class WebhooksView(ApiView):
    """The account's webhooks."""

    permission_classes = [_ManagesAccount]
    pagination_class = KeysetPagination
    keeps_answers = False

    @extend_schema(operation_id="list_webhooks", responses=WebhookOutput(many=True))
    def get(self, request: Request) -> Response:
        """List the webhooks, oldest first, without their secrets."""
        return self.page(all_webhooks(), WebhookOutput)

    @extend_schema(operation_id="add_webhook", request=NewWebhookInput, responses={201: WebhookSecretOutput})
    def post(self, request: Request) -> Response:
        """Add a webhook. The answer shows its secret, this once; 409 when there are 20."""
        given = self.body(NewWebhookInput)
        webhook = add_webhook(viewer=viewer_in(request), **given)
        return Response(WebhookSecretOutput(webhook).data, status=201)


class WebhookView(ApiView):
    """One webhook."""

    permission_classes = [_ManagesAccount]

    @extend_schema(operation_id="get_webhook", responses=WebhookOutput)
    def get(self, request: Request, webhook_id: UUID) -> Response:
        """Show a webhook, without its secret."""
        return Response(WebhookOutput(webhook_with(webhook_id)).data)

    @extend_schema(operation_id="change_webhook", request=WebhookChangesInput, responses=WebhookOutput)
    def patch(self, request: Request, webhook_id: UUID) -> Response:
        """Change a webhook, or switch it on or off. What waits for one that is switched off has failed."""
        changes = self.body(WebhookChangesInput)
        version = changes.pop("version", None)
        changed = change_webhook(viewer=viewer_in(request), webhook_id=webhook_id, changes=changes, version=version)
        return Response(WebhookOutput(changed).data)

    @extend_schema(operation_id="delete_webhook", responses={204: None})
    def delete(self, request: Request, webhook_id: UUID) -> Response:
        """Remove a webhook and its deliveries."""
        delete_webhook(viewer=viewer_in(request), webhook_id=webhook_id)
        return Response(status=204)


class WebhookSecretView(ApiView):
    """A new secret for a webhook."""

    permission_classes = [_ManagesAccount]
    keeps_answers = False

    @extend_schema(operation_id="rotate_webhook_secret", request=None, responses=WebhookSecretOutput)
    def post(self, request: Request, webhook_id: UUID) -> Response:
        """Replace the secret at once. The answer shows the new one, this once."""
        webhook = rotate_webhook_secret(viewer=viewer_in(request), webhook_id=webhook_id)
        return Response(WebhookSecretOutput(webhook).data)


class WebhookDeliveriesView(ApiView):
    """The log of what was brought to a webhook, or was to be."""

    permission_classes = [_ManagesAccount]
    pagination_class = KeysetPagination
    orderings = {"-event_seq": ["-event_seq"]}

    @extend_schema(
        operation_id="list_webhook_deliveries",
        parameters=[DeliveryFilters],
        responses=WebhookDeliveryOutput(many=True),
    )
    def get(self, request: Request, webhook_id: UUID) -> Response:
        """List the deliveries of the last 30 days, newest event first."""
        return self.page(webhook_deliveries(webhook_id, self.filters(DeliveryFilters)), WebhookDeliveryOutput)


class RedeliverView(ApiView):
    """Sending an event once more."""

    permission_classes = [_ManagesAccount]

    @extend_schema(operation_id="redeliver_webhook", request=None, responses={202: WebhookDeliveryOutput})
    def post(self, request: Request, webhook_id: UUID, delivery_id: UUID) -> Response:
        """Send an event again, within seconds and under the same `webhook-id`; 409 while the webhook is off."""
        delivery = redeliver_webhook(viewer=viewer_in(request), webhook_id=webhook_id, delivery_id=delivery_id)
        return Response(WebhookDeliveryOutput(delivery).data, status=202)
