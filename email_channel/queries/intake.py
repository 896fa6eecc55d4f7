"""Stored mails, and what became of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from email_channel.enums import IntakeQueue, IntakeState, Outcome
from email_channel.models import IncomingMail
from email_channel.queries.waiting import CLAIM_LASTS, TASK_COMES_WITHIN
from hummdesk.errors import NotFound
from hummdesk.keyset import KeysetPage, keyset_page

LOG_PER_PAGE = 50


def incoming_to_take_in(now: datetime, limit: int) -> Sequence[UUID]:
    """Return stored mails that no living process works on, oldest first. One query."""
    free = Q(claimed_at=None, received_at__lt=now - TASK_COMES_WITHIN) | Q(claimed_at__lt=now - CLAIM_LASTS)
    mails = IncomingMail.objects.filter(free, state=IntakeState.RECEIVED)
    return list(mails.order_by("received_at").values_list("id", flat=True)[:limit])


def lock_state_of(id: UUID) -> str:
    """Return the state of a stored mail, which nobody else changes until the commit. One query, raw since each mail
    makes it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT state FROM email_channel_incomingmail WHERE id = %s FOR UPDATE", [id])
        return str(cursor.fetchall()[0][0])


def queued_mails(queue: IntakeQueue, now: datetime) -> QuerySet[IncomingMail]:
    """Return the stored mails of one queue, each with its mailbox and what it became."""
    is_late = Q(attempt_count__gt=0) & (Q(claimed_at=None) | Q(claimed_at__lt=now - CLAIM_LASTS))
    conditions: Mapping[IntakeQueue, Q] = {
        IntakeQueue.ALL: Q(),
        IntakeQueue.WAITING: Q(state=IntakeState.RECEIVED) & ~is_late,
        IntakeQueue.FAILED: Q(state=IntakeState.RECEIVED) & is_late,
        IntakeQueue.QUARANTINED: Q(outcome=Outcome.QUARANTINED),
        IntakeQueue.SUPPRESSED: Q(outcome=Outcome.SUPPRESSED),
    }
    return _with_fate().filter(conditions[queue])


def intake_page(queue: IntakeQueue, now: datetime, *, cursor: str = "") -> KeysetPage[IncomingMail]:
    """Return a page of `queued_mails`, newest first. One query. Raises: ValidationFailed for a forged cursor."""
    return keyset_page(
        queued_mails(queue, now), ["-received_at"], limit=LOG_PER_PAGE, cursor=cursor, ordering=queue.value
    )


def get_incoming_mail(id: UUID, *, lock: bool = False) -> IncomingMail:
    """Return a stored mail with its mailbox and what it became; the lock is on itself. One query. Raises: NotFound."""
    mails = _with_fate()
    mail = (mails.select_for_update(of=("self",)) if lock else mails).filter(id=id).first()
    if mail is None:
        raise NotFound
    return mail


def _with_fate() -> QuerySet[IncomingMail]:
    return IncomingMail.objects.select_related("mailbox", "email__conversation")
