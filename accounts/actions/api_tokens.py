"""Personal tokens for programs."""

from datetime import timedelta
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from accounts.models import Account, ApiToken, User
from accounts.token_secrets import hash_of, new_token_secret
from hummdesk.errors import NotFound
from hummdesk.live.nudges import tell_rights_changed

# `last_used_at` tells an owner which tokens are in use; it need not be exact, and a write per request costs.
USE_NOTED_EVERY = timedelta(minutes=5)


def make_api_token(*, user: User, account: Account | None, name: str) -> tuple[ApiToken, str]:
    """The user has a new token in the account (None: on the platform). Returns it with its key, shown this once."""
    secret = new_token_secret()
    token = ApiToken.objects.create(user=user, account=account, name=name, token_hash=hash_of(secret))
    return token, secret


def revoke_api_token(*, user: User, account: Account | None, token_id: UUID) -> None:
    """The token lets nobody in any more, nor keeps a socket open.

    Raises: NotFound for one that is not the user's here, or was revoked.
    """
    tokens = ApiToken.objects.filter(id=token_id, user=user, account=account, revoked_at=None)
    if not tokens.update(revoked_at=timezone.now()):
        raise NotFound
    if account is not None:
        tell_rights_changed(account.schema_name)


def note_use(token: ApiToken) -> None:
    """The token's `last_used_at` is right to five minutes."""
    now = timezone.now()
    if token.last_used_at is None or token.last_used_at < now - USE_NOTED_EVERY:
        stale = Q(last_used_at=None) | Q(last_used_at__lt=now - USE_NOTED_EVERY)
        ApiToken.objects.filter(stale, id=token.id).update(last_used_at=now)
