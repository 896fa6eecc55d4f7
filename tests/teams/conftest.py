"""Who acts in tests of teams."""

import pytest

from accounts.models import Account, Membership, User
from teams.access import Viewer, viewer_of


@pytest.fixture
def leading(acme: Account, leader: User) -> Viewer:
    """The team_leader of acme, as one who acts."""
    return viewer_of(Membership.objects.get(user=leader, account=acme))


@pytest.fixture
def answering(acme: Account, agent: User) -> Viewer:
    """The agent of acme, as one who acts."""
    return viewer_of(Membership.objects.get(user=agent, account=acme))


@pytest.fixture
def managing(acme: Account, admin: User) -> Viewer:
    """The account_admin of acme, as one who acts."""
    return viewer_of(Membership.objects.get(user=admin, account=acme))
