"""Tickets with which a client without cookies opens a WebSocket."""

from datetime import timedelta

from django.utils import timezone

from accounts.actions.single_use import spend_token
from accounts.errors import TokenRefused
from accounts.models import Account, Membership, SocketTicket, User
from accounts.queries import active_membership
from accounts.token_secrets import hash_of, new_token_secret
from hummdesk.errors import NotAMember

TICKET_LIFE_S = 30


def issue_socket_ticket(*, user: User, account: Account) -> str:
    """Return a ticket that opens one socket of the account within 30 seconds; only its hash is kept."""
    secret = new_token_secret()
    SocketTicket.objects.create(
        token_hash=hash_of(secret),
        user=user,
        account=account,
        expires_at=timezone.now() + timedelta(seconds=TICKET_LIFE_S),
    )
    return secret


def redeem_socket_ticket(secret: str, *, account: Account) -> Membership:
    """The ticket is spent; return whose it was. Raises: TokenRefused, NotAMember."""
    ticket = spend_token(SocketTicket, secret, account=account)
    if ticket is None:
        raise TokenRefused
    membership = active_membership(ticket.user, account)
    if membership is None:
        raise NotAMember
    return membership
