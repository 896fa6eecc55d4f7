"""What there is in the public schema."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.utils import timezone
from psycopg.sql import Composed

from accounts.email_addresses import without_detail
from accounts.enums import AccountStatus
from accounts.errors import InvitationRefused
from accounts.models import Account, ApiToken, Domain, Invitation, MailRoute, Membership, TokenFamily, User
from accounts.token_secrets import hash_of
from hummdesk.compiled import CompiledLookup
from hummdesk.errors import NotFound
from hummdesk.tenancy.migrations import schemas_behind


class RoutedAddress(NamedTuple):
    """Where mail to an address goes."""

    account: Account
    mailbox_id: UUID


def active_membership(user: User, account: Account) -> Membership | None:
    """Return the active user's active membership in the active account, or None. One query, nothing from memory."""
    membership = _memberships.first(user.pk, account.pk)
    if membership is not None:
        membership.user, membership.account = user, account
    return membership


def active_memberships() -> QuerySet[Membership]:
    """Return the memberships that let somebody in: account, user and membership itself are active."""
    return Membership.objects.filter(is_active=True, user__is_active=True, account__status=AccountStatus.ACTIVE)


def active_accounts() -> list[Account]:
    """Return all active accounts, by slug. One query."""
    return list(Account.objects.filter(status=AccountStatus.ACTIVE).order_by("slug"))


def membership_of(user_id: UUID, account_id: UUID) -> Membership | None:
    """Return the active membership of these ids, with its user and account, or None. One query."""
    return _memberships_with_both.first(user_id, account_id)


def _of_ids(user_id: UUID, account_id: UUID) -> QuerySet[Membership]:
    return active_memberships().filter(user_id=user_id, account_id=account_id)


_memberships = CompiledLookup(_of_ids, UUID, UUID)
_memberships_with_both = CompiledLookup(
    lambda user_id, account_id: _of_ids(user_id, account_id).select_related("user", "account"), UUID, UUID
)


def user_with(user_id: UUID) -> User | None:
    """Return the user with this id, active or not, or None. One query."""
    return _users_with_id.first(user_id)


_users_with_id = CompiledLookup(lambda user_id: User.objects.filter(id=user_id), UUID)


def membership_by_token(user_id: UUID, account_id: UUID, family_id: UUID) -> tuple[Membership | None, bool]:
    """Return the same as `membership_of`, and whether tokens of this sign-in are still good. One query."""
    found = _memberships_by_token.first(user_id, account_id, family_id)
    return found, found is not None and vars(found)["is_live"]


def _by_token(user_id: UUID, account_id: UUID, family_id: UUID) -> QuerySet[Membership]:
    family = TokenFamily.objects.filter(id=family_id, user_id=user_id, revoked_at=None)
    return _of_ids(user_id, account_id).select_related("user", "account").annotate(is_live=Exists(family))


_memberships_by_token = CompiledLookup(_by_token, UUID, UUID, UUID)


def members_among(user_ids: Iterable[UUID], account: Account) -> dict[UUID, Membership]:
    """Return the active memberships of these users in the account, by user id, without their users. One query."""
    memberships = active_memberships().filter(user_id__in=set(user_ids), account=account)
    return {membership.user_id: membership for membership in memberships}


def active_users(user_ids: Iterable[UUID]) -> dict[UUID, User]:
    """Return those of these users who may sign in, by id. One query."""
    return User.objects.filter(is_active=True).in_bulk(set(user_ids))


