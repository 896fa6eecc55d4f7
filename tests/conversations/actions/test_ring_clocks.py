from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Account, User
from conversations.actions.ring_clocks import keep_lost_clocks, ring_clocks
from conversations.enums import Folder
from conversations.models import Conversation, Notification, SlaClock
from conversations.tasks import look_at_promises, watch_promises
from hummdesk.events.models import LoggedEvent
from teams.enums import TeamRole
from teams.models import TeamMember
from tests.conversations.conftest import Published, ViewerOf
from tests.conversations.promised import FIRST, RESOLUTION, answered, at, changed, opened, the
from tests.factories import agent_of, make_team
from tests.fixtures.moving import MovedClock
from tests.fixtures.work import RunTasks


def told() -> list[tuple[str, str]]:
    """Return who was told of what, by address."""
    return sorted(Notification.objects.values_list("agent__email", "kind"))


def test_near_promise_warns_once_and_a_broken_one_is_marked_once(
    clock: MovedClock, run_tasks: RunTasks, published: Published
) -> None:
    conversation = opened()
    run_tasks()
    clock.at = at(12)
    assert [ring_clocks(100), ring_clocks(100)] == [1, 0]
    warned = the(FIRST, conversation)
    clock.at = at(13)
    assert [ring_clocks(100), ring_clocks(100)] == [1, 0]

    conversation.refresh_from_db()
    broken = the(FIRST, conversation)
    assert (warned.warned_at, warned.next_look_at) == (at(12), at(13))
    assert (broken.breached_at, broken.next_look_at, conversation.sla_breached_at) == (at(13), None, at(13))
    assert [name for name in published() if name.startswith("Sla")] == ["SlaWarned", "SlaBreached"]
    event = LoggedEvent.objects.get(type="SlaBreached")
    assert (event.object_id, event.data["kind"], event.data["due_at"]) == (
        conversation.id,
        "first_response",
        at(13).isoformat(),
    )


def test_what_is_over_already_breaks_without_a_warning(
    clock: MovedClock, run_tasks: RunTasks, published: Published
) -> None:
    opened()
    run_tasks()
    clock.go(days=1)

    assert ring_clocks(100) == 1
    assert "SlaWarned" not in published()


def test_assignee_is_told_else_the_leaders_of_the_team(
    clock: MovedClock, admin: User, agent: User, leader: User, run_tasks: RunTasks
) -> None:
    team = make_team(agents=[admin, leader])
    TeamMember.objects.filter(agent_id=leader.pk).update(role=TeamRole.LEADER)
    for fields in ({"team": team}, {}):
        conversation = opened(**fields)
        if not fields:
            Conversation.objects.filter(id=conversation.id).update(assignee=agent_of(agent))
    run_tasks()

    clock.at = at(12)
    look_at_promises()
    clock.at = at(13)
    look_at_promises()
    run_tasks()

    assert told() == [
        ("agent@acme.example", "sla_breach"),
        ("agent@acme.example", "sla_warning"),
        ("leader@acme.example", "sla_breach"),
        ("leader@acme.example", "sla_warning"),
    ]


def test_team_without_leaders_is_told_as_a_whole(
    clock: MovedClock, agent: User, leader: User, run_tasks: RunTasks
) -> None:
    opened(team=make_team(agents=[agent, leader]))
    run_tasks()
    clock.at = at(12)

    look_at_promises()
    run_tasks()

    assert [address for address, _kind in told()] == ["agent@acme.example", "leader@acme.example"]


@pytest.mark.parametrize("what", ["replied", "resolved", "pending", "spam"])
def test_what_has_just_ended_does_not_ring_though_its_clock_does_not_know(
    clock: MovedClock, agent: User, viewer_as: ViewerOf, run_tasks: RunTasks, published: Published, what: str
) -> None:
    conversation, viewer = opened(), viewer_as(agent)
    run_tasks()
    clock.at = at(12)
    if what == "replied":
        answered(viewer, conversation)
    else:
        changed(viewer, conversation, **({"folder": Folder.SPAM} if what == "spam" else {"status": what}))

    # What follows from the change has not run yet.
    assert ring_clocks(100) == 0
    assert "SlaWarned" not in published()


def test_clock_whose_event_got_lost_is_found_by_the_watch(
    clock: MovedClock, agent: User, viewer_as: ViewerOf, run_tasks: RunTasks
) -> None:
    conversation = opened()
    run_tasks()
    answered(viewer_as(agent), conversation)
    clock.at = at(12.1)

    assert keep_lost_clocks() == 1

    assert the(FIRST, conversation).stopped_at == at(9)
    assert keep_lost_clocks() == 0


def test_tick_finds_the_account_by_its_clocks(acme: Account, run_tasks: RunTasks) -> None:
    opened()
    assert watch_promises() == 0
    run_tasks()
    # The database's clock stands still since the test began.
    SlaClock.objects.filter(kind=RESOLUTION).update(next_look_at=timezone.now() - timedelta(hours=1))

    assert watch_promises() == 1
    assert "conversations.tasks.look_at_promises" in run_tasks()


def test_many_clocks_cost_the_same_statements(clock: MovedClock, run_tasks: RunTasks) -> None:
    counts = []
    for number in (1, 12):
        SlaClock.objects.all().delete()
        for _each in range(number):
            opened()
        run_tasks()
        SlaClock.objects.filter(kind=FIRST).update(next_look_at=clock.at)
        with CaptureQueriesContext(connection) as queries:
            assert ring_clocks(100) == number
        counts.append(len(queries))

    assert counts[0] == counts[1]
