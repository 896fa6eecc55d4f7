"""Mail to those who sign in: a row first, in the transaction that asks for it, and then one try after another."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from email.utils import parseaddr
from uuid import UUID

from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from email_channel.composing import MailAddress, Uncomposable
from email_channel.enums import SendState
from email_channel.errors import DeliveryPostponed, DeliveryRefused, NotYourTurn
from email_channel.outgoing import OutgoingMail
from email_channel.provider.models import SystemMail
from email_channel.provider.queries import system_mail_is_free
from email_channel.retries import SendTries, after_failure
from email_channel.transports import PLATFORM, transport
from hummdesk.events.dispatcher import queue_on_commit
from hummdesk.events.publishing import action
from hummdesk.logs import logger
from hummdesk.tenancy.context import platform_context

_TASK = "email_channel.provider.tasks.sweep_system_mail"


@action
def queue_system_mail(mail: SystemMail) -> None:
    """The mail leaves once the transaction has committed. Raises: DeliveryRefused for what no mail may hold."""
    try:
        system_mail_out(mail).as_bytes()
    except Uncomposable as error:
        raise DeliveryRefused(str(error)) from error
    with platform_context():
        mail.save(force_insert=True)
    queue_on_commit(_TASK)


@action
def hasten_system_mail(ids: Sequence[UUID]) -> int:
    """Those of the mails that wait for their next try are due now; returns how many. The others have no words left."""
    with platform_context():
        waiting = SystemMail.objects.filter(id__in=ids, state=SendState.QUEUED)
        count = waiting.update(due_at=timezone.now())
    queue_on_commit(_TASK)
    return count


def deliver_system_mail(id: UUID) -> float:
    """The mail has left, waits for its next try, or has failed; nothing happens if another process has it.

    Once it is done with, its words are gone. Returns after how many seconds to call again, since it is not the
    account's or the platform's turn at the provider; else 0. Call it on the platform's schema.
    """
    mail = _claim(id)
    if mail is None:
        return 0.0
    if _tries(mail).is_too_late(timezone.now()):
        _end(mail, SendState.UNKNOWN, error=mail.error)
        return 0.0
    try:
        folder = mail.account.schema_name if mail.account else PLATFORM
        provider_id = transport().send(system_mail_out(mail), key=str(mail.id), folder=folder)
    except DeliveryRefused as error:
        _end(mail, SendState.FAILED, error=error.detail)
    except NotYourTurn as error:
        due_at = timezone.now() + timedelta(seconds=error.wait_s)
        _wait(mail, due_at, attempt_count=mail.attempt_count - 1, first_tried_at=_tries(mail).before)
        return error.wait_s
    except DeliveryPostponed as error:
        _postpone(mail, error)
    else:
        _end(mail, SendState.SENT, provider_id=provider_id, sent_at=timezone.now())
    return 0.0


def system_mail_out(mail: SystemMail) -> OutgoingMail:
    """Return the mail as it leaves, the same each time, marked so that no machine answers it (RFC 3834)."""
    return OutgoingMail(
        sender=MailAddress(*parseaddr(mail.sender)),
        to=(MailAddress(*parseaddr(mail.recipient)),),
        subject=mail.subject,
        text=mail.text,
        html=mail.html,
        message_id=mail.message_id,
        in_reply_to="",
        references=(),
        at=mail.created_at,
        is_automatic=True,
    )


def _claim(id: UUID) -> SystemMail | None:
    """Return the mail if it is due and nobody else has it: a conditional update, so that one process wins."""
    now = timezone.now()
    claimed = SystemMail.objects.filter(system_mail_is_free(now), id=id).update(
        state=SendState.SENDING,
        claimed_at=now,
        attempt_count=F("attempt_count") + 1,
        first_tried_at=Coalesce("first_tried_at", now),
    )
    return SystemMail.objects.select_related("account").get(id=id) if claimed else None


def _postpone(mail: SystemMail, error: DeliveryPostponed) -> None:
    after = after_failure(_tries(mail), timezone.now(), may_have_left=error.may_have_left)
    detail = str(error.detail)[:1000]
    if after.state == SendState.QUEUED:
        _wait(mail, after.due_at, error=detail, first_tried_at=after.first_tried_at)
    else:
        _end(mail, after.state, error=detail)


def _tries(mail: SystemMail) -> SendTries:
    return SendTries(mail.attempt_count, mail.first_tried_at, mail.claimed_at)


@action
def _wait(mail: SystemMail, due_at: datetime, **fields: object) -> None:
    _claimed(mail).update(state=SendState.QUEUED, claimed_at=None, due_at=due_at, **fields)


@action
def _end(mail: SystemMail, state: SendState, **fields: object) -> None:
    """The mail is done with: links that let somebody in lie here no longer than they must."""
    if state != SendState.SENT:
        logger.error("system_mail_failed", system_mail_id=str(mail.id), state=state, attempts=mail.attempt_count)
    _claimed(mail).update(state=state, claimed_at=None, text="", html="", **{"error": "", **fields})


def _claimed(mail: SystemMail) -> QuerySet[SystemMail]:
    return SystemMail.objects.filter(id=mail.id, state=SendState.SENDING, claimed_at=mail.claimed_at)
