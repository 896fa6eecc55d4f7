"""Webhooks, and the deliveries that wait for them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from conversations.models import Webhook, WebhookDelivery
from hummdesk.errors import NotFound

# A claim that is older belongs to a worker that is gone: no call takes so long.
# `WEBHOOK_DUE_SQL` says the same.
CLAIM_LASTS_S = 60
# One receiver gets one call at a time, and one account holds so many of the workers' threads at most.
AT_ONCE_PER_ACCOUNT = 2
# Conditions for `fan_out`.
WEBHOOK_DUE_SQL = (
    "EXISTS (SELECT FROM {schema}.conversations_webhook w WHERE is_enabled AND EXISTS (SELECT"
    " FROM {schema}.conversations_webhookdelivery d WHERE d.webhook_id = w.id"
    " AND d.state = 'waiting' AND d.due_at <= now()))"
    " OR EXISTS (SELECT FROM {schema}.conversations_webhookdelivery WHERE state = 'sending'"
    " AND claimed_at < now() - interval '60 seconds')"
)
HAS_WEBHOOKS_SQL = "EXISTS (SELECT FROM {schema}.conversations_webhook)"


@dataclass(frozen=True)
class WebhookEvent:
    """An event of the log as receivers get it; `type` is its live type. `webhook_id`: for that one alone."""

    seq: int
    type: str
    payload: Mapping[str, Any]
    webhook_id: str | None = None


def all_webhooks() -> QuerySet[Webhook]:
    """Return the account's webhooks."""
    return Webhook.objects.all()


def webhook_with(id: UUID, *, lock: bool = False) -> Webhook:
    """Return one webhook. One query. Raises: NotFound.

    The lock leaves events free to be queued for it meanwhile.
    """
    rows = Webhook.objects.select_for_update(no_key=True) if lock else Webhook.objects.all()
    webhook = rows.filter(id=id).first()
    if webhook is None:
        raise NotFound
    return webhook


def webhook_deliveries(webhook_id: UUID, filters: Mapping[str, Any]) -> QuerySet[WebhookDelivery]:
    """Return what was to be brought to a webhook. One query, for the webhook. Raises: NotFound."""
    webhook_with(webhook_id)
    return WebhookDelivery.objects.filter(webhook_id=webhook_id, **filters)


def insert_deliveries(events: Sequence[WebhookEvent]) -> bool:
    """Each enabled webhook that wants an event has a delivery of it; returns whether one can be sent at once.

    One statement whatever the numbers are, and nothing but a look at an empty table without webhooks: raw, since the
    ORM has no INSERT … SELECT. KEY SHARE lets a webhook that is being removed be passed over instead of breaking the
    caller's transaction by its foreign key. One that fails waits for the sweep, lest each event costs a time-out.
    """
    statement = """
        WITH made AS (
            INSERT INTO conversations_webhookdelivery
                (id, webhook_id, event_seq, type, payload, state, attempt_count, due_at, error, created_at)
            SELECT gen_random_uuid(), w.id, e.seq, e.type, e.payload, 'waiting', 0, now(), '', now()
            FROM (SELECT id, event_types FROM conversations_webhook WHERE is_enabled FOR KEY SHARE) w
            JOIN json_to_recordset(%s) AS e (seq bigint, type text, payload jsonb, webhook_id uuid)
                ON e.webhook_id = w.id
                OR (e.webhook_id IS NULL AND (w.event_types = '{}' OR e.type = ANY (w.event_types)))
            RETURNING webhook_id
        )
        SELECT EXISTS (SELECT FROM made JOIN conversations_webhook w ON w.id = made.webhook_id
                       WHERE w.failing_since IS NULL)
    """
    written = json.dumps([vars(event) for event in events])
    with connection.cursor() as cursor:
        cursor.execute(statement, [written])
        row = cursor.fetchone()
    return bool(row and row[0])


def claim_next_delivery() -> WebhookDelivery | None:
    """Return a delivery that is due, with its webhook, for this process alone; None when there is nothing to do now.

    Which webhook comes next is left to chance, so that none waits for another's long queue. Two queries; raw, since
    the ORM has no LATERAL: the head of each queue is found in its index, however long the queues are. Of two
    processes that pick the same row, the second finds it changed and takes nothing.
    """
    statement = """
        UPDATE conversations_webhookdelivery SET state = 'sending', claimed_at = statement_timestamp(),
            attempt_count = attempt_count + 1, first_tried_at = coalesce(first_tried_at, statement_timestamp())
        WHERE state = 'waiting' AND id = (
            SELECT head.id
            FROM conversations_webhook w
            CROSS JOIN LATERAL (
                SELECT id FROM conversations_webhookdelivery
                WHERE webhook_id = w.id AND state = 'waiting' AND due_at <= statement_timestamp()
                ORDER BY due_at LIMIT 1
            ) head
            WHERE w.is_enabled
              AND NOT EXISTS (SELECT FROM conversations_webhookdelivery
                              WHERE webhook_id = w.id AND state = 'sending')
              AND (SELECT count(*) FROM conversations_webhookdelivery
                   WHERE state = 'sending') < %s
            ORDER BY random() LIMIT 1
        )
        RETURNING id
    """
    with connection.cursor() as cursor:
        cursor.execute(statement, [AT_ONCE_PER_ACCOUNT])
        row = cursor.fetchone()
    return WebhookDelivery.objects.select_related("webhook").get(id=row[0]) if row else None


def release_late_deliveries(most_attempts: int) -> int:
    """What a worker that is gone had claimed waits again, or has failed after `most_attempts`; returns how many did.

    Raw, to choose the state by the row in one statement that passes over what another sweep holds.
    """
    statement = """
        UPDATE conversations_webhookdelivery SET claimed_at = NULL, error = 'The worker ended while sending.',
            state = CASE WHEN attempt_count < %s THEN 'waiting' ELSE 'failed' END
        WHERE id IN (SELECT id FROM conversations_webhookdelivery
                     WHERE state = 'sending' AND claimed_at < statement_timestamp() - make_interval(secs => %s)
                     FOR UPDATE SKIP LOCKED)
    """
    with connection.cursor() as cursor:
        cursor.execute(statement, [most_attempts, CLAIM_LASTS_S])
        return int(cursor.rowcount)


def delete_deliveries_before(moment: datetime) -> int:
    """Deliveries made before are gone; returns how many."""
    return WebhookDelivery.objects.filter(created_at__lt=moment).delete()[0]


def has_failed_too_long(webhook: Webhook, now: datetime, limit: timedelta) -> bool:
    """Return whether the webhook has taken nothing for so long."""
    return webhook.failing_since is not None and webhook.failing_since < now - limit
