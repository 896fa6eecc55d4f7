"""Token families: all tokens that descend from one sign-in with the API."""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from accounts.errors import TokenRefused
from accounts.models import Account, Membership, TokenFamily, User
from accounts.queries import membership_of, super_admin
from accounts.tokens import Claims, TokenPair, new_refresh_token, pair_of, role_of
from hummdesk.errors import NotAMember
from hummdesk.live.nudges import tell_rights_changed

_LIFETIME: timedelta = settings.SIMPLE_JWT["REFRESH_TOKEN_LIFETIME"]  # type: ignore[assignment]


def start_family(*, user: User, membership: Membership | None) -> TokenPair:
    """The user is signed in with the API, in the membership's account or on the platform. Returns the first pair."""
    now = timezone.now()
    TokenFamily.objects.filter(user=user, expires_at__lt=now).delete()
    account = membership.account if membership else None
    family = TokenFamily(user=user, account=account, expires_at=now + _LIFETIME)
    refresh = new_refresh_token(user, account, role=role_of(user, membership), family_id=family.id)
    family.current_jti = refresh["jti"]
    family.save(force_insert=True)
    return pair_of(refresh)


def rotate_family(claims: Claims) -> TokenPair:
    """The refresh token with these claims is spent; return the next pair.

    A spent one that comes back ends the whole family. No transaction is opened here, since that end must stand
    although the caller is refused. Of two calls at once with one token exactly one gets a pair: the conditional
    update decides. Raises: NotAMember, TokenRefused.
    """
    user, membership = _still_there(claims)
    account = membership.account if membership else None
    refresh = new_refresh_token(user, account, role=role_of(user, membership), family_id=claims.family_id)
    now = timezone.now()
    families = TokenFamily.objects.filter(id=claims.family_id, user=user, account=account, revoked_at=None)
    current = families.filter(current_jti=claims.jti, expires_at__gt=now)
    if not current.update(current_jti=refresh["jti"], expires_at=now + _LIFETIME):
        families.update(revoked_at=now)
        raise TokenRefused
    return pair_of(refresh)


def end_family(family_id: UUID) -> None:
    """No token of this sign-in is good any more, and sockets that it opened are closed."""
    family = TokenFamily.objects.select_related("account").filter(id=family_id, revoked_at=None).first()
    if family is None:
        return
    TokenFamily.objects.filter(id=family_id, revoked_at=None).update(revoked_at=timezone.now())
    if family.account is not None:
        tell_rights_changed(family.account.schema_name)


def end_families_of(user: User, account: Account | None = None) -> None:
    """No token of the user's sign-ins is good any more; with an account, none in that account."""
    families = TokenFamily.objects.filter(user=user, revoked_at=None)
    if account is not None:
        families = families.filter(account=account)
    families.update(revoked_at=timezone.now())


def _still_there(claims: Claims) -> tuple[User, Membership | None]:
    if claims.account_id is None:
        user = super_admin(claims.user_id)
        if user is None:
            raise NotAMember
        return user, None
    membership = membership_of(claims.user_id, claims.account_id)
    if membership is None:
        raise NotAMember
    return membership.user, membership
