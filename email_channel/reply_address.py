"""The address that a conversation's mail asks to be answered to: the mailbox's own, with a token. Pure.

`support+1042-k7m2qxw4ta@acme.example`: the number of the conversation, and what only we can make of its id and the
account. People's programs keep such addresses for long and write them in any case, so that a token names a
conversation and proves nothing: the sender decides (`email_channel.threading`).
Source: RFC 5233 (the detail of an address), RFC 5321 section 4.5.3.1.1 (64 octets before the @).
"""

import base64
import hashlib
import hmac
import re
from uuid import UUID

_LOCAL_MOST = 64
_MAC_CHARS = 10
_TOKEN = re.compile(rf"([1-9][0-9]{{0,8}})-[a-z2-7]{{{_MAC_CHARS}}}", re.ASCII)


def make_reply_token(conversation_id: UUID, number: int, *, account: str, secret: bytes) -> str:
    """Return the conversation's token: its number and 50 bits in base32, in lower case; the same each time."""
    signed = b"\x00".join([b"reply-token", account.encode(), conversation_id.bytes])
    digest = hmac.new(secret, signed, hashlib.sha256).digest()
    return f"{number}-{base64.b32encode(digest).decode('ascii').lower()[:_MAC_CHARS]}"


def with_token(address: str, token: str) -> str:
    """Return the mailbox's address with the token, "" where that would be too long for an address.

    One with a `+detail` of its own gets none, either: mail finds its way by what stands before the first plus sign.
    """
    local, _at, domain = address.rpartition("@")
    tagged = f"{local}+{token}"
    return f"{tagged}@{domain}" if len(tagged) <= _LOCAL_MOST and "+" not in local else ""


def token_in(address: str, *, of: str) -> str:
    """Return the token in an address, if it is that of the mailbox `of` with one; else ""."""
    local, _at, domain = of.lower().rpartition("@")
    start, end = f"{local}+", f"@{domain}"
    address = address.strip().lower()
    if not (address.startswith(start) and address.endswith(end)):
        return ""
    token = address[len(start) : -len(end)]
    return token if _TOKEN.fullmatch(token) else ""


def number_in(token: str) -> int:
    """Return the number of the conversation that a token of `token_in` names."""
    return int(token.partition("-")[0])
