"""Which of the provider's events wait, and for whom."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery

from accounts.enums import AccountStatus
from accounts.models import Account
from email_channel.enums import ProviderEventState, SendState
from email_channel.provider.models import ProviderEvent, SystemMail
from email_channel.provider.payloads import RECEIVED
from email_channel.queries import CLAIM_LASTS

# A claim older than this belongs to a process that is gone: the provider is given 15 s, a download 30, a parser 10.
EVENT_CLAIM_LASTS = timedelta(seconds=75)
IS_RECEIVED = Q(type=RECEIVED)


def next_events(kind: Q, now: datetime) -> Sequence[ProviderEvent]:
    """Return the oldest due event of each active account, and the oldest of nobody's, that no process works on.

    `kind` is IS_RECEIVED or its opposite. Three queries, whatever waits: an account has one mail in work at a time, so
    that its mails come in the order in which they were sent.
    """
    due = ProviderEvent.objects.filter(kind, state=ProviderEventState.WAITING, due_at__lte=now)
    accounts = Account.objects.filter(status=AccountStatus.ACTIVE)
    firsts = accounts.annotate(first_event=Subquery(_oldest(due.filter(account=OuterRef("pk"))).values("id")[:1]))
    ids = set(firsts.values_list("first_event", flat=True))
    ids |= set(_oldest(due.filter(account=None)).values_list("id", flat=True)[:1])
    found = ProviderEvent.objects.select_related("account").filter(_is_free(now), id__in=ids - {None})
    return list(found.order_by("occurred_at"))


def claim_event(id: UUID, now: datetime) -> bool:
    """Return whether the event is the caller's now: a conditional update, so that one process wins. One query."""
    free = ProviderEvent.objects.filter(_is_free(now), id=id, state=ProviderEventState.WAITING)
    return bool(free.update(claimed_at=now))


def known_received(provider_ids: Sequence[str]) -> set[str]:
    """Return which of these received mails have an event already. One query."""
    events = ProviderEvent.objects.filter(IS_RECEIVED, object_id__in=provider_ids)
    return set(events.values_list("object_id", flat=True))


def _oldest(events: QuerySet[ProviderEvent]) -> QuerySet[ProviderEvent]:
    return events.order_by("occurred_at", "id")


def _is_free(now: datetime) -> Q:
    return Q(claimed_at=None) | Q(claimed_at__lt=now - EVENT_CLAIM_LASTS)


def system_mails_due(now: datetime, limit: int) -> Sequence[UUID]:
    """Return sign-in mails and invitations that no living process sends, oldest first. One query."""
    due = SystemMail.objects.filter(system_mail_is_free(now))
    return list(due.order_by("due_at").values_list("id", flat=True)[:limit])


def system_mail_is_free(now: datetime) -> Q:
    """Return the condition that a system mail is due and nobody has it."""
    free = Q(state=SendState.QUEUED) | Q(state=SendState.SENDING, claimed_at__lt=now - CLAIM_LASTS)
    return free & Q(due_at__lte=now)
