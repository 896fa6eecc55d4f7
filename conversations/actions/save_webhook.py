"""Making, changing and removing webhooks: for those who manage the account."""

import base64
import secrets
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.permissions import Permission
from conversations.actions.rule_uses import require_unused_by_rules
from conversations.enums import WebhookState
from conversations.errors import TooManyWebhooks
from conversations.models import Webhook, WebhookDelivery
from conversations.queries.webhooks import all_webhooks, webhook_with
from conversations.rules.fields import FieldType
from hummdesk.egress import target_of
from hummdesk.errors import Conflict
from hummdesk.events.publishing import action
from hummdesk.logs import logger
from hummdesk.versions import require_version
from teams.access import Viewer

MOST_WEBHOOKS = 20
# Standard Webhooks: 24 to 64 bytes.
SECRET_BYTES = 32


@action
def add_webhook(*, viewer: Viewer, url: str, description: str = "", event_types: Sequence[str] = ()) -> Webhook:
    """There is a new webhook with a secret of its own, which gets what happens from now on.

    `event_types` are live types, none for all. Raises: PermissionDenied, TargetRefused, TooManyWebhooks.
    """
    viewer.require(Permission.MANAGE_ACCOUNT)
    _lock_all()
    if all_webhooks().count() >= MOST_WEBHOOKS:
        raise TooManyWebhooks
    webhook = Webhook.objects.create(
        url=target_of(url).url,
        description=description,
        event_types=sorted(set(event_types)),
        secret=_new_secret(),
        created_by=viewer.agent,
    )
    logger.info("webhook_added", webhook_id=str(webhook.id), agent_id=str(viewer.id))
    return webhook


@action
def change_webhook(
    *, viewer: Viewer, webhook_id: UUID, changes: Mapping[str, Any], version: int | None = None
) -> Webhook:
    """The webhook is as the changes say: url, description, event_types, is_enabled.

    Switched off, it loses what waits for it; switched on, or with another url, it starts without a history of
    failures. Raises: PermissionDenied, NotFound, TargetRefused, Conflict for another `version`.
    """
    viewer.require(Permission.MANAGE_ACCOUNT)
    webhook = webhook_with(webhook_id, lock=True)
    require_version(version, webhook.version, Conflict.title)
    if "url" in changes:
        webhook.url = target_of(changes["url"]).url
    webhook.description = changes.get("description", webhook.description)
    webhook.event_types = sorted(set(changes.get("event_types", webhook.event_types)))
    if "is_enabled" in changes or "url" in changes:
        webhook.failing_since = None
    if "is_enabled" in changes:
        _switch(webhook, is_enabled=changes["is_enabled"])
    webhook.version += 1
    webhook.save()
    logger.info("webhook_changed", webhook_id=str(webhook.id), agent_id=str(viewer.id), changed=sorted(changes))
    return webhook


@action
def rotate_webhook_secret(*, viewer: Viewer, webhook_id: UUID) -> Webhook:
    """The webhook signs with a new secret from the next attempt on. Raises: PermissionDenied, NotFound."""
    viewer.require(Permission.MANAGE_ACCOUNT)
    webhook = webhook_with(webhook_id, lock=True)
    webhook.secret = _new_secret()
    webhook.version += 1
    webhook.save(update_fields=["secret", "version", "updated_at"])
    logger.info("webhook_secret_rotated", webhook_id=str(webhook.id), agent_id=str(viewer.id))
    return webhook


def delete_webhook(*, viewer: Viewer, webhook_id: UUID) -> None:
    """The webhook is gone, with its deliveries. Raises: PermissionDenied, NotFound, UsedByRules.

    Two transactions: once the first has switched it off, no other action has to wait for the second.
    """
    _switch_off_unused(viewer, webhook_id)
    _remove(webhook_id)
    logger.info("webhook_deleted", webhook_id=str(webhook_id), agent_id=str(viewer.id))


@action
def _switch_off_unused(viewer: Viewer, webhook_id: UUID) -> None:
    viewer.require(Permission.MANAGE_ACCOUNT)
    require_unused_by_rules(FieldType.WEBHOOK, webhook_id)
    change_webhook(viewer=viewer, webhook_id=webhook_id, changes={"is_enabled": False})


@action
def _remove(webhook_id: UUID) -> None:
    """Locked before its deliveries go, so that none is added behind our back. Publishes nothing: see `_write_for`."""
    require_unused_by_rules(FieldType.WEBHOOK, webhook_id)
    webhook = Webhook.objects.select_for_update().filter(id=webhook_id).first()
    if webhook is not None:
        WebhookDelivery.objects.filter(webhook=webhook).delete()
        webhook.delete()


def stop_waiting_deliveries(webhook: Webhook) -> None:
    """Nothing waits for the webhook any more: what did has failed, and can be sent again by hand."""
    waiting = WebhookDelivery.objects.filter(webhook=webhook, state=WebhookState.WAITING)
    waiting.update(state=WebhookState.FAILED, error=_("The webhook was switched off."))


def _switch(webhook: Webhook, *, is_enabled: bool) -> None:
    webhook.is_enabled, webhook.disabled_reason = is_enabled, ""
    if not is_enabled:
        stop_waiting_deliveries(webhook)


def _lock_all() -> None:
    """Two webhooks that are added at once count each other."""
    list(all_webhooks().select_for_update(no_key=True).order_by("id").values_list("id"))


def _new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
