from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Account, User
from conversations.actions.delete_message import delete_message
from conversations.actions.keep_clocks import keep_clocks
from conversations.actions.merge_conversations import merge_conversations
from conversations.actions.receive_message import open_conversation, receive_message
from conversations.actions.split_conversation import split_conversation
from conversations.actions.undo_move import undo_move
from conversations.actions.wake import wake_conversation
from conversations.enums import Folder, Priority, Status
from conversations.models import Company, Conversation, SlaClock, SlaScope
from hummdesk.events.models import LoggedEvent
from teams.models import BusinessHours, SlaPolicy, Team
from tests.conversations.conftest import Published, ViewerOf
from tests.conversations.promised import (
    FIRST,
    NEXT,
    RESOLUTION,
    answered,
    at,
    changed,
    clocks,
    mail,
    make_policy,
    opened,
    the,
)
from tests.factories import make_contact, make_conversation, make_team
from tests.fixtures.moving import MoveClock, MovedClock
from tests.fixtures.work import RunTasks


def test_first_message_starts_the_clocks_and_the_row_shows_them(
    clock: MovedClock, run_tasks: RunTasks, published: Published
) -> None:
    conversation = opened()
    run_tasks()

    conversation.refresh_from_db()
    assert [(one.kind, one.due_at, one.next_look_at) for one in clocks(conversation)] == [
        (FIRST, at(13), at(12)),
        (RESOLUTION, at(48 + 17), at(48 + 11)),
    ]
    assert (conversation.first_response_due_at, conversation.resolution_due_at) == (at(13), at(65))
    assert (conversation.sla_due_at, conversation.sla_policy) == (at(13), SlaPolicy.objects.get())
    assert published().count("PromisesChanged") == 1


def test_second_run_changes_nothing(clock: MovedClock, run_tasks: RunTasks, published: Published) -> None:
    conversation = opened()
    run_tasks()
    before, updated_at = published(), Conversation.objects.values_list("updated_at", flat=True).get()
    clock.go(hours=1)

    assert not keep_clocks(conversation_id=conversation.id)
    assert published() == before
    assert Conversation.objects.values_list("updated_at", flat=True).get() == updated_at


def test_account_that_promises_nothing_asks_twice(clock: MovedClock) -> None:
    Team.objects.update(sla_policy=None)
    SlaPolicy.objects.all().delete()
    conversation = opened()

    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert not keep_clocks(conversation_id=conversation.id)

    assert len([one for one in queries if "SAVEPOINT" not in one["sql"]]) == 2


def test_conversation_that_is_gone_is_passed_over(clock: MovedClock) -> None:
    assert not keep_clocks(conversation_id=make_team().id)


def test_reply_stops_and_the_next_message_waits_anew(
    clock: MovedClock, agent: User, viewer_as: ViewerOf, run_tasks: RunTasks
) -> None:
    conversation = opened()
    clock.go(hours=2)
    answered(viewer_as(agent), conversation)
    clock.go(hours=1)
    receive_message(conversation=conversation, contact=conversation.contact, text=mail("Thanks. How much?"))
    run_tasks()

    conversation.refresh_from_db()
    assert [(one.kind, one.stopped_at, one.consumed_s) for one in clocks(conversation)] == [
        (FIRST, at(11), 2 * 3600),
        (RESOLUTION, None, 0),
        (NEXT, None, 0),
    ]
    assert conversation.sla_due_at == the(NEXT, conversation).due_at == at(24 + 12)
    assert conversation.first_response_due_at == at(13)


def test_reply_that_is_deleted_never_stopped_the_clock(
    clock: MovedClock, agent: User, viewer_as: ViewerOf, run_tasks: RunTasks, acme: Account
) -> None:
    Account.objects.filter(pk=acme.pk).update(settings={"undo_send_s": 60})
    acme.refresh_from_db()
    conversation = opened()
    message = answered(viewer_as(agent), conversation, send_at=clock.at + timedelta(hours=1))
    run_tasks()
    assert the(FIRST, conversation).stopped_at is None

    delete_message(viewer=viewer_as(agent), message_id=message.id)
    run_tasks()

    assert the(FIRST, conversation).due_at == at(13)


