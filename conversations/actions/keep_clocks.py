"""The clocks of conversations are as their history says."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from conversations.clock_plans import CLOCK_FIELDS, ClockPlan, newest_due_at, next_due_at, plan_clocks
from conversations.enums import ClockKind
from conversations.models import Conversation, SlaClock
from conversations.promise_events import PromisesChanged, SlaBreached
from conversations.queries.promises import (
    SHOWN_FIELDS,
    PromisedConversation,
    clocks_by_conversation,
    facts_of,
    lock_promised,
    policy_with_hours,
    show_promises,
    terms_of,
)
from hummdesk.events.actor import Actor
from hummdesk.events.publishing import action, publish


def keep_clocks(*, conversation_id: UUID) -> bool:
    """What `keep_all_clocks` says, for one conversation; returns whether anything differed."""
    return keep_all_clocks(conversation_ids=[conversation_id]) == 1


@action
def keep_all_clocks(*, conversation_ids: Collection[UUID]) -> int:
    """The conversations' clocks, and what their rows show of them, are as their history and their policies say;
    returns in how many anything differed. May run twice, late, or when conversations have gone.

    Locks the conversations in the order of their ids. However many there are, two queries where nothing is promised,
    else five and one for each policy, and three or four to write.
    Publishes: PromisesChanged where a row shows something else, SlaBreached for a promise found kept too late.
    """
    locked = lock_promised(conversation_ids)
    rows = clocks_by_conversation([one.id for one in locked])
    asked = [one for one in locked if one.chosen_policy_id or one.id in rows or one.sla_policy_id]
    if not asked:
        return 0
    terms = {
        policy_id: terms_of(policy_with_hours(policy_id)) for policy_id in {one.chosen_policy_id for one in asked}
    }
    facts, now = facts_of(asked), timezone.now()
    plans = [
        plan_clocks(one, facts[one.id], rows.get(one.id, ()), policy=terms[one.chosen_policy_id], now=now)
        for one in asked
    ]
    _write(plans)
    shown = [_is_shown(one, plan) for one, plan in zip(asked, plans, strict=True)]
    _show([one for one, differs in zip(asked, shown, strict=True) if differs])
    for plan in plans:
        for row in plan.broken:
            publish_breach(row)
    return sum(
        differs or bool(plan.added or plan.changed or plan.gone) for differs, plan in zip(shown, plans, strict=True)
    )


def publish_breach(row: SlaClock) -> None:
    """Whoever subscribed hears that the clock's promise was broken; inside an action. Publishes: SlaBreached."""
    due_at = _iso(row.breached_at) or ""
    publish(SlaBreached(actor=Actor.system(), conversation_id=row.conversation_id, due_at=due_at, kind=row.kind))


def _write(plans: Sequence[ClockPlan]) -> None:
    if gone := [row.id for plan in plans for row in plan.gone]:
        SlaClock.objects.filter(id__in=gone).delete()
    if added := [row for plan in plans for row in plan.added]:
        SlaClock.objects.bulk_create(added)
    if changed := [row for plan in plans for row in plan.changed]:
        SlaClock.objects.bulk_update(changed, CLOCK_FIELDS)


def _is_shown(conversation: PromisedConversation, plan: ClockPlan) -> bool:
    """The conversation has what its row is to show of its clocks; returns whether the row shows something else."""
    before = [getattr(conversation, name) for name in SHOWN_FIELDS]
    conversation.sla_policy_id = conversation.chosen_policy_id
    conversation.first_response_due_at = newest_due_at(plan.rows, ClockKind.FIRST_RESPONSE)
    conversation.resolution_due_at = newest_due_at(plan.rows, ClockKind.RESOLUTION)
    conversation.sla_due_at = next_due_at(plan.rows)
    conversation.sla_breached_at = min((row.breached_at for row in plan.rows if row.breached_at), default=None)
    return [getattr(conversation, name) for name in SHOWN_FIELDS] != before


def _show(conversations: Sequence[Conversation]) -> None:
    """The rows of the conversations show what these have. Publishes."""
    if not conversations:
        return
    show_promises(conversations)
    for one in conversations:
        due_at = _iso(one.sla_due_at)
        publish(
            PromisesChanged(actor=Actor.system(), conversation_id=one.id, policy_id=one.sla_policy_id, due_at=due_at)
        )


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
