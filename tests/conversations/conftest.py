"""What the tests of conversations share: acme's people as viewers, and a look at the log."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from accounts.models import Account, Membership, User
from hummdesk.events.models import LoggedEvent
from teams.access import Viewer, viewer_of
from tests.fixtures.moving import MoveClock, MovedClock

ViewerOf = Callable[[User], Viewer]
Published = Callable[[], list[str]]


@pytest.fixture
def viewer_as(acme: Account) -> ViewerOf:
    """Make the viewer that a user of acme is."""
    return lambda user: viewer_of(Membership.objects.get(user=user, account=acme))


@pytest.fixture
def published(acme: Account) -> Published:
    """Make a function that returns the types of the events that came since, in order."""
    start = LoggedEvent.objects.order_by("-seq").values_list("seq", flat=True).first() or 0
    return lambda: list(LoggedEvent.objects.filter(seq__gt=start).order_by("seq").values_list("type", flat=True))


@pytest.fixture
def clock(acme: Account, move_clock: MoveClock) -> MovedClock:
    """Time stands at nine in London on a Monday in winter, when a new account's office opens."""
    return move_clock(datetime(2026, 11, 23, 9, tzinfo=UTC))
