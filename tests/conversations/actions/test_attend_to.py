from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Account, User
from conversations.actions.attend_to import attend_to
from conversations.enums import Status
from conversations.models import AutomationRule, RuleRun, SlaClock
from conversations.tasks import attend, sweep_unattended
from hummdesk.broker import take_hint
from hummdesk.events.dispatcher import attend_hint
from hummdesk.events.models import LoggedEvent
from hummdesk.events.queries import ATTENDED_FOR, claim_events
from tests.conversations.conftest import ViewerOf
from tests.conversations.promised import changed, opened
from tests.fixtures.moving import MoveClock
from tests.fixtures.work import RunTasks

ATTEND = "conversations.tasks.attend"


def unattended() -> int:
    return LoggedEvent.objects.filter(attend_at__isnull=False).count()


def test_one_task_serves_all_that_wait(acme: Account, run_tasks: RunTasks) -> None:
    take_hint(attend_hint(acme.schema_name))
    several = [opened() for _number in range(3)]

    ran = run_tasks()

    # The clocks tell of nothing that anybody would have to attend to.
    assert ran.count(ATTEND) == 1
    assert {clock.conversation_id for clock in SlaClock.objects.all()} == {one.id for one in several}
    assert unattended() == 0


def test_more_conversations_cost_no_more_statements(acme: Account) -> None:
    _statements_of(1)  # the calendar is there

    counts = [_statements_of(2), _statements_of(8)]

    assert counts[0] == counts[1] < 20


def _statements_of(count: int) -> int:
    for _number in range(count):
        opened()
    events = claim_events(100)
    with CaptureQueriesContext(connection) as queries:
        attend_to(events)
    assert len(events) == count
    return len(queries)


def test_first_message_is_attended_to_with_the_opening(acme: Account) -> None:
    opened()

    assert [event.type for event in claim_events(10)] == ["ConversationOpened"]


def test_what_a_dead_worker_had_is_attended_to_later(acme: Account, move_clock: MoveClock) -> None:
    clock = move_clock(timezone.now())
    conversation = opened()
    claim_events(10)

    assert attend() == 0
    clock.go(seconds=ATTENDED_FOR.total_seconds())
    assert attend() == 1

    assert SlaClock.objects.filter(conversation=conversation).exists()
    assert unattended() == 0


def test_lost_hint_is_made_up_for_by_the_sweep(acme: Account, run_tasks: RunTasks) -> None:
    conversation = opened()
    connection.run_on_commit.clear()
    LoggedEvent.objects.filter(attend_at__isnull=False).update(attend_at=timezone.now() - ATTENDED_FOR)

    assert sweep_unattended() == 1

    assert ATTEND in run_tasks()
    assert SlaClock.objects.filter(conversation=conversation).exists()


def test_events_of_one_conversation_are_looked_at_in_their_order(
    acme: Account, admin: User, viewer_as: ViewerOf, run_tasks: RunTasks
) -> None:
    AutomationRule.objects.create(
        name="Urgent",
        position=1,
        trigger="status_changed",
        conditions={},
        actions=[{"type": "set_priority", "priority": "urgent"}],
    )
    conversation = opened()
    for status in (Status.PENDING, Status.OPEN, Status.PENDING):
        changed(viewer_as(admin), conversation, status=status)

    run_tasks()

    places = [run.event_seq or 0 for run in RuleRun.objects.order_by("at")]
    assert len(places) == 3
    assert places == sorted(places)


def test_what_fails_for_one_event_keeps_nothing_from_the_others(acme: Account) -> None:
    broken, whole = opened(), opened()
    events = claim_events(10)
    # Of an event whose fields are not what they are, nobody can make anything.
    events[0].data = []

    attend_to(events)

    assert {clock.conversation_id for clock in SlaClock.objects.all()} == {broken.id, whole.id}
    assert list(LoggedEvent.objects.filter(attend_at__isnull=False)) == [events[0]]
