"""Spending tokens that are good once."""

from typing import TypeVar

from django.utils import timezone

from accounts.models import Account
from accounts.models.token import SingleUseToken
from accounts.token_secrets import hash_of

T = TypeVar("T", bound=SingleUseToken)


def spend_token(kind: type[T], secret: str, *, account: Account) -> T | None:
    """The token is used; return it with its user, or None if it is unknown, expired, used, or of another account.

    One conditional update: of two calls at once exactly one gets the token.
    """
    now = timezone.now()
    tokens = kind._default_manager.filter(token_hash=hash_of(secret), account=account)
    if not tokens.filter(used_at=None, expires_at__gt=now).update(used_at=now):
        return None
    return tokens.select_related("user").get()
