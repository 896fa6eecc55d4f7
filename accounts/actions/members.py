"""Changing what members are, and ending memberships."""

from uuid import UUID

from django.utils import timezone

from accounts.actions.add_member import add_member
from accounts.actions.token_families import end_families_of
from accounts.enums import Role
from accounts.errors import LastAdmin
from accounts.events import MemberRemoved, MemberRoleChanged
from accounts.models import Account, ApiToken, Membership
from accounts.queries import active_memberships, member_ever
from hummdesk.errors import NotFound
from hummdesk.events.actor import Actor
from hummdesk.events.publishing import action, publish
from hummdesk.tenancy.context import account_context


@action
def change_role(*, account: Account, user_id: UUID, role: Role, actor: Actor) -> Membership:
    """The member has this role. Raises: NotFound, LastAdmin. Publishes: MemberRoleChanged."""
    with account_context(account):
        membership = _lock_member(account, user_id)
        before = membership.role
        if before == role:
            return membership
        _keep_an_admin(membership)
        membership.role = role
        membership.save(update_fields=["role", "updated_at"])
        publish(MemberRoleChanged(actor=actor, user_id=user_id, role_before=before, role=role))
    return membership


@action
def remove_member(*, account: Account, user_id: UUID, actor: Actor) -> None:
    """The membership has ended, and with it the user's sign-ins and personal tokens in the account.

    Raises: NotFound, LastAdmin. Publishes: MemberRemoved.
    """
    with account_context(account):
        membership = _lock_member(account, user_id)
        _keep_an_admin(membership)
        membership.is_active = False
        membership.save(update_fields=["is_active", "updated_at"])
        # Whoever is taken back later does not get old keys back.
        end_families_of(membership.user, account)
        ApiToken.objects.filter(user_id=user_id, account=account, revoked_at=None).update(revoked_at=timezone.now())
        publish(MemberRemoved(actor=actor, user_id=user_id, role=membership.role))


@action
def take_back_member(*, account: Account, user_id: UUID, actor: Actor) -> Membership:
    """The former member is one again, as what they were; their old sign-ins and tokens stay ended.

    Raises: NotFound, AlreadyMember. Publishes: MemberAdded.
    """
    membership = member_ever(account, user_id)
    return add_member(account=account, user=membership.user, role=Role(membership.role), actor=actor)


def _lock_member(account: Account, user_id: UUID) -> Membership:
    """Locks the account too, so that two admins can't remove each other at once. Raises: NotFound."""
    Account.objects.select_for_update(no_key=True).get(id=account.id)
    members = Membership.objects.select_for_update(of=("self",)).select_related("user")
    membership = members.filter(account=account, user_id=user_id, is_active=True).first()
    if membership is None:
        raise NotFound
    return membership


def _keep_an_admin(membership: Membership) -> None:
    """Raises: LastAdmin when nobody else could manage the account."""
    if membership.role != Role.ACCOUNT_ADMIN:
        return
    admins = active_memberships().filter(account_id=membership.account_id, role=Role.ACCOUNT_ADMIN)
    if not admins.exclude(id=membership.id).exists():
        raise LastAdmin
