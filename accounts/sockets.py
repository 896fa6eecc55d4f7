"""Who opens a WebSocket: the session cookie of the account's host, or a single-use ticket."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs

from django.contrib.auth import get_user

from accounts.actions.socket_tickets import redeem_socket_ticket
from accounts.models import Account, Membership
from accounts.queries import active_membership
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
    ticket = parse_qs(scope["query_string"].decode("ascii", "replace")).get("ticket", [""])[-1]
    if ticket:
        return await account_database(account, redeem_socket_ticket)(ticket, account=account)
    return await account_database(account, _session_membership)(scope.get("session"), account)


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
