"""Giving what waits to whoever can take it, as an event or the sweep begins it."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Account, User
from conversations.actions.change_conversation import change_conversation
from conversations.actions.receive_message import IncomingText, open_conversation
from conversations.actions.route import drain_waiting, note_waiting, route_after_event, route_waiting
from conversations.enums import ChosenBy, Folder, MessageKind, Priority, Status
from conversations.models import Category, CategorySkill, Conversation, RoutingDecision
from conversations.tasks import sweep_queues
from hummdesk.events.actor import ActorKind
from hummdesk.events.models import LoggedEvent
from teams.actions.set_agent_status import set_agent_status
from teams.enums import AgentStatus, RoutingStrategy
from teams.models import Agent, AgentLoad, AgentSkill, Skill, Team
from tests.conversations.conftest import ViewerOf
from tests.factories import make_agent, make_contact, make_conversation, make_message, make_team
from tests.fixtures.moving import MoveClock
from tests.fixtures.work import RunTasks

pytestmark = pytest.mark.usefixtures("acme")


def online(**fields: Any) -> Agent:
    return make_agent(status=AgentStatus.ONLINE, **fields)


def routed_team(*agents: Agent, routing: RoutingStrategy = RoutingStrategy.LEAST_LOADED, **fields: Any) -> Team:
    return make_team(agents=agents, routing=routing, **fields)


def waiting(team: Team, **fields: Any) -> Conversation:
    return make_conversation(team=team, messages=1, **fields)


def assignees(*conversations: Conversation) -> Sequence[Agent | None]:
    for conversation in conversations:
        conversation.refresh_from_db()
    return [conversation.assignee for conversation in conversations]


def test_waiting_conversation_is_given_with_a_decision_and_an_event() -> None:
    ana, ben = online(), online(max_capacity=1)
    AgentLoad.objects.filter(agent=ben).update(current_load=1)
    team = routed_team(ana, ben)
    conversation = waiting(team)
    version = conversation.version

    step = route_waiting()

    assert step.given == 1
    assert assignees(conversation) == [ana]
    assert conversation.version == version + 1
    decision = RoutingDecision.objects.get()
    assert (decision.conversation, decision.team, decision.agent) == (conversation, team, ana)
    assert decision.strategy == RoutingStrategy.LEAST_LOADED
    assert decision.reason["rule"] == ChosenBy.LEAST_LOADED
    assert [(one["agent_id"], one["load"], one["capacity"], one["excluded"]) for one in decision.candidates] == [
        (str(ana.pk), 0, 12, []),
        (str(ben.pk), 1, 1, ["full"]),
    ]
    event = LoggedEvent.objects.get(type="ConversationAssigned")
    assert (event.actor_kind, event.object_id) == (ActorKind.SYSTEM, conversation.id)
    assert event.data["decision_id"] == str(decision.id)
    assert event.data["assignee_id"] == str(ana.pk)


def test_conversations_of_one_step_are_spread() -> None:
    ana, ben = online(), online()
    team = routed_team(ana, ben)
    conversations = [waiting(team) for _number in range(4)]

    route_waiting()

    assert sorted(str(one) for one in assignees(*conversations)) == sorted([ana.name] * 2 + [ben.name] * 2)


def test_order_of_the_queue_is_priority_then_promise_then_wait() -> None:
    now = timezone.now()
    team = routed_team(online(max_capacity=4))
    last = waiting(team, priority=Priority.LOW)
    third = waiting(team)
    second = waiting(team, sla_due_at=now + timedelta(hours=2))
    first = waiting(team, sla_due_at=now + timedelta(hours=1))
    urgent = waiting(team, priority=Priority.URGENT)
    Conversation.objects.filter(id=third.id).update(waiting_since=now - timedelta(hours=1))

    for expected in (urgent, first, second, third, last):
        route_waiting(limit=1)
        newest = RoutingDecision.objects.order_by("-at").first()
        assert newest is not None
        assert newest.conversation == expected
        AgentLoad.objects.update(current_load=0)


@pytest.mark.parametrize(
    "fields",
    [
        {"status": Status.PENDING},
        {"status": Status.SNOOZED},
        {"status": Status.RESOLVED},
        {"folder": Folder.SPAM},
        {"folder": Folder.TRASH},
    ],
)
def test_what_does_not_wait_is_left_alone(fields: dict[str, Any]) -> None:
    conversation = waiting(routed_team(online()), **fields)

    route_waiting()

    assert assignees(conversation) == [None]


def test_team_by_hand_and_what_has_an_agent_or_no_team_are_left_alone() -> None:
    ana = online()
    by_hand = waiting(routed_team(ana, routing=RoutingStrategy.MANUAL))
    without = make_conversation()
    taken = waiting(routed_team(ana), assignee=make_agent())

    route_waiting()

    assert assignees(by_hand, without) == [None, None]
    assert assignees(taken) != [ana]


def test_nobody_is_given_more_than_they_can_take_in_one_step() -> None:
    team = routed_team(online(max_capacity=2), online(max_capacity=1))
    conversations = [waiting(team) for _number in range(5)]

    step = route_waiting()

    assert step.given == 3
    assert sum(1 for one in assignees(*conversations) if one is None) == 2


def test_agents_of_other_teams_and_former_ones_are_no_candidates() -> None:
    online()
    conversation = waiting(routed_team(online(is_active=False)))

    route_waiting()

    assert assignees(conversation) == [None]


def test_language_and_skills_of_the_category_are_asked_for() -> None:
    skill, category = Skill.objects.create(name="Returns"), Category.objects.create(name="Returning", slug="returning")
    CategorySkill.objects.create(category=category, skill=skill, min_level=3)
    novice, master = online(languages=["fi"]), online(languages=["fi"])
    swede = online(languages=["sv"])
    AgentSkill.objects.create(agent=novice, skill=skill, level=2)
    AgentSkill.objects.create(agent=master, skill=skill, level=3)
    AgentSkill.objects.create(agent=swede, skill=skill, level=5)
    AgentLoad.objects.filter(agent=master).update(current_load=9)
    conversation = waiting(routed_team(novice, master, swede), language="fi", category=category)

    route_waiting()

    assert assignees(conversation) == [master]
    needs = RoutingDecision.objects.get().reason["needs"]
    assert needs["language"] == "fi"
    assert needs["skills"] == {str(skill.id): 3}


def test_out_of_office_is_by_the_day_of_the_account(acme: Account) -> None:
    today = timezone.localdate()
    out = online(out_from_on=today - timedelta(days=1), out_until_on=today + timedelta(days=1))
    back = online(out_from_on=today - timedelta(days=9), out_until_on=today - timedelta(days=2))
    conversation = waiting(routed_team(out, back))

    route_waiting()

    assert assignees(conversation) == [back]


@pytest.mark.parametrize(
    ("moment", "is_out"),
    [
        ("2026-12-23T21:59:59Z", False),
        ("2026-12-23T22:00:00Z", True),
        ("2026-12-26T21:59:59Z", True),
        ("2026-12-26T22:00:00Z", False),
    ],
)
def test_days_out_of_office_begin_and_end_at_midnight_of_the_account(
    acme: Account, move_clock: MoveClock, monkeypatch: pytest.MonkeyPatch, moment: str, is_out: bool
) -> None:
    tenant: Any = connection.tenant  # type: ignore[attr-defined]  # of django-tenants
    monkeypatch.setattr(tenant, "timezone", "Europe/Helsinki")  # two hours ahead in December
    ana = online(out_from_on=date(2026, 12, 24), out_until_on=date(2026, 12, 26))
    conversation = waiting(routed_team(ana))
    move_clock(datetime.fromisoformat(moment))

    route_waiting()

    assert assignees(conversation) == [None if is_out else ana]


def test_those_whom_nobody_can_take_do_not_block_the_queue() -> None:
    team = routed_team(online(languages=["en"]))
    stuck = [waiting(team, language="sv", priority=Priority.URGENT) for _number in range(3)]
    conversation = waiting(team, language="en")

    step = route_waiting(limit=2)

    assert step.given == 1
    assert assignees(conversation) != [None]
    assert assignees(*stuck) == [None] * 3


def test_sticky_team_gives_it_to_who_answered_the_customer_last() -> None:
    ana, ben = online(), online()
    contact = make_contact()
    earlier = make_conversation(contact=contact, messages=1, first_replied_at=timezone.now())
    make_message(earlier, kind=MessageKind.REPLY, agent=ana, created_at=timezone.now() - timedelta(hours=1))
    make_message(earlier, kind=MessageKind.REPLY, agent=ben)
    AgentLoad.objects.filter(agent=ben).update(current_load=5)
    conversation = waiting(routed_team(ana, ben, is_sticky=True), contact=contact)

    route_waiting()

    assert assignees(conversation) == [ben]
    assert RoutingDecision.objects.get().reason["rule"] == ChosenBy.STICKY


def test_who_gave_it_back_does_not_get_it_again(viewer_as: ViewerOf, agent: User) -> None:
    ana = Agent.objects.get(pk=agent.pk)
    Agent.objects.filter(pk=agent.pk).update(status=AgentStatus.ONLINE)
    team = routed_team(ana)
    conversation = waiting(team, assignee=ana)
    change_conversation(viewer=viewer_as(agent), conversation_id=conversation.id, changes={"assignee_id": None})

    route_after_event(conversation.id, {"assignee_before": str(ana.pk)})

    assert assignees(conversation) == [None]
    decision = RoutingDecision.objects.get()
    assert decision.agent is None


def test_decision_for_nobody_is_kept_once_per_change_of_its_reasons() -> None:
    ana = make_agent(status=AgentStatus.AWAY)
    conversation = waiting(routed_team(ana))

    for _again in range(3):
        note_waiting(conversation_id=conversation.id)
    AgentLoad.objects.update(current_load=12)
    note_waiting(conversation_id=conversation.id)

    reasons = [one.candidates[0]["excluded"] for one in RoutingDecision.objects.order_by("at")]
    assert reasons == [["offline"], ["offline", "full"]]
    assert assignees(conversation) == [None]
    assert not LoggedEvent.objects.filter(type="ConversationAssigned").exists()


def test_new_conversation_is_routed_by_its_event(run_tasks: RunTasks) -> None:
    ana = online()
    team = routed_team(ana)

    message = open_conversation(
        contact=make_contact(), subject="Hello", text=IncomingText("<p>Hi</p>", "Hi"), team=team
    )
    run_tasks()

    assert assignees(message.conversation) == [ana]


def test_queue_drains_when_somebody_comes_online(run_tasks: RunTasks, viewer_as: ViewerOf, admin: User) -> None:
    ana = make_agent(status=AgentStatus.OFFLINE)
    conversation = waiting(routed_team(ana))

    set_agent_status(agent_id=ana.pk, status=AgentStatus.ONLINE, actor=viewer_as(admin).actor)
    run_tasks()

    assert assignees(conversation) == [ana]


@pytest.mark.parametrize("changes", [{"status": Status.RESOLVED}, {"assignee_id": None}, {"folder": Folder.TRASH}])
def test_queue_drains_when_somebody_gets_room(
    run_tasks: RunTasks, viewer_as: ViewerOf, admin: User, changes: dict[str, Any]
) -> None:
    ana = online(max_capacity=1)
    other, team = make_team(), routed_team(ana)
    busy = make_conversation(team=other, assignee=ana)
    conversation = waiting(team)

    change_conversation(viewer=viewer_as(admin), conversation_id=busy.id, changes=changes)
    run_tasks()

    assert assignees(conversation) == [ana]


def test_sweep_finds_accounts_where_something_can_move(run_tasks: RunTasks) -> None:
    ana = make_agent(status=AgentStatus.AWAY)
    conversation = waiting(routed_team(ana))

    assert sweep_queues() == 0
    Agent.objects.filter(pk=ana.pk).update(status=AgentStatus.ONLINE)
    assert sweep_queues() == 1
    run_tasks()

    assert assignees(conversation) == [ana]


def test_team_of_the_category_gets_what_only_routing_has_touched(
    run_tasks: RunTasks, viewer_as: ViewerOf, admin: User
) -> None:
    ana, ben = online(), online()
    first, second = routed_team(ana), routed_team(ben)
    category = Category.objects.create(name="Invoices", slug="invoices", team=second)
    conversation, without_team = waiting(first), make_conversation()
    drain_waiting()

    for one in (conversation, without_team):
        change_conversation(viewer=viewer_as(admin), conversation_id=one.id, changes={"category": category.id})
    run_tasks()

    assert assignees(conversation, without_team) == [ben, ben]
    assert {conversation.team, without_team.team} == {second}


def test_team_of_the_category_does_not_take_what_people_have_chosen(
    run_tasks: RunTasks, viewer_as: ViewerOf, admin: User
) -> None:
    team = routed_team(online())
    category = Category.objects.create(name="Invoices", slug="invoices", team=routed_team(online()))
    viewer = viewer_as(admin)
    assigned, moved, answered = make_conversation(), make_conversation(), waiting(team)
    change_conversation(viewer=viewer, conversation_id=assigned.id, changes={"assignee_id": admin.pk})
    change_conversation(viewer=viewer, conversation_id=moved.id, changes={"team_id": team.id})
    Conversation.objects.filter(id=answered.id).update(first_replied_at=timezone.now())

    for one in (assigned, moved, answered):
        change_conversation(viewer=viewer, conversation_id=one.id, changes={"category": category.id})
    run_tasks()

    for one in (assigned, moved, answered):
        one.refresh_from_db()
    assert [one.team for one in (assigned, moved, answered)] == [None, team, team]
    assert assigned.assignee_id == admin.pk


def test_language_of_the_first_message_is_the_conversation_s_where_the_contact_has_none() -> None:
    text = IncomingText("", "Hei, tilaukseni ei ole vielä saapunut. Voitteko kertoa, missä paketti on nyt?")

    found = open_conversation(contact=make_contact(), subject="Hei", text=text).conversation
    known = open_conversation(contact=make_contact(language="sv"), subject="Hei", text=text).conversation

    assert (found.language, known.language) == ("fi", "sv")
