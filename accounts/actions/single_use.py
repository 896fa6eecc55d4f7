"""Tokens that are good once, for seconds."""

from datetime import timedelta
from typing import Any, TypeVar

from django.utils import timezone

from accounts.models import Account, User
from accounts.models.token import SingleUseToken
from accounts.token_secrets import hash_of, new_token_secret

T = TypeVar("T", bound=SingleUseToken)

# Each new token takes a few old ones away: the table stays small without a job of its own.
_SWEPT_AT_ONCE = 10


def issue_token(kind: type[SingleUseToken], *, user: User, account: Account, life_s: int, **fields: Any) -> str:
    """Return the secret of a new token; its hash is kept, and some tokens that have expired are gone.

    `fields` are what else this kind keeps.
    """
    now = timezone.now()
    tokens = kind._default_manager
    expired = tokens.filter(expires_at__lt=now).values_list("id", flat=True)[:_SWEPT_AT_ONCE]
    tokens.filter(id__in=list(expired)).delete()
    secret = new_token_secret()
    expires_at = now + timedelta(seconds=life_s)
    tokens.create(token_hash=hash_of(secret), user=user, account=account, expires_at=expires_at, **fields)
    return secret


def spend_token(kind: type[T], secret: str, *, account: Account | None) -> T | None:
    """The token is used; return it with its user and account, or None.

    None is for one that is unknown, expired, used, or of another account; without an account, that of the token is
    taken. One conditional update: of two calls at once exactly one gets the token.
    """
    now = timezone.now()
    tokens = kind._default_manager.filter(token_hash=hash_of(secret))
    if account is not None:
        tokens = tokens.filter(account=account)
    if not tokens.filter(used_at=None, expires_at__gt=now).update(used_at=now):
        return None
    return tokens.select_related("user", "account").get()
