"""Warning while a promise can still be kept, and saying so when it was not."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from conversations.actions.keep_clocks import keep_clocks
from conversations.models import Conversation, SlaClock
from conversations.promise_events import SlaBreached, SlaWarned
from conversations.queries.promises import ids_to_keep_anew, ring_due_clocks
from hummdesk.events.actor import Actor
from hummdesk.events.publishing import action, publish

# Conversations whose events got lost, looked at anew in one go.
KEPT_ANEW_AT_ONCE = 50


@action
def ring_clocks(limit: int) -> int:
    """Clocks whose moment has come have warned, or are marked as broken, each once; returns how many.

    A clock that is over already breaks without a warning. Locks the clocks and their conversations, and passes over
    those that somebody else holds: the next tick finds them again. Two statements and the log, however many ring.
    Publishes: SlaWarned, SlaBreached.
    """
    now = timezone.now()
    rung = ring_due_clocks(now, limit)
    _show_breaches([one.conversation_id for one in rung if one.is_broken], now)
    for one in rung:
        event = SlaBreached if one.is_broken else SlaWarned
        due_at = one.due_at.isoformat()
        publish(event(actor=Actor.system(), conversation_id=one.conversation_id, due_at=due_at, kind=one.kind))
    return len(rung)


def keep_lost_clocks() -> int:
    """Clocks that should have rung long ago are as their history says; returns how many conversations that were."""
    return sum(
        keep_clocks(conversation_id=conversation_id)
        for conversation_id in ids_to_keep_anew(timezone.now(), KEPT_ANEW_AT_ONCE)
    )


def _show_breaches(conversation_ids: Sequence[UUID], now: datetime) -> None:
    """The first broken promise of a conversation is the one that its row shows."""
    if not conversation_ids:
        return
    broken = SlaClock.objects.filter(conversation=OuterRef("pk"), breached_at__isnull=False)
    first = Subquery(broken.order_by("breached_at").values("breached_at")[:1])
    late = Conversation.objects.filter(id__in=conversation_ids)
    late.update(sla_breached_at=Coalesce(F("sla_breached_at"), first), updated_at=now)
