"""The JSON Web Tokens of the API: what they claim, and what is taken from a client's."""

from dataclasses import dataclass
from typing import Self
from uuid import UUID

from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken, Token

from accounts.errors import TokenRefused
from accounts.models import Account, Membership, User

SUPER_ADMIN = "super_admin"


@dataclass(frozen=True)
class Claims:
    """Whose token this is and of which account; None is the platform, where only a super_admin has one."""

    user_id: UUID
    account_id: UUID | None
    family_id: UUID
    jti: str

    @classmethod
    def of(cls, token: Token) -> Self:
        """Return the claims of a verified token. Raises: TokenRefused when one is missing or no UUID."""
        try:
            account_id = token["account_id"]
            return cls(
                user_id=UUID(token["user_id"]),
                account_id=UUID(account_id) if account_id is not None else None,
                family_id=UUID(token["family"]),
                jti=str(token["jti"]),
            )
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            raise TokenRefused from error


@dataclass(frozen=True)
class TokenPair:
    """What a client gets at sign-in and at each refresh: signed, in their compact form."""

    access: str
    refresh: str


def access_claims(token: str) -> Claims:
    """Return what a good access token claims (signature, expiry and type are checked). Raises: TokenRefused."""
    return _verified(AccessToken, token)


def refresh_claims(token: str) -> Claims:
    """Return what a good refresh token claims; whether it is spent, its family knows. Raises: TokenRefused."""
    return _verified(RefreshToken, token)


def _verified(kind: type[Token], token: str) -> Claims:
    try:
        return Claims.of(kind(token))  # type: ignore[arg-type]  # takes the compact form, whatever it says
    except TokenError as error:
        raise TokenRefused from error


def new_refresh_token(user: User, account: Account | None, *, role: str | None, family_id: UUID) -> RefreshToken:
    """Return a refresh token with a jti of its own; its family must be told."""
    token = RefreshToken()
    token["user_id"] = str(user.id)
    token["account_id"] = str(account.id) if account else None
    token["role"] = role
    token["family"] = str(family_id)
    return token


def pair_of(refresh: RefreshToken) -> TokenPair:
    """Return the refresh token, and an access token of its claims."""
    return TokenPair(access=str(refresh.access_token), refresh=str(refresh))


def role_of(user: User, membership: Membership | None) -> str | None:
    """Return the role as the API names it: in the account, or `super_admin` or none on the platform."""
    if membership is not None:
        return membership.role
    return SUPER_ADMIN if user.is_superuser else None
