"""Tickets with which a client without cookies opens a WebSocket."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from accounts.actions.single_use import issue_token, spend_token
from accounts.errors import TokenRefused
from accounts.models import Account, SocketTicket, User

TICKET_LIFE_S = 30


@dataclass(frozen=True)
class SignInProof:
    """What somebody is signed in by: a session, a token family, or a personal token."""

    session_key: str = ""
    family_id: UUID | None = None
    api_token_id: UUID | None = None


def issue_socket_ticket(*, user: User, account: Account, proof: SignInProof) -> str:
    """Return a ticket that opens one socket of the account within 30 seconds; only its hash is kept.

    The socket will not outlive the `proof`.
    """
    fields: dict[str, Any] = vars(proof)
    return issue_token(SocketTicket, user=user, account=account, life_s=TICKET_LIFE_S, **fields)


def redeem_socket_ticket(secret: str, *, account: Account | None) -> SocketTicket:
    """The ticket is spent; return it with its user and account. Without an account it opens in its own.

    Raises: TokenRefused.
    """
    ticket = spend_token(SocketTicket, secret, account=account)
    if ticket is None:
        raise TokenRefused
    return ticket
