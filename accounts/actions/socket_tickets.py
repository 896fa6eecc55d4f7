"""Tickets with which a client without cookies opens a WebSocket."""

from accounts.actions.single_use import issue_token, spend_token
from accounts.errors import TokenRefused
from accounts.models import Account, Membership, SocketTicket, User
from accounts.queries import active_membership
from hummdesk.errors import NotAMember

TICKET_LIFE_S = 30


def issue_socket_ticket(*, user: User, account: Account) -> str:
    """Return a ticket that opens one socket of the account within 30 seconds; only its hash is kept."""
    return issue_token(SocketTicket, user=user, account=account, life_s=TICKET_LIFE_S)


def redeem_socket_ticket(secret: str, *, account: Account) -> Membership:
    """The ticket is spent; return whose it was. Raises: TokenRefused, NotAMember."""
    ticket = spend_token(SocketTicket, secret, account=account)
    if ticket is None:
        raise TokenRefused
    membership = active_membership(ticket.user, account)
    if membership is None:
        raise NotAMember
    return membership
