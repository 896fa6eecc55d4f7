"""Bringing events to webhooks: claimed by a conditional update, tried again with patience, switched off in the end."""

import json
import time
from dataclasses import dataclass
from datetime import timedelta
from random import SystemRandom
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from standardwebhooks import Webhook as Signer

from accounts.permissions import Permission
from conversations.actions.save_webhook import stop_waiting_deliveries
from conversations.enums import DisabledReason, WebhookState
from conversations.errors import DeliveryUnderWay, WebhookSwitchedOff
from conversations.events import WebhookDisabled
from conversations.models import Webhook, WebhookDelivery
from conversations.queries.webhooks import claim_next_delivery, has_failed_too_long, webhook_with
from hummdesk.egress import OutsideFailure, TargetRefused, call_outside
from hummdesk.errors import NotFound
from hummdesk.events.actor import Actor
from hummdesk.events.publishing import action, publish
from hummdesk.logs import logger
from teams.access import Viewer

# Seconds until the next try, by the number of tries so far: a little less than 24 hours in all.
WAITS_S = (5, 30, 120, 600, 1800, 3600, 7200, 14400, 28800, 28800)
MOST_ATTEMPTS = len(WAITS_S) + 1
# Each wait is up to a tenth longer or shorter, so that what failed together does not come back together.
JITTER = 0.1
GIVEN_UP_AFTER = timedelta(days=3)
# Seconds for one call; a receiver that fails anyway gets less.
DEADLINE_S, DEADLINE_OF_FAILING_S = 10.0, 5.0
# Seconds after which a run begins no further call; the sweep comes back every 10 s.
RUN_LASTS_S = 10.0
_GONE = 410
_random = SystemRandom()


@dataclass(frozen=True)
class _Outcome:
    """What came of one try. `status` is None without an answer; `error` is empty after a success."""

    status: int | None
    error: str
    duration_ms: int


def deliver_due_webhooks() -> int:
    """Deliveries that are due have been tried, one after the other for some seconds; returns how many.

    Any number of processes may run this: each delivery is claimed by one of them.
    """
    ends_at = time.monotonic() + RUN_LASTS_S
    tried = 0
    while time.monotonic() < ends_at and (delivery := claim_next_delivery()):
        _note(delivery, _send(delivery))
        tried += 1
    return tried


@action
def redeliver_webhook(*, viewer: Viewer, webhook_id: UUID, delivery_id: UUID) -> WebhookDelivery:
    """The delivery waits to be sent again, from the start and under its old `webhook-id`.

    Raises: PermissionDenied, NotFound, WebhookSwitchedOff, DeliveryUnderWay.
    """
    viewer.require(Permission.MANAGE_ACCOUNT)
    webhook = webhook_with(webhook_id, lock=True)
    delivery = WebhookDelivery.objects.select_for_update().filter(id=delivery_id, webhook=webhook).first()
    if delivery is None:
        raise NotFound
    if not webhook.is_enabled:
        raise WebhookSwitchedOff
    if delivery.state == WebhookState.SENDING:
        raise DeliveryUnderWay
    delivery.state, delivery.attempt_count, delivery.due_at = WebhookState.WAITING, 0, timezone.now()
    delivery.first_tried_at = delivery.delivered_at = None
    delivery.save(update_fields=["state", "attempt_count", "due_at", "first_tried_at", "delivered_at"])
    return delivery


def _send(delivery: WebhookDelivery) -> _Outcome:
    """Call the receiver, outside of any transaction."""
    started = time.monotonic()
    status, error = _answer_to(delivery)
    return _Outcome(status, error[:200], round((time.monotonic() - started) * 1000))


def _answer_to(delivery: WebhookDelivery) -> tuple[int | None, str]:
    webhook = delivery.webhook
    body = json.dumps(delivery.payload, ensure_ascii=False, separators=(",", ":"))
    try:
        answer = call_outside(
            webhook.url,
            method="POST",
            headers=_headers(delivery, body),
            content=body.encode(),
            deadline_s=DEADLINE_OF_FAILING_S if webhook.failing_since else DEADLINE_S,
            most_bytes=0,
        )
    except (OutsideFailure, TargetRefused) as error:
        return None, str(error.detail)
    return answer.status, _complaint(answer.status)


def _headers(delivery: WebhookDelivery, body: str) -> dict[str, str]:
    """Source: Standard Webhooks 1.0.0; the time is that of the attempt."""
    now = timezone.now()
    return {
        "Content-Type": "application/json",
        "User-Agent": "HummDesk-Webhooks/1",
        "webhook-id": str(delivery.id),
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Signer(delivery.webhook.secret).sign(str(delivery.id), now, body),
    }


def _complaint(status: int) -> str:
    if 200 <= status < 300:
        return ""
    if 300 <= status < 400:
        return _("The receiver answered by a redirect, which is not followed.")
    return _("The receiver answered %(status)d.") % {"status": status}


@action
def _note(delivery: WebhookDelivery, outcome: _Outcome) -> None:
    """The outcome stands in the log of deliveries, unless the webhook is gone or the claim was taken over.

    Locks the webhook before the delivery, as all do.
    """
    webhook = Webhook.objects.select_for_update(no_key=True).filter(id=delivery.webhook_id).first()
    mine = WebhookDelivery.objects.filter(
        id=delivery.id, state=WebhookState.SENDING, attempt_count=delivery.attempt_count
    )
    if webhook is None or not mine.update(**_noted(delivery, outcome)):
        return
    logger.info(
        "webhook_tried", webhook_id=str(webhook.id), delivery_id=str(delivery.id), status=outcome.status,
        attempts=delivery.attempt_count,
    )  # fmt: skip
    if outcome.error:
        _count_failure(webhook, outcome)
    elif webhook.failing_since is not None:
        webhook.failing_since = None
        webhook.save(update_fields=["failing_since"])


def _noted(delivery: WebhookDelivery, outcome: _Outcome) -> dict[str, Any]:
    fields = {
        "claimed_at": None,
        "response_status": outcome.status,
        "error": outcome.error,
        "duration_ms": outcome.duration_ms,
    }
    now = timezone.now()
    if not outcome.error:
        return {**fields, "state": WebhookState.DELIVERED, "delivered_at": now}
    if delivery.attempt_count >= MOST_ATTEMPTS or outcome.status == _GONE:
        return {**fields, "state": WebhookState.FAILED}
    wait_s = WAITS_S[delivery.attempt_count - 1] * _random.uniform(1 - JITTER, 1 + JITTER)
    return {**fields, "state": WebhookState.WAITING, "due_at": now + timedelta(seconds=wait_s)}


def _count_failure(webhook: Webhook, outcome: _Outcome) -> None:
    now = timezone.now()
    if outcome.status == _GONE:
        _disable(webhook, DisabledReason.GONE)
    elif has_failed_too_long(webhook, now, GIVEN_UP_AFTER):
        _disable(webhook, DisabledReason.FAILING)
    elif webhook.failing_since is None:
        webhook.failing_since = now
        webhook.save(update_fields=["failing_since"])


def _disable(webhook: Webhook, reason: DisabledReason) -> None:
    if not webhook.is_enabled:
        return
    webhook.is_enabled, webhook.disabled_reason = False, reason
    webhook.version += 1
    webhook.save(update_fields=["is_enabled", "disabled_reason", "version", "updated_at"])
    stop_waiting_deliveries(webhook)
    publish(WebhookDisabled(actor=Actor.system(), webhook_id=webhook.id, reason=reason.value))
