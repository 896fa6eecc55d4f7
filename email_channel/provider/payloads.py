"""The provider's events as they are kept, and whom a received mail is for.

Source: resend.com/docs/webhooks/emails/received and resend.com/docs/api-reference/emails/list-received-emails.
"""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from hummdesk.clean_text import join_surrogates

RECEIVED = "email.received"
# Deeper than anything that the provider sends; what lies below is left out.
_DEPTH_MOST = 20
_RECIPIENTS_MOST = 500
_RECIPIENT_FIELDS = ("to", "cc", "bcc", "received_for")
_IN_BRACKETS = re.compile(r"<([^<>]*)>\s*\Z")


def storable_payload(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Return an event as PostgreSQL can keep it: a stranger's subject may hold NULs and lone surrogates."""
    kept: dict[str, Any] = _storable(payload, 0)
    return kept


def _storable(value: Any, depth: int) -> Any:
    if isinstance(value, str):
        return join_surrogates(value).replace("\x00", "")
    if depth >= _DEPTH_MOST or (isinstance(value, float) and not math.isfinite(value)):
        return None
    if isinstance(value, Mapping):
        return {_storable(str(name), depth): _storable(each, depth + 1) for name, each in value.items()}
    if isinstance(value, list):
        return [_storable(each, depth + 1) for each in value]
    return value


def incoming_recipients(payload: Mapping[str, Any]) -> Sequence[str]:
    """Return the addresses that a received mail is for, in lower case, each once."""
    data = payload.get("data")
    if not isinstance(data, Mapping):
        return []
    named = [entry for field in _RECIPIENT_FIELDS for entry in _entries(data.get(field))]
    return list(dict.fromkeys(map(_address, named)))[:_RECIPIENTS_MOST]


def names_forwarding(payload: Mapping[str, Any]) -> bool:
    """Return whether the event tells for whom a mail was forwarded, which the provider's list leaves out."""
    data = payload.get("data")
    return isinstance(data, Mapping) and "received_for" in data


def _entries(value: Any) -> list[str]:
    entries = value if isinstance(value, list) else [value]
    return [entry for entry in entries if isinstance(entry, str)]


def _address(entry: str) -> str:
    """Return the address of `Name <address>` or of a bare one."""
    found = _IN_BRACKETS.search(entry)
    return (found[1] if found else entry).strip().lower()