def test_automatic_mail_starts_nothing(clock: MovedClock, run_tasks: RunTasks) -> None:
    conversation = open_conversation(contact=make_contact(), subject="Away", text=mail(is_automatic=True)).conversation
    run_tasks()

    assert [one.kind for one in clocks(conversation)] == [RESOLUTION]


def test_pending_and_snooze_pause_and_waking_goes_on(
    clock: MovedClock, agent: User, viewer_as: ViewerOf, run_tasks: RunTasks
) -> None:
    conversation = opened()
    clock.go(hours=1)
    changed(viewer_as(agent), conversation, status="snoozed", snoozed_until=at(15))
    run_tasks()
    paused = the(FIRST, conversation)
    conversation.refresh_from_db()
    assert (paused.due_at, paused.next_look_at, paused.paused_since) == (None, None, at(10))
    assert (conversation.sla_due_at, conversation.first_response_due_at) == (None, None)

    clock.at = at(15)
    wake_conversation(conversation_id=conversation.id)
    run_tasks()

    woken = the(FIRST, conversation)
    assert (woken.due_at, woken.consumed_s, woken.paused_since) == (at(24 + 10), 3600, None)
    assert [one[2] for one in woken.segments] == ["running", "paused", "running"]


@pytest.mark.parametrize("pauses", [True, False])
def test_pending_pauses_if_the_policy_says_so(
    clock: MovedClock, agent: User, viewer_as: ViewerOf, run_tasks: RunTasks, pauses: bool
) -> None:
    SlaPolicy.objects.update(pauses_while_pending=pauses)
    conversation = opened()
    clock.go(hours=1)
    answered(viewer_as(agent), conversation, status=Status.PENDING)
    run_tasks()

    assert (the(RESOLUTION, conversation).paused_since is not None) == pauses


def test_night_in_which_the_clock_is_put_back_is_counted_by_the_wall(
    acme: Account, move_clock: MoveClock, run_tasks: RunTasks
) -> None:
    # Friday 16:00 in summer time; four working hours on it is Monday noon, in winter time.
    move_clock(datetime(2026, 10, 23, 15, tzinfo=UTC))

    conversation = opened()
    run_tasks()

    assert the(FIRST, conversation).due_at == datetime(2026, 10, 26, 12, tzinfo=UTC)


def test_reopened_by_the_customer_goes_on_with_the_resolution_alone(
    clock: MovedClock, agent: User, viewer_as: ViewerOf, run_tasks: RunTasks
) -> None:
    conversation = opened()
    clock.go(hours=1)
    answered(viewer_as(agent), conversation, status=Status.RESOLVED)
    run_tasks()
    stopped = the(RESOLUTION, conversation)
    conversation.refresh_from_db()
    assert (stopped.stopped_at, conversation.sla_due_at) == (at(10), None)

    clock.go(days=3)
    receive_message(conversation=conversation, contact=conversation.contact, text=mail("It broke."))
    run_tasks()

    resolution = the(RESOLUTION, conversation)
    assert (resolution.stopped_at, resolution.consumed_s) == (None, 3600)
    assert the(NEXT, conversation).started_at == at(72 + 10)
    conversation.refresh_from_db()
    assert conversation.sla_due_at == the(NEXT, conversation).due_at

    clock.go(hours=1)
    changed(viewer_as(agent), conversation, status="resolved")
    clock.go(days=8)
    receive_message(conversation=conversation, contact=conversation.contact, text=mail("Another thing."))
    run_tasks()

    assert SlaClock.objects.filter(conversation=conversation, kind=RESOLUTION).count() == 2
    assert SlaClock.objects.filter(conversation=conversation, kind=NEXT).count() == 2


