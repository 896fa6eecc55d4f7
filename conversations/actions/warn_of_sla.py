"""Warning while a promise can still be kept."""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from conversations.enums import Folder, Status
from conversations.events import SlaWarned
from conversations.models import Conversation
from hummdesk.events.actor import Actor
from hummdesk.events.publishing import action, publish

WARNED_BEFORE = timedelta(minutes=30)


@action
def warn_of_sla(limit: int) -> int:
    """Conversations whose promised time is within half an hour are warned of, each once; returns how many.

    Locks them, and passes over those that somebody else holds: the next tick finds them again.
    Publishes: SlaWarned.
    """
    now = timezone.now()
    near = Q(sla_due_at__gt=now, sla_due_at__lte=now + WARNED_BEFORE, sla_warned_at=None)
    open_ones = Q(folder=Folder.INBOX, merged_into=None, status__in=[Status.OPEN, Status.PENDING])
    rows = Conversation.objects.filter(near, open_ones).select_for_update(of=("self",), skip_locked=True)
    due = list(rows.order_by("sla_due_at", "id")[:limit])
    Conversation.objects.filter(id__in=[row.id for row in due]).update(sla_warned_at=now)
    for row in due:
        due_at = row.sla_due_at.isoformat() if row.sla_due_at else ""
        publish(SlaWarned(actor=Actor.system(), conversation_id=row.id, due_at=due_at))
    return len(due)
