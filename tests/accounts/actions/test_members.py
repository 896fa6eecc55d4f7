"""Roles and the end of memberships."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connection

from accounts.actions.add_member import add_member
from accounts.actions.invitations import invite_member
from accounts.actions.members import change_role, remove_member, take_back_member
from accounts.actions.token_families import start_family
from accounts.enums import Role
from accounts.errors import AlreadyMember, LastAdmin
from accounts.models import Account, Invitation, Membership, TokenFamily, User
from accounts.queries import active_membership
from hummdesk.errors import NotFound, ProviderUnavailable
from hummdesk.events.actor import Actor
from hummdesk.events.models import LoggedEvent
from hummdesk.tenancy.context import account_context
from teams.models import Agent

OPERATOR = Actor.platform()


def test_add_member_again_takes_the_membership_up(acme: Account, agent: User) -> None:
    remove_member(account=acme, user_id=agent.id, actor=OPERATOR)

    membership = add_member(account=acme, user=agent, role=Role.TEAM_LEADER, actor=OPERATOR)

    assert Membership.objects.filter(user=agent, account=acme).count() == 1
    assert (membership.role, membership.is_active) == (Role.TEAM_LEADER, True)
    assert Agent.objects.get(user=agent).is_active


def test_add_member_twice_is_refused(acme: Account, agent: User) -> None:
    with pytest.raises(AlreadyMember):
        add_member(account=acme, user=agent, role=Role.ACCOUNT_ADMIN, actor=OPERATOR)

    assert Membership.objects.get(user=agent, account=acme).role == Role.AGENT


@pytest.mark.usefixtures("committed")
def test_add_member_by_two_at_once_adds_one(acme: Account, stranger: User) -> None:
    together = Barrier(2)

    def add(role: Role) -> bool:
        try:
            together.wait()
            add_member(account=acme, user=stranger, role=role, actor=OPERATOR)
        except AlreadyMember:
            return False
        else:
            return True
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        results = list(threads.map(add, [Role.AGENT, Role.AGENT]))

    assert sorted(results) == [False, True]
    assert LoggedEvent.objects.filter(type="MemberAdded", data__user_id=str(stranger.id)).count() == 1


def test_remove_member_ends_agent_and_sign_ins(acme: Account, agent: User) -> None:
    start_family(user=agent, membership=active_membership(agent, acme))

    remove_member(account=acme, user_id=agent.id, actor=OPERATOR)

    assert not Agent.objects.get(user=agent).is_active
    assert TokenFamily.objects.get().revoked_at is not None
    types = LoggedEvent.objects.order_by("seq").values_list("type", flat=True)
    assert list(types)[-2:] == ["MemberRemoved", "AgentRetired"]


def test_remove_member_leaves_other_accounts_alone(acme: Account, nordhem: Account, stranger: User) -> None:
    add_member(account=acme, user=stranger, role=Role.AGENT, actor=OPERATOR)
    start_family(user=stranger, membership=active_membership(stranger, nordhem))

    remove_member(account=acme, user_id=stranger.id, actor=OPERATOR)

    assert active_membership(stranger, nordhem) is not None
    assert TokenFamily.objects.get().revoked_at is None


@pytest.mark.parametrize("whose", ["stranger", "nobody"])
def test_remove_of_no_member_is_not_found(request: pytest.FixtureRequest, acme: Account, whose: str) -> None:
    user_id = uuid4() if whose == "nobody" else request.getfixturevalue(whose).id

    with pytest.raises(NotFound):
        remove_member(account=acme, user_id=user_id, actor=OPERATOR)


@pytest.mark.parametrize("is_other_switched_off", [True, False])
def test_last_admin_counts_only_admins_who_can_sign_in(
    acme: Account, admin: User, leader: User, is_other_switched_off: bool
) -> None:
    change_role(account=acme, user_id=leader.id, role=Role.ACCOUNT_ADMIN, actor=OPERATOR)
    User.objects.filter(id=leader.id).update(is_active=not is_other_switched_off)

    if is_other_switched_off:
        with pytest.raises(LastAdmin):
            remove_member(account=acme, user_id=admin.id, actor=OPERATOR)
    else:
        remove_member(account=acme, user_id=admin.id, actor=OPERATOR)

    assert (active_membership(admin, acme) is not None) == is_other_switched_off


@pytest.mark.usefixtures("committed")
def test_two_admins_can_not_remove_each_other_at_once(acme: Account, admin: User, leader: User) -> None:
    change_role(account=acme, user_id=leader.id, role=Role.ACCOUNT_ADMIN, actor=OPERATOR)
    together = Barrier(2)

    def remove(user: User) -> bool:
        try:
            with account_context(acme):
                together.wait()
                remove_member(account=acme, user_id=user.id, actor=OPERATOR)
        except LastAdmin:
            return False
        else:
            return True
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        results = list(threads.map(remove, [admin, leader]))

    assert sorted(results) == [False, True]
    assert Membership.objects.filter(account=acme, role=Role.ACCOUNT_ADMIN, is_active=True).count() == 1


def test_change_role_to_the_same_logs_nothing(acme: Account, agent: User) -> None:
    before = LoggedEvent.objects.count()

    change_role(account=acme, user_id=agent.id, role=Role.AGENT, actor=OPERATOR)

    assert LoggedEvent.objects.count() == before


def test_invite_says_when_the_mail_can_not_be_sent(acme: Account, mail_server_down: None) -> None:
    with pytest.raises(ProviderUnavailable):
        invite_member(account=acme, email="new@people.example", role=Role.AGENT, by=None)

    assert Invitation.objects.get().email == "new@people.example"


def test_invite_says_when_the_mail_is_refused(acme: Account, mail_refused: None) -> None:
    with pytest.raises(ProviderUnavailable, match="from_ is no address"):
        invite_member(account=acme, email="new@people.example", role=Role.AGENT, by=None)

    assert Invitation.objects.get().email == "new@people.example"


def test_take_back_member_gives_the_role_of_before_and_no_old_keys(acme: Account, leader: User) -> None:
    family = TokenFamily.objects.create(user=leader, account=acme, current_jti="x", expires_at="2027-01-01T00:00Z")
    remove_member(account=acme, user_id=leader.id, actor=OPERATOR)

    taken = take_back_member(account=acme, user_id=leader.id, actor=OPERATOR)

    family.refresh_from_db()
    assert (taken.is_active, taken.role) == (True, Role.TEAM_LEADER)
    assert family.revoked_at is not None
    with pytest.raises(AlreadyMember):
        take_back_member(account=acme, user_id=leader.id, actor=OPERATOR)


def test_take_back_member_lets_in_nobody_new(acme: Account, stranger: User) -> None:
    with pytest.raises(NotFound):
        take_back_member(account=acme, user_id=stranger.id, actor=OPERATOR)
