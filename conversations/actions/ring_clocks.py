"""Warning while a promise can still be kept, and saying so when it was not."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from conversations.actions.keep_clocks import keep_clocks, publish_breach
from conversations.models import Conversation, SlaClock
from conversations.promise_events import SlaWarned
from conversations.queries.promises import ids_to_keep_anew, ringing_clocks
from hummdesk.events.actor import Actor
from hummdesk.events.publishing import action, publish

# Conversations whose events got lost, looked at anew in one go.
KEPT_ANEW_AT_ONCE = 50


@action
def ring_clocks(limit: int) -> int:
    """Clocks whose moment has come have warned, or are marked as broken, each once; returns how many.

    A clock that is over already breaks without a warning. Locks the clocks and their conversations, and passes over
    those that somebody else holds: the next tick finds them again. Four statements and the log, however many ring.
    Publishes: SlaWarned, SlaBreached.
    """
    now = timezone.now()
    rows = ringing_clocks(now).select_for_update(of=("self", "conversation"), skip_locked=True)
    due = list(rows.select_related("conversation").order_by("next_look_at", "id")[:limit])
    broken = [row for row in due if row.due_at and row.due_at <= now]
    _warn([row for row in due if row.due_at and row.due_at > now], now)
    _break(broken)
    return len(due)


def keep_lost_clocks() -> int:
    """Clocks that should have rung long ago are as their history says; returns how many conversations that were."""
    return sum(
        keep_clocks(conversation_id=conversation_id)
        for conversation_id in ids_to_keep_anew(timezone.now(), KEPT_ANEW_AT_ONCE)
    )


def _warn(rows: Sequence[SlaClock], now: datetime) -> None:
    if not rows:
        return
    claimed = SlaClock.objects.filter(id__in=[row.id for row in rows], warned_at=None)
    claimed.update(warned_at=now, next_look_at=F("due_at"))
    for row in rows:
        due_at = row.due_at.isoformat() if row.due_at else ""
        publish(SlaWarned(actor=Actor.system(), conversation_id=row.conversation_id, due_at=due_at, kind=row.kind))


def _break(rows: Sequence[SlaClock]) -> None:
    """The first broken promise of a conversation is the one that its row shows."""
    if not rows:
        return
    claimed = SlaClock.objects.filter(id__in=[row.id for row in rows], breached_at=None)
    claimed.update(breached_at=F("due_at"), next_look_at=None)
    broken = SlaClock.objects.filter(conversation=OuterRef("pk"), breached_at__isnull=False)
    first = Subquery(broken.order_by("breached_at").values("breached_at")[:1])
    late = Conversation.objects.filter(id__in=[row.conversation_id for row in rows])
    late.update(sla_breached_at=Coalesce(F("sla_breached_at"), first), updated_at=timezone.now())
    for row in rows:
        row.breached_at = row.due_at
        publish_breach(row)
