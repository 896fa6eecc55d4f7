"""What the provider's events say of mail that went out. Source: resend.com/docs/webhooks/event-types."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from email_channel.delivery_states import DeliveryWord
from email_channel.enums import BounceKind, SendState

# An opened or clicked mail has arrived.
TOLD_STATES: Final = {
    "email.sent": SendState.SENT,
    "email.delivered": SendState.DELIVERED,
    "email.opened": SendState.DELIVERED,
    "email.clicked": SendState.DELIVERED,
    "email.delivery_delayed": SendState.DELAYED,
    "email.bounced": SendState.BOUNCED,
    "email.complained": SendState.COMPLAINED,
    "email.failed": SendState.FAILED,
    "email.suppressed": SendState.SUPPRESSED,
}
# Tags go out with each mail and come back with each event: whose it is, and which delivery's id was the key.
ACCOUNT_TAG, DELIVERY_TAG = "account", "delivery"
_STATUS_CODE = re.compile(r"(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.])")
_DETAILS = ("bounce", "failed", "suppressed", "delivery_delayed")


def delivery_word(type: str, payload: Mapping[str, Any]) -> DeliveryWord | None:
    """Return what an event (`payload` is the whole of it) says of a mail, None for one that says nothing."""
    state = TOLD_STATES.get(type)
    if state is None:
        return None
    at = happened_at(payload)
    words = told_words(payload)
    code = _STATUS_CODE.search(words)
    return DeliveryWord(
        state=state,
        at=at,
        bounce_kind=_bounce_kind(payload) if state == SendState.BOUNCED else None,
        status_code=code[0] if code else "",
        error=words if state not in (SendState.SENT, SendState.DELIVERED) else "",
    )


def event_about(mail: Mapping[str, Any], provider_id: str, at: datetime) -> dict[str, Any] | None:
    """Return what the provider answered of a mail, asked at this moment, in the form of an event; None for no news.

    The answer does not say when it happened. It holds all that had happened by then, so that only later words go
    before it.
    """
    word = f"email.{_text(mail.get('last_event'))}"
    if TOLD_STATES.get(word, SendState.SENT) == SendState.SENT:
        return None
    data = {"email_id": provider_id, "to": mail.get("to")}
    return {"type": word, "created_at": at.isoformat(), "data": data}


def tag_of(payload: Mapping[str, Any], name: str) -> str:
    """Return a tag that we gave the mail, "" where the event has none."""
    tags = _data(payload).get("tags")
    return str(tags.get(name, "")) if isinstance(tags, Mapping) else ""


def provider_id_of(payload: Mapping[str, Any]) -> str:
    """Return the provider's id of the mail that an event is about."""
    return _text(_data(payload).get("email_id"))


def recipients_told(payload: Mapping[str, Any]) -> list[str]:
    """Return the addresses that an event names, in lower case."""
    to = _data(payload).get("to")
    entries = to if isinstance(to, list) else [to]
    return [_text(entry).rpartition("<")[2].rstrip("> ").lower() for entry in entries if entry]


def told_words(payload: Mapping[str, Any]) -> str:
    """Return the words of the other server, else of the provider, as one line of at most 1000 characters."""
    data = _data(payload)
    found = [detail for detail in map(data.get, _DETAILS) if isinstance(detail, Mapping)]
    parts = [detail.get(name) for detail in found for name in ("diagnosticCode", "message", "reason")]
    lines = [line for part in parts for line in (part if isinstance(part, list) else [part])]
    return " ".join(" ".join(dict.fromkeys(filter(None, map(_text, lines)))).split())[:1000]


def happened_at(payload: Mapping[str, Any]) -> datetime:
    """Return when an event happened, aware; now where it does not tell."""
    try:
        at = parse_datetime(_text(payload.get("created_at")))
    except ValueError:
        at = None
    if at is None:
        return timezone.now()
    return at if timezone.is_aware(at) else timezone.make_aware(at)


def _bounce_kind(payload: Mapping[str, Any]) -> BounceKind:
    bounce = _data(payload).get("bounce")
    kind = _text(bounce.get("type")).lower() if isinstance(bounce, Mapping) else ""
    return BounceKind.HARD if kind == "permanent" else BounceKind.SOFT


def _data(payload: Mapping[str, Any]) -> Mapping[str, Any]:
    data = payload.get("data")
    return data if isinstance(data, Mapping) else {}


def _text(value: object) -> str:
    """Return text that PostgreSQL can keep, whatever the JSON held."""
    return value.replace("\x00", "").encode("utf-8", "replace").decode() if isinstance(value, str) else ""
