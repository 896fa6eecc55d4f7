"""How somebody whom we wrote to first says: no more. A signed link, in the mail's header (RFC 2369, RFC 8058)."""

from typing import Any
from urllib.parse import urlencode

from django.core import signing
from django.db import connection
from django.urls import reverse

from accounts.links import link_to
from hummdesk.errors import NotFound
from hummdesk.tenancy.context import require_account_schema


def unsubscribe_url(address: str) -> str:
    """Return the link by which this address gets no more mail of the account in force. One query.

    Always the same: a mail that is tried again must be the same mail, or the provider refuses its key.
    """
    account: Any = connection.tenant  # type: ignore[attr-defined]  # of django-tenants
    query = urlencode({"token": _signer().sign(address.lower())})
    return link_to(account, f"{reverse('unsubscribe')}?{query}")


def unsubscribing_address(token: str) -> str:
    """Return the address that a link is for. Raises: NotFound for one that is not ours or of another account."""
    try:
        return _signer().unsign(token)
    except signing.BadSignature:
        raise NotFound from None


def _signer() -> signing.Signer:
    return signing.Signer(salt=f"unsubscribe/{require_account_schema()}")