def test_reopened_by_hand_goes_on_and_what_was_broken_stays_so(
    clock: MovedClock, agent: User, viewer_as: ViewerOf, run_tasks: RunTasks, published: Published
) -> None:
    conversation = opened()
    run_tasks()
    clock.go(hours=5)
    changed(viewer_as(agent), conversation, status="resolved")
    run_tasks()
    conversation.refresh_from_db()
    assert (the(FIRST, conversation).breached_at, conversation.sla_breached_at) == (at(13), at(13))
    assert published().count("SlaBreached") == 1

    changed(viewer_as(agent), conversation, status="open")
    run_tasks()

    first = the(FIRST, conversation)
    conversation.refresh_from_db()
    assert (first.stopped_at, first.due_at, first.next_look_at) == (None, at(13), None)
    assert (conversation.sla_breached_at, conversation.sla_due_at) == (at(13), at(13))
    assert published().count("SlaBreached") == 1


def test_spam_stops_and_its_undo_goes_on(
    clock: MovedClock, agent: User, viewer_as: ViewerOf, run_tasks: RunTasks
) -> None:
    conversation = opened()
    clock.go(hours=1)
    changed(viewer_as(agent), conversation, folder=Folder.SPAM)
    run_tasks()
    conversation.refresh_from_db()
    assert (the(FIRST, conversation).stopped_at, conversation.sla_due_at) == (at(10), None)

    clock.go(minutes=30)
    changed(viewer_as(agent), conversation, folder=Folder.INBOX)
    run_tasks()

    assert (the(FIRST, conversation).stopped_at, the(FIRST, conversation).due_at) == (None, at(13.5))


def test_merge_hands_the_wait_on_and_its_undo_brings_all_back(
    clock: MovedClock, agent: User, viewer_as: ViewerOf, run_tasks: RunTasks
) -> None:
    customer, viewer = make_contact(), viewer_as(agent)
    target = opened(contact=customer)
    clock.go(minutes=30)
    answered(viewer, target)
    source = opened(contact=customer)
    run_tasks()
    before = [(one.kind, one.started_at, one.due_at) for one in [*clocks(source), *clocks(target)]]
    clock.go(minutes=30)

    merge_conversations(viewer=viewer, conversation_id=source.id, into=target.id)
    run_tasks()

    assert all(one.stopped_at == at(10) for one in clocks(source))
    assert [(one.kind, one.started_at) for one in clocks(target)][-1] == (NEXT, at(9.5))

    undo_move(viewer=viewer, conversation_id=source.id, seq=LoggedEvent.objects.get(type="ConversationMerged").seq)
    run_tasks()

    assert [(one.kind, one.started_at, one.due_at) for one in [*clocks(source), *clocks(target)]] == before


def test_split_and_its_undo_move_the_wait(
    clock: MovedClock, agent: User, viewer_as: ViewerOf, run_tasks: RunTasks
) -> None:
    viewer = viewer_as(agent)
    old = opened()
    clock.go(minutes=30)
    answered(viewer, old)
    clock.go(minutes=30)
    message = receive_message(conversation=old, contact=old.contact, text=mail("And another thing"))
    run_tasks()

    new = split_conversation(viewer=viewer, conversation_id=old.id, message_ids=[message.id])
    run_tasks()

    assert next((one.kind, one.started_at, one.due_at) for one in clocks(new)) == (FIRST, at(10), at(14))
    assert not SlaClock.objects.filter(conversation=old, kind=NEXT).exists()

    undo_move(viewer=viewer, conversation_id=old.id, seq=LoggedEvent.objects.get(type="MessagesSplit").seq)
    run_tasks()

    assert the(NEXT, old).started_at == at(10)
    new.refresh_from_db()
    assert new.sla_due_at is None


@pytest.mark.parametrize(
    "scopes", [{"company": "company"}, {"company": "company", "team": "team"}, {"team": "team"}, {"priority": "high"}]
)
def test_narrowest_scope_decides(acme: Account, run_tasks: RunTasks, scopes: dict[str, str]) -> None:
    company = Company.objects.create(name="Big")
    own = make_policy("Team's own")
    team = make_team(sla_policy=own)
    values = {"company": company, "team": team, "priority": Priority.HIGH}
    weaker = [{"priority"}, {"team"}, {"team", "priority"}, {"company"}, {"company", "team"}]
    for number, names in enumerate([one for one in weaker if _is_wider(one, set(scopes))]):
        SlaScope.objects.create(policy=make_policy(f"Wider {number}"), **{name: values[name] for name in names})
    narrow = make_policy("Narrow")
    SlaScope.objects.create(policy=narrow, **{name: values[name] for name in scopes})
    SlaScope.objects.create(policy=make_policy("Of others"), company=Company.objects.create(name="Other"))

    conversation = opened(contact=make_contact(company=company), team=team, priority=Priority.HIGH)
    elsewhere = opened(team=team)
    run_tasks()

    conversation.refresh_from_db()
    elsewhere.refresh_from_db()
    assert conversation.sla_policy == narrow
    assert elsewhere.sla_policy == (narrow if set(scopes) == {"team"} else _team_scope() or own)


