"""Whose signature a handed-in mail carries.

`X-HummDesk-Signature: t=<unix seconds>,v1=<hex HMAC-SHA256 of "t.body">`, keyed with the mailbox's secret.
"""

import hmac
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from email_channel.errors import SignatureRefused
from email_channel.models import Mailbox
from email_channel.queries.mailboxes import signing_mailboxes
from email_channel.recipients import routed_recipients
from hummdesk.tenancy.context import account_schema

TOLERANCE_S = 300
_FORM = re.compile(r"t=(\d{1,12}),v1=([0-9a-f]{64})")


@dataclass(frozen=True)
class SigningMailbox:
    """The mailbox whose secret made the signature, with its team."""

    schema: str
    mailbox: Mailbox


def signing_mailbox(
    *, account: Any, named: str, signature: str, signed_bodies: Sequence[bytes], raw: bytes
) -> SigningMailbox:
    """Return the mailbox that signed one of these bodies within the last five minutes.

    On an account's host all its mailboxes come into question, elsewhere those that `named` or the mail's own
    headers name. Raises: SignatureRefused, for an unknown mailbox too.
    """
    form = _FORM.fullmatch(signature.replace(" ", ""))
    if form is None or abs(time.time() - int(form[1])) > TOLERANCE_S:
        raise SignatureRefused
    for schema, mailbox in _candidates(account, named, raw):
        if any(_is_signed(mailbox.secret, form[1], body, form[2]) for body in signed_bodies):
            return SigningMailbox(schema, mailbox)
    raise SignatureRefused


def _candidates(account: Any, named: str, raw: bytes) -> Iterator[tuple[str, Mailbox]]:
    addresses = [named] if named else None
    if account is not None:
        yield from _mailboxes(account.schema_name, addresses)
        return
    for route in routed_recipients(raw, addresses):
        yield from _mailboxes(route.account.schema_name, None, route.mailbox_id)


def _mailboxes(
    schema: str, addresses: Sequence[str] | None, mailbox_id: UUID | None = None
) -> Iterator[tuple[str, Mailbox]]:
    with account_schema(schema):
        mailboxes = signing_mailboxes()
    for mailbox in mailboxes:
        if addresses is not None and mailbox.address not in {address.lower() for address in addresses}:
            continue
        if mailbox_id in {None, mailbox.id}:
            yield schema, mailbox


def _is_signed(secret: str, moment: str, body: bytes, digest: str) -> bool:
    expected = hmac.new(secret.encode(), moment.encode() + b"." + body, "sha256").hexdigest()
    return hmac.compare_digest(expected, digest)
