"""Who opens a WebSocket: the session cookie of the account's host, or a single-use ticket."""

from collections.abc import Mapping
from importlib import import_module
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs

from django.conf import settings
from django.contrib.auth import get_user

from accounts.actions.socket_tickets import redeem_socket_ticket
from accounts.models import Account, Membership
from accounts.queries import active_membership, membership_of
from accounts.sessions import is_bound_to
from hummdesk.errors import NotAMember, NotAuthenticated
from hummdesk.tenancy.async_database import account_database


async def socket_membership(scope: Mapping[str, Any]) -> Membership:
    """Return the membership of whoever opens this socket, in the account of its host. Three queries.

    A `?ticket=` goes before the cookie, and is spent. Raises: NotAuthenticated, NotAMember.
    """
    account: Account | None = scope["account"]
    if account is None:
        raise NotAMember
    if ticket := _ticket_of(scope):
        return await account_database(account, redeem_socket_ticket)(ticket, account=account)
    return await account_database(account, _session_membership)(scope.get("session"), account)


def _ticket_of(scope: Mapping[str, Any]) -> str:
    """Return the ticket with which the socket was opened, empty for one opened by session."""
    query: str = scope["query_string"].decode("ascii", "replace")
    return parse_qs(query).get("ticket", [""])[-1]


async def renewed_membership(scope: Mapping[str, Any], membership: Membership) -> Membership:
    """Return the membership as it is now, of a socket that has been open for a while. Three queries.

    Raises: NotAuthenticated when its session has ended (sign-out, new password), NotAMember.
    """
    find = _renewed_by_id if _ticket_of(scope) else _renewed_by_session
    return await account_database(scope["account"], find)(scope.get("session"), membership)


def _renewed_by_session(session: Any, membership: Membership) -> Membership:
    """The session of the scope remembers what it once read; this one is read again."""
    fresh = import_module(settings.SESSION_ENGINE).SessionStore(session.session_key)
    return _session_membership(fresh, membership.account)


def _renewed_by_id(_session: Any, membership: Membership) -> Membership:
    found = membership_of(membership.user_id, membership.account_id)
    if found is None:
        raise NotAMember
    return found


def _session_membership(session: Any, account: Account) -> Membership:
    if session is None or not is_bound_to(session, account):
        raise NotAuthenticated
    # Checks the session against the user's password hash too. It reads nothing of a request but its session.
    user = get_user(SimpleNamespace(session=session))  # type: ignore[arg-type]
    if not user.is_authenticated:
        raise NotAuthenticated
    membership = active_membership(user, account)
    if membership is None:
        raise NotAMember
    return membership
