"""What a bounce or a complaint tells of a mail that went out is heeded."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from email_channel.actions.apply_delivery_event import heed_word
from email_channel.delivery_states import DeliveryWord
from email_channel.enums import BounceKind, SendState
from email_channel.models import EmailMessage, OutgoingDelivery
from email_channel.parsing.parsed import BounceReport, ParsedBounce
from email_channel.queries import deliveries_to, sent_mails_with_ids
from hummdesk.events.publishing import action
from hummdesk.logs import logger

Told = tuple[OutgoingDelivery, DeliveryWord]

# Mail servers give up after five days at most; a bounce that names no mail is about no older one.
NAMELESS_LASTS = timedelta(days=7)
_STATES = {
    "failed": SendState.BOUNCED,
    "delayed": SendState.DELAYED,
    "delivered": SendState.DELIVERED,
    "complaint": SendState.COMPLAINED,
}


@action
def apply_bounce(*, bounce: ParsedBounce, at: datetime) -> EmailMessage | None:
    """The deliveries that a bounce is about stand as it tells, unless a newer word was heeded; returns their mail.

    The mail is the one whose Message-ID stands in the returned header: whoever knows that id has got the mail. Where
    nothing was returned, it is the newest one under way to the recipient; since anybody can write such a bounce, it is
    shown and suppresses nothing. Returns None where the bounce is about no mail of the account. Safe to run twice.
    Publishes: DeliveryChanged, AddressSuppressed.
    """
    mails = sent_mails_with_ids(bounce.message_ids)
    told = _told_of(mails, bounce, at) if bounce.message_ids else _told_without_a_mail(bounce, at)
    for delivery, word in told:
        heed_word(delivery_ids=[delivery.id], word=word)
    if told:
        return told[0][0].email
    logger.info("bounce_unmatched", reports=len(bounce.reports), named=len(bounce.message_ids))
    return mails[0] if mails else None


def _told_of(mails: Sequence[EmailMessage], bounce: ParsedBounce, at: datetime) -> list[Told]:
    told = []
    for report in bounce.reports:
        word, delivery = _word(report, at), _delivery_meant(report, mails)
        if word and delivery:
            told.append((delivery, _as_sure_as(delivery, report, word)))
    return told


def _told_without_a_mail(bounce: ParsedBounce, at: datetime) -> list[Told]:
    told = []
    for report in bounce.reports:
        word = _word(report, at)
        found = deliveries_to(_addresses_of(report), since=at - NAMELESS_LASTS) if word else []
        if word and found and word.state in (SendState.BOUNCED, SendState.DELAYED):
            told.append((found[0], replace(word, bounce_kind=None)))
    return told


def _word(report: BounceReport, at: datetime) -> DeliveryWord | None:
    """Return what the report says of a delivery, None for what changes nothing (relayed, expanded)."""
    state = _STATES.get(report.action)
    if state is None:
        return None
    is_bounced = state == SendState.BOUNCED
    return DeliveryWord(
        state=state,
        at=at,
        bounce_kind=(BounceKind.HARD if report.is_hard else BounceKind.SOFT) if is_bounced else None,
        status_code=report.status,
        error="" if state == SendState.DELIVERED else report.words,
    )


def _delivery_meant(report: BounceReport, mails: Sequence[EmailMessage]) -> OutgoingDelivery | None:
    """Return the delivery to whom the report names, or the only one there is: people forward their mail."""
    named = _addresses_of(report)
    deliveries = [delivery for mail in mails for delivery in mail.deliveries.all()]
    found = next((delivery for delivery in deliveries if delivery.recipient.lower() in named), None)
    return found or (deliveries[0] if len(deliveries) == 1 else None)


def _as_sure_as(delivery: OutgoingDelivery, report: BounceReport, word: DeliveryWord) -> DeliveryWord:
    """Return the word, no longer hard where the address that is wrong is one that the recipient forwards to."""
    named = _addresses_of(report)
    if word.bounce_kind == BounceKind.HARD and named and delivery.recipient.lower() not in named:
        return replace(word, bounce_kind=BounceKind.SOFT)
    return word


def _addresses_of(report: BounceReport) -> list[str]:
    return [address.lower() for address in (report.recipient, report.original_recipient) if address]
