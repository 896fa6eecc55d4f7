"""Who opens a WebSocket, and whether they still may listen: by session cookie, or by a single-use ticket."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.utils.crypto import constant_time_compare

from accounts.actions.socket_tickets import SignInProof, redeem_socket_ticket
from accounts.models import Account, Membership, User
from accounts.queries import active_users, live_families, live_sessions, members_among, unrevoked_api_tokens
from accounts.sessions import is_bound_to
from hummdesk.errors import DomainError, NotAMember, NotAuthenticated
from hummdesk.tenancy.async_database import account_database
from hummdesk.tenancy.context import platform_context


@dataclass(frozen=True)
class SocketPass:
    """Whose a socket is, and by what; good as long as the proof is."""

    membership: Membership
    proof: SignInProof


@dataclass(frozen=True)
class _Claim:
    """That a user is signed in by this proof; a session knows its user itself."""

    proof: SignInProof
    user_id: UUID | None = None


async def open_socket(scope: Mapping[str, Any]) -> SocketPass:
    """Return the pass of whoever opens this socket, in the account of its host. Three queries, a ticket's more.

    A `?ticket=` goes before the cookie, and is spent; on the platform's host it names the account.
    Raises: NotAuthenticated, NotAMember.
    """
    account: Account | None = scope["account"]
    secret = parse_qs(scope["query_string"].decode("ascii", "replace")).get("ticket", [""])[-1]
    if secret:
        ticket = await _redeemed(secret, account)
        account = ticket.account
        claim = _Claim(SignInProof(ticket.session_key, ticket.family_id, ticket.api_token_id), ticket.user_id)
    else:
        claim = _Claim(SignInProof(session_key=_session_key(scope)))
    if account is None:
        raise NotAMember if claim.proof.session_key else NotAuthenticated
    [found] = await account_database(account, _checked)(account, [claim])
    if isinstance(found, DomainError):
        raise found
    return found


def renewed_passes(account: Account, passes: Sequence[SocketPass]) -> Sequence[SocketPass | DomainError]:
    """Return for each pass what it is now, or why it is none any more, in their order.

    At most five queries however many there are.
    """
    return _checked(account, [_Claim(one.proof, one.membership.user_id) for one in passes])


def _session_key(scope: Mapping[str, Any]) -> str:
    key: str = scope["cookies"].get(settings.SESSION_COOKIE_NAME, "")
    return key if key.isalnum() else ""


@sync_to_async(thread_sensitive=False)
def _redeemed(secret: str, account: Account | None) -> Any:
    with platform_context():
        return redeem_socket_ticket(secret, account=account)


class _Lookup:
    """What is known of these claims in the account now."""

    def __init__(self, account: Account, claims: Iterable[_Claim]) -> None:
        proofs = [claim.proof for claim in claims]
        keys = {proof.session_key for proof in proofs if proof.session_key}
        families = {proof.family_id for proof in proofs if proof.family_id}
        tokens = {proof.api_token_id for proof in proofs if proof.api_token_id}
        self.account = account
        self.sessions = live_sessions(keys) if keys else {}
        self.families = live_families(families) if families else set()
        self.tokens = unrevoked_api_tokens(tokens) if tokens else set()

    def user_id(self, claim: _Claim) -> UUID | None:
        """Return the user whom the claim names, good or not."""
        session = self._session(claim)
        return _session_user(session) if session is not None else claim.user_id

    def is_good(self, claim: _Claim, user: User) -> bool:
        """Return whether the proof still stands for this user."""
        proof = claim.proof
        if proof.session_key:
            session = self._session(claim)
            return session is not None and _has_todays_password(session, user)
        return proof.family_id in self.families or proof.api_token_id in self.tokens

    def _session(self, claim: _Claim) -> Mapping[str, Any] | None:
        session = self.sessions.get(claim.proof.session_key)
        return session if session is not None and is_bound_to(session, self.account) else None


def _checked(account: Account, claims: Sequence[_Claim]) -> Sequence[SocketPass | DomainError]:
    lookup = _Lookup(account, claims)
    user_ids = [lookup.user_id(claim) for claim in claims]
    users = active_users(user_id for user_id in user_ids if user_id)
    memberships = members_among(users, account) if users else {}
    found: list[SocketPass | DomainError] = []
    for claim, user_id in zip(claims, user_ids, strict=True):
        user = users.get(user_id) if user_id else None
        if user is None:
            found.append(NotAuthenticated())
        elif user.id not in memberships:
            found.append(NotAMember())
        elif not lookup.is_good(claim, user):
            found.append(NotAuthenticated())
        else:
            membership = memberships[user.id]
            membership.user, membership.account = user, account
            found.append(SocketPass(membership, claim.proof))
    return found


def _session_user(session: Mapping[str, Any]) -> UUID | None:
    if session.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS:
        return None
    try:
        return UUID(str(session.get(SESSION_KEY)))
    except ValueError:
        return None


def _has_todays_password(session: Mapping[str, Any], user: User) -> bool:
    """A session keeps a hash of the password it began with, by one of our keys."""
    kept = str(session.get(HASH_SESSION_KEY, ""))
    hashes = [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]
    return any(constant_time_compare(kept, one) for one in hashes)
