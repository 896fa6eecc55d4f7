"""What the provider knows of our domains, through its own SDK. Source: resend.com/docs/api-reference/domains."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import resend

from email_channel.provider.bucket import await_turn
from email_channel.provider.received import ProviderBusy, ask_provider

# Somebody waits before the page.
_TURN_WAIT_S = 3.0
_PAGES_MOST = 20


@dataclass(frozen=True)
class ProviderDomain:
    """A domain at the provider, and the DNS records that it asks for."""

    id: str
    records: Sequence[Mapping[str, Any]]


def provider_domain(name: str, *, schema: str) -> ProviderDomain:
    """Return the provider's domain of this name, which it has from now on if it had none.

    Two requests or a few more, each in the account's turn.
    Raises: ProviderAway, ProviderBusy, MailUnavailable when the provider refuses the name.
    """
    found = _id_of(name, schema) or _ask(schema, lambda: resend.Domains.create({"name": name}))["id"]
    domain = _ask(schema, lambda: resend.Domains.get(str(found)))
    rows = domain.get("records")
    return ProviderDomain(str(found), [row for row in rows or () if isinstance(row, Mapping)])


def _id_of(name: str, schema: str) -> str:
    after = ""
    for _page in range(_PAGES_MOST):
        given: Any = {"limit": 100} | ({"after": after} if after else {})
        page = _ask(schema, lambda given=given: resend.Domains.list(given))
        rows = [row for row in page.get("data") or () if isinstance(row, Mapping)]
        for row in rows:
            if str(row.get("name", "")).lower() == name:
                return str(row.get("id", ""))
        if not page.get("has_more") or not rows:
            break
        after = str(rows[-1].get("id", ""))
    return ""


def _ask(schema: str, call: Any) -> Mapping[str, Any]:
    if await_turn(schema, most_s=_TURN_WAIT_S):
        raise ProviderBusy("turn")
    answer: Mapping[str, Any] = ask_provider(call)
    return answer