def _team_scope() -> SlaPolicy | None:
    found = SlaScope.objects.filter(company=None, priority="", team__isnull=False).select_related("policy").first()
    return found.policy if found else None


def _is_wider(names: set[str], than: set[str]) -> bool:
    order = ("company", "team", "priority")
    return tuple(name in names for name in order) < tuple(name in than for name in order)


def test_policy_set_by_hand_stays_until_it_is_left_to_the_rules(
    clock: MovedClock, agent: User, viewer_as: ViewerOf, run_tasks: RunTasks
) -> None:
    standard, gold = SlaPolicy.objects.get(), make_policy("Gold")
    conversation, viewer = opened(), viewer_as(agent)
    run_tasks()

    changed(viewer, conversation, sla_policy_id=gold.id)
    changed(viewer, conversation, priority="urgent")
    run_tasks()
    conversation.refresh_from_db()
    assert (conversation.sla_policy, conversation.sla_policy_is_set, conversation.sla_due_at) == (gold, True, at(10))
    assert LoggedEvent.objects.get(type="SlaPolicySet").data["policy_id"] == str(gold.id)

    changed(viewer, conversation, sla_policy_id=None)
    run_tasks()
    conversation.refresh_from_db()
    assert (conversation.sla_policy, conversation.sla_policy_is_set) == (standard, False)


def test_other_policy_counts_what_had_run_with_its_share(
    clock: MovedClock, agent: User, viewer_as: ViewerOf, run_tasks: RunTasks
) -> None:
    hours = BusinessHours.objects.get()
    longer = make_policy("Longer", hours=hours, first_response_s=8 * 3600, resolution_s=24 * 3600)
    conversation, viewer = opened(), viewer_as(agent)
    run_tasks()

    clock.go(hours=1)
    changed(viewer, conversation, sla_policy_id=longer.id)
    run_tasks()

    # A quarter of four hours had run, so a quarter of eight counts.
    assert the(FIRST, conversation).due_at == at(10 + 6)
    assert the(RESOLUTION, conversation).carried_at is None

    clock.go(hours=1)
    answered(viewer, conversation)
    run_tasks()

    stopped = the(FIRST, conversation)
    assert (stopped.consumed_s, stopped.target_s) == (3 * 3600, 8 * 3600)
    assert [one[2] for one in stopped.segments] == ["running"]


def test_clock_that_stopped_stays_as_it_was_promised(
    clock: MovedClock, agent: User, viewer_as: ViewerOf, run_tasks: RunTasks
) -> None:
    conversation, viewer = opened(), viewer_as(agent)
    clock.go(hours=1)
    answered(viewer, conversation)
    run_tasks()

    changed(viewer, conversation, sla_policy_id=make_policy("Gold").id)
    run_tasks()

    assert [(one.kind, one.target_s) for one in clocks(conversation)] == [(FIRST, 4 * 3600)]


def test_imported_conversation_is_taken_as_its_row_says(clock: MovedClock) -> None:
    pending = make_conversation(messages=1, status=Status.PENDING, created_at=clock.at)
    resolved = make_conversation(messages=1, status=Status.RESOLVED, created_at=clock.at - timedelta(days=3))

    keep_clocks(conversation_id=pending.id)
    keep_clocks(conversation_id=resolved.id)

    assert the(RESOLUTION, pending).paused_since == clock.at
    assert the(RESOLUTION, resolved).stopped_at == resolved.resolved_at
