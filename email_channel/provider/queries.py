"""Which of the provider's events wait, and for whom."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db.models import Case, Count, Max, Min, OuterRef, Q, QuerySet, Subquery, When

from accounts.enums import AccountStatus
from accounts.models import Account, Invitation
from email_channel.enums import ProviderEventState, SendState
from email_channel.provider.models import ProviderEvent, SystemMail
from email_channel.provider.payloads import RECEIVED
from email_channel.queries import CLAIM_LASTS
from hummdesk.tenancy.context import platform_context

# A claim older than this belongs to a process that is gone: it is renewed before each step, and none takes so long.
EVENT_CLAIM_LASTS = timedelta(seconds=25)
# How many mails of one account are fetched at a time; looked into they are one after the other.
TOGETHER = 2
# How many mails that the provider does not hand out are counted, and asked for again at a time.
FAILED_MOST = 200
IS_RECEIVED = Q(type=RECEIVED)


def next_events(kind: Q, now: datetime) -> Sequence[ProviderEvent]:
    """Return the oldest due events of each active account and of nobody, those that no process works on, oldest first.

    `kind` is IS_RECEIVED or its opposite. An account has at most `TOGETHER` in work at a time, whatever waits. Three
    queries, each row found in an index.
    """
    due = ProviderEvent.objects.filter(kind, state=ProviderEventState.WAITING, due_at__lte=now)
    of_account = _oldest(due.filter(account=OuterRef("pk"))).values("id")
    places = {f"event_{place}": Subquery(of_account[place : place + 1]) for place in range(TOGETHER)}
    rows = Account.objects.filter(status=AccountStatus.ACTIVE).annotate(**places).values_list(*places)
    ids = {event_id for row in rows for event_id in row}
    ids |= set(_oldest(due.filter(account=None)).values_list("id", flat=True)[:1])
    found = ProviderEvent.objects.select_related("account").filter(_is_free(now), id__in=ids - {None})
    return list(_oldest(found))


def earlier_in_work(event: ProviderEvent, now: datetime) -> bool:
    """Return whether a process works on received mail of the same account that is older than this. One query."""
    older = Q(occurred_at__lt=event.occurred_at) | Q(occurred_at=event.occurred_at, id__lt=event.id)
    waiting = ProviderEvent.objects.filter(IS_RECEIVED, older, state=ProviderEventState.WAITING)
    return waiting.filter(account=event.account_id, claimed_at__gt=now - EVENT_CLAIM_LASTS).exists()


def claim_event(id: UUID, now: datetime) -> bool:
    """Return whether the event is the caller's now: a conditional update, so that one process wins. One query."""
    free = ProviderEvent.objects.filter(_is_free(now), id=id, state=ProviderEventState.WAITING)
    return bool(free.update(claimed_at=now))


def renew_claim(id: UUID, now: datetime) -> None:
    """The event stays in the hands of the process that has it. One query."""
    ProviderEvent.objects.filter(id=id, state=ProviderEventState.WAITING).update(claimed_at=now)


class MailAtProvider(NamedTuple):
    """An account's received mail that the provider still has: what waits, and what it does not hand out."""

    waiting_count: int
    oldest_at: datetime | None
    is_away: bool
    failed_ids: Sequence[UUID]


def mail_at_provider(schema: str) -> MailAtProvider:
    """Return what of an account's mail is still at the provider. Two queries, on what waits and what failed alone.

    `is_away`: at least one was asked for in vain.
    """
    events = ProviderEvent.objects.filter(IS_RECEIVED, account__schema_name=schema)
    waiting = events.filter(state=ProviderEventState.WAITING)
    found = waiting.aggregate(Count("id"), Min("occurred_at"), Max("attempt_count"))
    failed = events.filter(state=ProviderEventState.FAILED).order_by("-received_at")
    return MailAtProvider(
        found["id__count"],
        found["occurred_at__min"],
        bool(found["attempt_count__max"]),
        list(failed.values_list("id", flat=True)[:FAILED_MOST]),
    )


def known_received(provider_ids: Sequence[str]) -> set[str]:
    """Return which of these received mails have an event already. One query."""
    events = ProviderEvent.objects.filter(IS_RECEIVED, object_id__in=provider_ids)
    return set(events.values_list("object_id", flat=True))


def _oldest(events: QuerySet[ProviderEvent]) -> QuerySet[ProviderEvent]:
    return events.order_by("occurred_at", "id")


def _is_free(now: datetime) -> Q:
    return Q(claimed_at=None) | Q(claimed_at__lt=now - EVENT_CLAIM_LASTS)


def system_mails_due(now: datetime, limit: int) -> Sequence[UUID]:
    """Return system mails that no living process sends: sign-in mail first, then the oldest. One query."""
    due = SystemMail.objects.filter(system_mail_is_free(now))
    later = Case(When(account=None, then=0), default=1)
    return list(due.order_by(later, "due_at").values_list("id", flat=True)[:limit])


def is_mail_unwelcome(address: str, *, since: datetime) -> bool:
    """Return whether a system mail to this address has bounced or was called spam since then. One query."""
    refused = [SendState.BOUNCED, SendState.COMPLAINED, SendState.SUPPRESSED]
    with platform_context():
        return SystemMail.objects.filter(recipient=address, state__in=refused, created_at__gt=since).exists()


def invitation_mails(invitations: Iterable[Invitation]) -> dict[UUID, SystemMail]:
    """Return the newest mail of each of these invitations that has one, by the invitation's id. One query."""
    sought = {invitation.message_id: invitation for invitation in invitations}
    recipients = {invitation.email for invitation in sought.values()}
    with platform_context():
        mails = SystemMail.objects.filter(account=None, recipient__in=recipients, message_id__in=sought)
        return {sought[mail.message_id].id: mail for mail in mails}


def is_system_mail_known(id: UUID) -> bool:
    """Return whether the mail was queued before. One query."""
    with platform_context():
        return SystemMail.objects.filter(id=id).exists()


def system_mail_is_free(now: datetime) -> Q:
    """Return the condition that a system mail is due and nobody has it."""
    free = Q(state=SendState.QUEUED) | Q(state=SendState.SENDING, claimed_at__lt=now - CLAIM_LASTS)
    return free & Q(due_at__lte=now)
