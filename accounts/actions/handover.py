"""Carrying a sign-in from the platform's host to an account's, without a shared cookie."""

from accounts.actions.single_use import issue_token, spend_token
from accounts.errors import HandoverRefused
from accounts.models import Account, HandoverToken, Membership
from accounts.queries import active_membership
from hummdesk.errors import NotAMember

HANDOVER_LIFE_S = 30


def issue_handover(membership: Membership) -> str:
    """Return a token that signs the member in on the account's host, once, within 30 seconds; its hash is kept."""
    return issue_token(HandoverToken, user=membership.user, account=membership.account, life_s=HANDOVER_LIFE_S)


def redeem_handover(secret: str, *, account: Account) -> Membership:
    """The token is spent; return whose it was. Raises: HandoverRefused, NotAMember."""
    token = spend_token(HandoverToken, secret, account=account)
    if token is None:
        raise HandoverRefused
    membership = active_membership(token.user, account)
    if membership is None:
        raise NotAMember
    return membership
