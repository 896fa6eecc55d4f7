"""Who calls the API, in which account: a JWT, a personal token, or the session of the host's pages."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from rest_framework.authentication import BaseAuthentication, SessionAuthentication, get_authorization_header
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts.access import require
from accounts.actions.api_tokens import note_use
from accounts.errors import TokenRefused
from accounts.models import Account, ApiToken, Membership, User
from accounts.permissions import Permission
from accounts.queries import is_family_live, live_api_token, membership_by_token, membership_of, super_admin
from accounts.tokens import Claims, access_claims
from hummdesk.errors import AccountMismatch, AccountRequired, NotAMember, PermissionDenied
from hummdesk.tenancy.context import current_schema, enter_account

if TYPE_CHECKING:  # views read this module's classes while they load
    from rest_framework.views import APIView

Credential = Claims | ApiToken


class AccountJWTAuthentication(BaseAuthentication):
    """`Authorization: Bearer <JWT>`, or `Token <key>` with a personal token: user and account are in force.

    On an account's host the token must be of that account; on the platform's host the token names the account.
    Raises: TokenRefused, AccountMismatch, NotAMember (suspended account, inactive user, ended membership).
    """

    def authenticate(self, request: Request) -> tuple[User, Credential] | None:
        """Return the token's user, or None when the request brings no token."""
        scheme, _space, secret = get_authorization_header(request).decode("latin-1").partition(" ")
        match scheme.lower():
            case "bearer":
                return _by_jwt(request, secret.strip())
            case "token":
                return _by_api_token(request, secret.strip())
        return None

    def authenticate_header(self, request: Request) -> str:
        """Return what a 401 asks for."""
        return "Bearer"


def _by_jwt(request: Request, token: str) -> tuple[User, Claims]:
    claims = access_claims(token)
    _refuse_other_account(request, claims.account_id)
    if claims.account_id is None:
        user, is_live = _on_platform(request, claims.user_id), is_family_live(claims.family_id, claims.user_id)
    else:
        membership, is_live = membership_by_token(claims.user_id, claims.account_id, claims.family_id)
        user = _enter(request, membership)
    if not is_live:
        raise TokenRefused
    return user, claims


def _by_api_token(request: Request, secret: str) -> tuple[User, ApiToken]:
    token = live_api_token(secret)
    if token is None:
        raise TokenRefused
    _refuse_other_account(request, token.account_id)
    if token.account_id is None:
        user = _on_platform(request, token.user_id)
    else:
        user = _enter(request, membership_of(token.user_id, token.account_id))
    note_use(token)
    return user, token


def _refuse_other_account(request: Request, account_id: UUID | None) -> None:
    account = account_of(request)
    if account is not None and account.id != account_id:
        raise AccountMismatch


def _enter(request: Request, membership: Membership | None) -> User:
    """The account is in force for the rest of the request; the tenancy middleware ends that."""
    if membership is None:
        raise NotAMember
    http: Any = request._request
    http.account, http.membership = membership.account, membership
    if current_schema() != membership.account.schema_name:
        enter_account(membership.account)
    return membership.user


def _on_platform(request: Request, user_id: UUID) -> User:
    user = super_admin(user_id)
    if user is None:
        raise NotAMember
    request._request.membership = None  # type: ignore[attr-defined]
    return user


class AccountSessionAuthentication(SessionAuthentication):
    """The session of the host's own pages, with CSRF. Raises: NotAMember on the host of an account not one's own."""

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        """Return the signed-in user, or None."""
        found: tuple[User, None] | None = super().authenticate(request)
        http: Any = request._request
        if found is not None and http.account is not None and not http.membership:
            raise NotAMember
        return found


class IsSignedIn(BasePermission):
    """Somebody is signed in, in an account or on the platform."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Return whether there is a user; DRF answers 401 when not."""
        user: User | AnonymousUser | None = request.user  # None as UNAUTHENTICATED_USER says
        return user is not None and user.is_authenticated


class IsMember(IsSignedIn):
    """A member of the account in force."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Raises: AccountRequired, NotAMember."""
        if not super().has_permission(request, view):
            return False
        member_of(request)
        return True


class IsSuperAdmin(IsSignedIn):
    """An operator of the platform."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Raises: PermissionDenied for anybody else who is signed in."""
        if not super().has_permission(request, view):
            return False
        if not request.user.is_superuser:
            raise PermissionDenied
        return True


def HasPermission(*permissions: Permission) -> type[IsMember]:  # noqa: N802  # stands where a class is expected
    """Return a permission class: a member whose role carries all of these."""

    class MemberWith(IsMember):
        def has_permission(self, request: Request, view: "APIView") -> bool:
            if not super().has_permission(request, view):
                return False
            require(member_of(request), *permissions)
            return True

    return MemberWith


def user_of(request: Request) -> User:
    """Return the caller of a view that only signed-in users reach."""
    user: User = request.user  # type: ignore[assignment]
    return user


def account_of(request: Request) -> Account | None:
    """Return the account in force, None on the platform."""
    account: Account | None = request._request.account  # type: ignore[attr-defined]
    return account


def membership_if_any(request: Request) -> Membership | None:
    """Return the caller's membership in the account in force, None without one."""
    return request._request.membership or None  # type: ignore[attr-defined]


def member_of(request: Request) -> Membership:
    """Return the caller's membership in the account in force. Raises: AccountRequired, NotAMember."""
    if account_of(request) is None:
        raise AccountRequired
    membership = membership_if_any(request)
    if membership is None:
        raise NotAMember
    return membership