def live_sessions(keys: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return what is kept in those of these sessions that have not ended, by key. One query."""
    sessions = Session.objects.filter(session_key__in=set(keys), expire_date__gt=timezone.now())
    return {session.session_key: session.get_decoded() for session in sessions}


def live_families(ids: Iterable[UUID]) -> set[UUID]:
    """Return which of these sign-ins have not ended. One query."""
    return set(TokenFamily.objects.filter(id__in=set(ids), revoked_at=None).values_list("id", flat=True))


def unrevoked_api_tokens(ids: Iterable[UUID]) -> set[UUID]:
    """Return which of these personal tokens are still good. One query."""
    return set(ApiToken.objects.filter(id__in=set(ids), revoked_at=None).values_list("id", flat=True))


def super_admin(user_id: UUID) -> User | None:
    """Return the active super_admin with this id, or None. One query."""
    return User.objects.filter(id=user_id, is_active=True, is_superuser=True).first()


def is_family_live(family_id: UUID, user_id: UUID) -> bool:
    """Return whether tokens of this sign-in are still good. One query."""
    return TokenFamily.objects.filter(id=family_id, user_id=user_id, revoked_at=None).exists()


def live_api_token(secret: str) -> ApiToken | None:
    """Return the personal token with this secret, with its user and account, or None. One query."""
    tokens = ApiToken.objects.select_related("user", "account").filter(token_hash=hash_of(secret), revoked_at=None)
    return tokens.filter(user__is_active=True).first()


def memberships_of(user: User) -> Sequence[Membership]:
    """Return the user's active memberships in active accounts, by account name. One query."""
    return list(active_memberships().select_related("account").filter(user=user).order_by("account__name"))


def membership_at(user: User, slug: str) -> Membership | None:
    """Return the user's active membership in the account with this slug, with its account, or None. One query."""
    memberships = active_memberships().select_related("user", "account")
    return memberships.filter(user=user, account__slug=slug).first()


def accounts_for(user: User, membership: Membership | None) -> QuerySet[Account]:
    """Return the accounts that somebody may manage, with `host`: all for a super_admin, else the membership's own."""
    primary = Domain.objects.filter(tenant=OuterRef("pk"), is_primary=True)
    accounts: QuerySet[Account] = Account.objects.annotate(host=Subquery(primary.values("domain")[:1]))
    if user.is_superuser:
        return accounts
    return accounts.filter(id=membership.account_id) if membership else accounts.none()


def members_of(account: Account) -> QuerySet[Membership]:
    """Return the account's active memberships with their users."""
    return Membership.objects.select_related("user").filter(account=account, is_active=True)


def members_ever(account: Account) -> QuerySet[Membership]:
    """Return the account's memberships with their users, those that have ended too."""
    return Membership.objects.select_related("user").filter(account=account)


def member_ever(account: Account, user_id: UUID) -> Membership:
    """Return the user's membership in the account, one that has ended too. One query. Raises: NotFound."""
    membership = members_ever(account).filter(user_id=user_id).first()
    if membership is None:
        raise NotFound
    return membership


def open_invitations(account: Account) -> QuerySet[Invitation]:
    """Return the account's invitations that nobody has accepted, expired ones too: they can be sent again."""
    return Invitation.objects.filter(account=account, accepted_at=None)


def unanswered_invitation(account: Account, invitation_id: UUID) -> Invitation:
    """Return one of `open_invitations`. One query. Raises: NotFound."""
    invitation = open_invitations(account).filter(id=invitation_id).first()
    if invitation is None:
        raise NotFound
    return invitation


def api_tokens_of(user: User, account: Account | None) -> QuerySet[ApiToken]:
    """Return the user's personal tokens in the account (None: on the platform) that are not revoked."""
    return ApiToken.objects.filter(user=user, account=account, revoked_at=None)


def user_by_email(email: str) -> User | None:
    """Return the user with this address in any case, active or not, or None. One query."""
    return User.objects.filter(email=email.strip().lower()).first()


def is_member_email(account: Account, email: str) -> bool:
    """Return whether an active membership in the account has this address. One query."""
    return Membership.objects.filter(account=account, user__email=email, is_active=True).exists()


def open_invitation(*, account: Account, secret: str, lock: bool = False) -> Invitation:
    """Return the account's invitation with this secret that can still be accepted. One query.

    Raises: InvitationRefused for one that is unknown, accepted, expired, withdrawn or of another account.
    """
    invitations = Invitation.objects.filter(account=account, token_hash=hash_of(secret), accepted_at=None)
    if lock:
        invitations = invitations.select_for_update()
    invitation = invitations.filter(expires_at__gt=timezone.now()).first()
    if invitation is None:
        raise InvitationRefused
    return invitation


def account_with(slug: str) -> Account | None:
    """Return the account with this slug, or None. One query."""
    account: Account | None = Account.objects.filter(slug=slug).first()
    return account


def account_with_schema(schema_name: str) -> Account | None:
    """Return the account with this schema, or None. One query."""
    account: Account | None = Account.objects.filter(schema_name=schema_name).first()
    return account


def primary_host(account: Account) -> str:
    """Return the host name that stands in links to the account. One query."""
    return str(account.domains.get(is_primary=True).domain)


def primary_hosts(account_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the host names that stand in links to these accounts, by account id. One query."""
    domains = Domain.objects.filter(tenant__in=list(account_ids), is_primary=True)
    return dict(domains.values_list("tenant_id", "domain"))


def routed_address(address: str) -> RoutedAddress | None:
    """Return where mail to this address goes, None when no account has it. One query."""
    return routed_addresses([address]).get(address)


def takes_mail(schema: str) -> bool:
    """Return whether any address leads to the account. One query."""
    return MailRoute.objects.filter(account__schema_name=schema).exists()


def first_mail_address(schema: str) -> str:
    """Return the oldest address that leads to the account, "" for none. One query."""
    routes = MailRoute.objects.filter(account__schema_name=schema).order_by("created_at")
    return routes.values_list("address", flat=True).first() or ""


def routed_addresses(addresses: Iterable[str]) -> dict[str, RoutedAddress]:
    """Return where mail to these addresses goes, in their order, without those that no account has. One query.

    A `+detail` in the local part is looked over (RFC 5233) unless the whole address has a route of its own.
    """
    spellings = {address: _spellings_of(address) for address in addresses}
    routes = MailRoute.objects.select_related("account").filter(account__status=AccountStatus.ACTIVE)
    asked = {spelling for pair in spellings.values() for spelling in pair}
    found = {route.address: route for route in routes.filter(address__in=asked)}
    best = {address: found.get(whole) or found.get(plain) for address, (whole, plain) in spellings.items()}
    return {address: RoutedAddress(route.account, route.mailbox_id) for address, route in best.items() if route}


def lock_mail_domain(domain: str) -> set[UUID]:
    """Return the accounts with mailboxes at a domain, and let nobody route mail of it until the commit. Two queries.

    Raw, since there may be no row to lock and the ORM has no advisory locks.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('mail-domain'), hashtext(%s))", [domain])
    return set(MailRoute.objects.filter(address__endswith=f"@{domain}").values_list("account_id", flat=True))


def _spellings_of(address: str) -> tuple[str, str]:
    """Return the address in lower case, with and without the `+detail` of its local part."""
    address = address.strip().lower()
    return address, without_detail(address)


def accounts_behind() -> Sequence[str]:
    """Return the schemas of accounts that lack migrations, oldest account first. Two queries."""
    schemas = list(Account.objects.order_by("created_at").values_list("schema_name", flat=True))
    return [schema for schema in schemas_behind(_rows, schemas) if schema in schemas]


def _rows(statement: Composed) -> Sequence[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())
