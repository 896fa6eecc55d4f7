"""Who may enter an account, and what a member may do there."""

from django.http import HttpRequest

from accounts.models import Account, Membership, User
from accounts.permissions import Permission, has_permission
from accounts.queries import active_membership
from hummdesk.errors import NotAMember, NotAuthenticated, PermissionDenied


def can_sign_in(user: User, account: Account | None) -> bool:
    """Return whether the user has a place in the account, or on the platform (None): there every active user has."""
    if account is None:
        return user.is_active
    return active_membership(user, account) is not None


def require(membership: Membership, *permissions: Permission) -> None:
    """Every permission is carried by the member's role. Raises: PermissionDenied."""
    if not all(has_permission(membership.role, permission) for permission in permissions):
        raise PermissionDenied


def require_member(request: HttpRequest) -> Membership:
    """Return the signed-in user's active membership in the account in force.

    Raises: NotAuthenticated, NotAMember.
    """
    if not request.user.is_authenticated:
        raise NotAuthenticated
    membership: Membership | None = request.membership  # type: ignore[attr-defined]  # set by MembershipMiddleware
    if not membership:
        raise NotAMember
    return membership
