"""Signing in with the API by e-mail and password."""

from dataclasses import dataclass

from django.contrib.auth import authenticate

from accounts.actions.token_families import start_family
from accounts.errors import SignInRefused
from accounts.models import Account, Membership, User
from accounts.queries import membership_at
from accounts.tokens import TokenPair
from hummdesk.errors import AccountMismatch, ValidationFailed


@dataclass(frozen=True)
class SignedIn:
    """Who signed in; without a membership it is a super_admin on the platform."""

    tokens: TokenPair
    user: User
    membership: Membership | None


def sign_in_api(*, email: str, password: str, slug: str, host_account: Account | None) -> SignedIn:
    """The user is signed in, in the account of the host, else in the one named by its slug.

    A wrong password, an unknown or inactive user, an unknown account and an account where the user is no member
    are told alike, and cost one password hash each. Raises: SignInRefused, AccountMismatch, and ValidationFailed
    when a user who is no super_admin names no account.
    """
    if host_account is not None and slug and slug != host_account.slug:
        raise AccountMismatch
    user = authenticate(None, email=email, password=password)
    if not isinstance(user, User):
        raise SignInRefused
    membership = _membership(user, host_account.slug if host_account is not None else slug)
    return SignedIn(start_family(user=user, membership=membership), user, membership)


def _membership(user: User, slug: str) -> Membership | None:
    if slug:
        membership = membership_at(user, slug)
        if membership is None:
            raise SignInRefused
        return membership
    if not user.is_superuser:
        raise ValidationFailed(errors={"account": ["Name the account by its slug."]})
    return None
