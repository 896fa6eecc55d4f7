"""The clocks of a conversation are as its history says."""

from datetime import datetime
from uuid import UUID

from django.utils import timezone

from conversations.clock_plans import CLOCK_FIELDS, ClockPlan, newest_due_at, next_due_at, plan_clocks
from conversations.enums import ClockKind
from conversations.models import Conversation, SlaClock
from conversations.promise_events import PromisesChanged, SlaBreached
from conversations.queries.promises import (
    clocks_by_conversation,
    facts_of,
    lock_promised,
    policy_with_hours,
    terms_of,
)
from hummdesk.events.actor import Actor
from hummdesk.events.publishing import action, publish

_SHOWN_FIELDS = (
    "sla_policy_id",
    "first_response_due_at",
    "resolution_due_at",
    "sla_due_at",
    "sla_breached_at",
)


@action
def keep_clocks(*, conversation_id: UUID) -> bool:
    """The conversation's clocks, and what its row shows of them, are as its history and its policy say; returns
    whether anything differed. May run twice, late, or when the conversation has gone.

    Locks the conversation. Two queries where nothing is promised, else six, and three or four to write.
    Publishes: PromisesChanged where the row shows something else, SlaBreached for a promise found kept too late.
    """
    conversation = lock_promised(conversation_id)
    if conversation is None:
        return False
    rows = clocks_by_conversation([conversation_id])[conversation_id]
    policy_id = conversation.chosen_policy_id
    if policy_id is None and not rows and conversation.sla_policy_id is None:
        return False
    policy, now = terms_of(policy_with_hours(policy_id)), timezone.now()
    plan = plan_clocks(conversation, facts_of([conversation])[conversation_id], rows, policy=policy, now=now)
    _write(plan)
    is_shown = _show(conversation, policy_id, plan)
    for row in plan.broken:
        publish_breach(row)
    return is_shown or bool(plan.added or plan.changed or plan.gone)


def publish_breach(row: SlaClock) -> None:
    """Whoever subscribed hears that the clock's promise was broken; inside an action. Publishes: SlaBreached."""
    due_at = _iso(row.breached_at) or ""
    publish(SlaBreached(actor=Actor.system(), conversation_id=row.conversation_id, due_at=due_at, kind=row.kind))


def _write(plan: ClockPlan) -> None:
    if plan.gone:
        SlaClock.objects.filter(id__in=[row.id for row in plan.gone]).delete()
    if plan.added:
        SlaClock.objects.bulk_create(plan.added)
    if plan.changed:
        SlaClock.objects.bulk_update(plan.changed, CLOCK_FIELDS)


def _show(conversation: Conversation, policy_id: UUID | None, plan: ClockPlan) -> bool:
    """The row of the conversation shows its clocks; returns whether it showed something else. Publishes."""
    before = [getattr(conversation, name) for name in _SHOWN_FIELDS]
    conversation.sla_policy_id = policy_id
    conversation.first_response_due_at = newest_due_at(plan.rows, ClockKind.FIRST_RESPONSE)
    conversation.resolution_due_at = newest_due_at(plan.rows, ClockKind.RESOLUTION)
    conversation.sla_due_at = next_due_at(plan.rows)
    conversation.sla_breached_at = min((row.breached_at for row in plan.rows if row.breached_at), default=None)
    if [getattr(conversation, name) for name in _SHOWN_FIELDS] == before:
        return False
    conversation.save(update_fields=[*_SHOWN_FIELDS, "updated_at"])
    publish(
        PromisesChanged(
            actor=Actor.system(),
            conversation_id=conversation.id,
            policy_id=policy_id,
            due_at=_iso(conversation.sla_due_at),
        )
    )
    return True


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
