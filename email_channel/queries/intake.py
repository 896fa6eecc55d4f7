"""Stored mails, and what became of them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from email_channel.enums import IntakeState
from email_channel.models import IncomingMail
from email_channel.queries.waiting import CLAIM_LASTS, TASK_COMES_WITHIN


def incoming_to_take_in(now: datetime, limit: int) -> Sequence[UUID]:
    """Return stored mails that no living process works on, oldest first. One query."""
    free = Q(claimed_at=None, received_at__lt=now - TASK_COMES_WITHIN) | Q(claimed_at__lt=now - CLAIM_LASTS)
    mails = IncomingMail.objects.filter(free, state=IntakeState.RECEIVED)
    return list(mails.order_by("received_at").values_list("id", flat=True)[:limit])
