"""What a policy's change would move, and what it moves when it is made."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Account, User
from conversations.actions.ring_clocks import ring_clocks
from conversations.actions.save_policy import create_policy
from conversations.models import Company, SlaClock, SlaScope
from conversations.queries.policy_previews import policy_preview
from conversations.tasks import apply_promises, promise_contacts
from hummdesk.errors import NotFound
from teams.models import BusinessHours, BusinessPeriod, SlaPolicy
from tests.conversations.conftest import ViewerOf
from tests.conversations.promised import FIRST, answered, at, changed, make_policy, opened, the
from tests.factories import make_contact
from tests.fixtures.moving import MovedClock
from tests.fixtures.work import RunTasks


def test_preview_says_what_a_change_then_does(
    clock: MovedClock, agent: User, viewer_as: ViewerOf, run_tasks: RunTasks
) -> None:
    policy, viewer = SlaPolicy.objects.get(), viewer_as(agent)
    early = opened()
    clock.go(hours=2)
    late, snoozed = opened(), opened()
    for done in (opened(), opened()):
        answered(viewer, done, status="resolved")
    changed(viewer, snoozed, status="snoozed", snoozed_until=at(100))
    run_tasks()

    preview = policy_preview(policy.id, {"first_response_s": 3600})
    unchanged = policy_preview(policy.id, {"first_response_s": 4 * 3600, "unknown": 1})

    # Half of four hours had run of the first, so half of one is left.
    assert (preview.conversation_count, preview.moved_count, preview.late_count, preview.is_whole) == (3, 2, 0, True)
    assert (unchanged.moved_count, unchanged.late_count) == (0, 0)
    assert the(FIRST, early).due_at == at(13)

    SlaPolicy.objects.update(first_response_s=3600)
    assert apply_promises() == 3
    assert [the(FIRST, one).due_at for one in (early, late, snoozed)] == [at(11.5), at(12), None]
    assert apply_promises() == 0


def test_first_policy_of_an_account_promises_at_once_what_is_open_already(
    clock: MovedClock, run_tasks: RunTasks, viewer_as: ViewerOf, admin: User
) -> None:
    SlaPolicy.objects.all().delete()
    early = opened()
    clock.go(hours=2)
    late = opened()
    run_tasks()
    assert not SlaClock.objects.exists()

    fields = {"name": "All", "first_response_s": 3600, "is_default": True}
    policy = create_policy(viewer=viewer_as(admin), fields=fields)
    run_tasks()

    # Their clocks run since their customers wrote: what waits for longer than the promise is late.
    assert [the(FIRST, one).due_at for one in (early, late)] == [at(10), at(12)]
    late.refresh_from_db()
    assert (late.sla_policy_id, late.first_response_due_at) == (policy.pk, at(12))


def test_preview_of_a_new_promise_counts_what_would_be_late_at_once(clock: MovedClock, run_tasks: RunTasks) -> None:
    SlaPolicy.objects.update(first_response_s=None)
    policy, conversation = SlaPolicy.objects.get(), opened()
    run_tasks()
    clock.go(hours=3)

    preview = policy_preview(policy.id, {"first_response_s": 3600, "hours_id": None})

    assert (preview.moved_count, preview.late_count) == (2, 1)
    assert not SlaClock.objects.filter(conversation=conversation, kind=FIRST).exists()


def test_preview_costs_the_same_however_many_there_are(clock: MovedClock, run_tasks: RunTasks) -> None:
    policy, counts = SlaPolicy.objects.get(), []
    for number in (1, 10):
        for _each in range(number):
            opened()
        run_tasks()
        with CaptureQueriesContext(connection) as queries:
            policy_preview(policy.id, {"first_response_s": 60})
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_preview_of_what_is_not_there_is_not_found(acme: Account) -> None:
    with pytest.raises(NotFound):
        policy_preview(acme.id, {})


def test_target_that_is_taken_away_ends_its_clocks_but_not_what_was_broken(
    clock: MovedClock, run_tasks: RunTasks
) -> None:
    broken = opened()
    run_tasks()
    clock.at = at(14)
    ring_clocks(10)
    kept = opened()
    run_tasks()

    SlaPolicy.objects.update(first_response_s=None)
    apply_promises()

    assert not SlaClock.objects.filter(conversation=kept, kind=FIRST).exists()
    assert (the(FIRST, broken).breached_at, the(FIRST, broken).stopped_at) == (at(13), at(14))
    assert apply_promises() == 0


def test_hours_that_are_corrected_count_for_what_has_run_as_well(clock: MovedClock, run_tasks: RunTasks) -> None:
    conversation = opened()
    run_tasks()
    clock.go(hours=2)

    BusinessPeriod.objects.update(opens_minute=10 * 60)
    BusinessHours.objects.update(version=2)
    apply_promises()

    assert the(FIRST, conversation).due_at == at(14)


def test_company_of_a_contact_chooses_the_policy(clock: MovedClock, run_tasks: RunTasks) -> None:
    company, gold = Company.objects.create(name="Big"), make_policy("Gold")
    SlaScope.objects.create(policy=gold, company=company)
    contact = make_contact()
    conversation = opened(contact=contact)
    run_tasks()

    contact.company = company
    contact.save()

    assert promise_contacts(contact_id=str(contact.id)) == 1
    conversation.refresh_from_db()
    assert conversation.sla_policy == gold


def test_more_time_warns_again(clock: MovedClock, run_tasks: RunTasks) -> None:
    conversation = opened()
    run_tasks()
    clock.at = at(12)
    ring_clocks(10)

    SlaPolicy.objects.update(first_response_s=8 * 3600, warn_percent=90)
    apply_promises()

    first = the(FIRST, conversation)
    assert (first.warned_at, first.next_look_at) == (
        None,
        first.due_at - timedelta(minutes=48) if first.due_at else None,
    )
