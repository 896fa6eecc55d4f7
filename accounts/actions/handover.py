"""Carrying a sign-in from the platform's host to an account's, without a shared cookie."""

from datetime import timedelta

from django.utils import timezone

from accounts.actions.single_use import spend_token
from accounts.errors import HandoverRefused
from accounts.models import Account, HandoverToken, Membership
from accounts.queries import active_membership
from accounts.token_secrets import hash_of, new_token_secret
from hummdesk.errors import NotAMember

HANDOVER_LIFE_S = 30


def issue_handover(membership: Membership) -> str:
    """Return a token that signs the member in on the account's host, once, within 30 seconds; its hash is kept."""
    secret = new_token_secret()
    HandoverToken.objects.create(
        token_hash=hash_of(secret),
        user=membership.user,
        account=membership.account,
        expires_at=timezone.now() + timedelta(seconds=HANDOVER_LIFE_S),
    )
    return secret


def redeem_handover(secret: str, *, account: Account) -> Membership:
    """The token is spent; return whose it was. Raises: HandoverRefused, NotAMember."""
    token = spend_token(HandoverToken, secret, account=account)
    if token is None:
        raise HandoverRefused
    membership = active_membership(token.user, account)
    if membership is None:
        raise NotAMember
    return membership
