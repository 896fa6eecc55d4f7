"""Mail that left and of which nobody has told whether it arrived."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import DateTimeField, ExpressionWrapper, F, Q, QuerySet, Value

from email_channel.enums import SendState
from email_channel.models import OutgoingDelivery

# Most mail arrives within seconds, and webhooks are told at once.
SILENT_AFTER = timedelta(hours=1)
# Mail servers give up after so long; what is silent then stays so.
ASKED_AFTER_FOR = timedelta(days=3)
_UNDER_WAY = (SendState.SENT, SendState.DELAYED)

# The condition of `silent_calls`, for one look at many schemas (`fan_out`).
SILENT_MAIL_SQL = (
    "EXISTS (SELECT FROM {schema}.email_channel_outgoingdelivery"
    f" WHERE state IN ('{SendState.SENT.value}', '{SendState.DELAYED.value}') AND provider_id <> ''"
    f" AND sent_at <= now() - interval '{SILENT_AFTER.total_seconds()} seconds'"
    f" AND sent_at > now() - interval '{ASKED_AFTER_FOR.total_seconds()} seconds'"
    " AND (asked_at IS NULL OR asked_at - sent_at <= now() - asked_at))"
)


def silent_calls(now: datetime, limit: int) -> Sequence[str]:
    """Return the provider's ids of mails to be asked for, the longest silent first. One query.

    Each is asked for when it is an hour old, and again whenever it is twice as old as the last time.
    """
    rows = _silent(now).order_by("sent_at").values_list("provider_id", flat=True)
    return list(dict.fromkeys(rows[: limit * 2]))[:limit]


def claim_silent(provider_id: str, now: datetime) -> bool:
    """Nobody else asks for this mail for a while; returns whether it was still to be asked for. One query."""
    return bool(_silent(now).filter(provider_id=provider_id).update(asked_at=now))


def release_silent(provider_id: str, asked_at: datetime) -> None:
    """The mail is to be asked for as if nobody had tried. One query."""
    OutgoingDelivery.objects.filter(provider_id=provider_id, asked_at=asked_at).update(asked_at=None)


def _silent(now: datetime) -> QuerySet[OutgoingDelivery]:
    doubled = ExpressionWrapper(Value(now) - (F("asked_at") - F("sent_at")), DateTimeField())
    rows = OutgoingDelivery.objects.filter(Q(asked_at=None) | Q(asked_at__lte=doubled), state__in=_UNDER_WAY)
    return rows.filter(sent_at__lte=now - SILENT_AFTER, sent_at__gt=now - ASKED_AFTER_FOR).exclude(provider_id="")
