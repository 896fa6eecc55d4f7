"""Adding a user to an account."""

from accounts.enums import Role
from accounts.errors import AlreadyMember
from accounts.events import MemberAdded
from accounts.models import Account, Membership, User
from hummdesk.events.actor import Actor
from hummdesk.events.publishing import action, publish
from hummdesk.tenancy.context import account_context


@action
def add_member(*, account: Account, user: User, role: Role, actor: Actor) -> Membership:
    """The user belongs to the account with this role; an ended membership is taken up again.

    Raises: AlreadyMember. Publishes: MemberAdded.
    """
    with account_context(account):
        members = Membership.objects.select_for_update()
        membership, is_new = members.get_or_create(account=account, user=user, defaults={"role": role})
        if not is_new:
            if membership.is_active:
                raise AlreadyMember
            membership.role, membership.is_active = role, True
            membership.save(update_fields=["role", "is_active", "updated_at"])
        publish(MemberAdded(actor=actor, user_id=user.id, role=role))
    return membership
