"""Queueing events for webhooks, in the transaction that writes them to the log."""

from collections.abc import Sequence

from conversations.queries.webhooks import WebhookEvent, insert_deliveries
from hummdesk.events.dispatcher import nudge_of
from hummdesk.events.models import LoggedEvent

RULE_TYPE = "rule.applied"
TASK = "conversations.tasks.deliver_webhooks"
# Texts that people wrote stay here; receivers fetch them if they may.
_LEFT_OUT = frozenset({"subject", "subject_before"})


def queue_webhooks(rows: Sequence[LoggedEvent]) -> Sequence[str]:
    """Every webhook that wants one of these events has a delivery waiting; returns the task to queue, if any.

    One statement when an event has a live type, and none else. Runs under the lock of the log (see `WITH_LOG`).
    """
    events = [event for row in rows if (event := _webhook_event(row))]
    events += [event for row in rows if row.type == "RuleApplied" for event in _called_by_rule(row)]
    return [TASK] if events and insert_deliveries(events) else []


def _webhook_event(row: LoggedEvent) -> WebhookEvent | None:
    """Return the event in the envelope of Standard Webhooks, None for one that has no live type."""
    nudge = nudge_of(row)
    if nudge is None:
        return None
    scalars = {name: value for name, value in nudge.data.items() if name not in _LEFT_OUT}
    data = {"conversation_id": nudge.conversation_id, "seq": row.seq, **scalars}
    return WebhookEvent(row.seq, nudge.type, {"type": nudge.type, "timestamp": nudge.at, "data": data})


def _called_by_rule(row: LoggedEvent) -> Sequence[WebhookEvent]:
    """Return the calls that a rule makes, each of one webhook, whatever that one wants to hear of besides."""
    at = row.at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    data = {"conversation_id": row.data["conversation_id"], "seq": row.seq, "rule_id": row.data["rule_id"]}
    payload = {"type": RULE_TYPE, "timestamp": at, "data": data}
    return [WebhookEvent(row.seq, RULE_TYPE, payload, webhook_id) for webhook_id in row.data["webhook_ids"]]
