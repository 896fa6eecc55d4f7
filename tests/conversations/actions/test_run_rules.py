"""Automation rules at work."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Account, User
from conversations.actions.change_conversation import change_conversation
from conversations.actions.notify import notify_of_event
from conversations.actions.receive_message import IncomingText, open_conversation, receive_message
from conversations.actions.run_rule_timers import purge_rule_runs
from conversations.actions.run_rules import RUNS_OF_RULE_MOST, run_rules
from conversations.actions.save_rule import change_rule, create_rule
from conversations.enums import Folder, MessageKind, NotificationKind, RuleOutcome, Status
from conversations.models import AutomationRule, Conversation, Notification, RuleRun, WebhookDelivery
from hummdesk.events.models import LoggedEvent
from teams.access import Viewer
from teams.enums import AgentStatus, RoutingStrategy
from tests.conversations.conftest import ViewerOf
from tests.factories import make_agent, make_contact, make_conversation, make_team, make_webhook
from tests.fixtures.work import RunTasks

URGENT = {"type": "set_priority", "priority": "urgent"}
VIP = {"field": "subject", "op": "contains", "value": "vip"}


@pytest.fixture
def manager(viewer_as: ViewerOf, admin: User) -> Viewer:
    return viewer_as(admin)


def _rule(viewer: Viewer, *actions: dict[str, Any], **fields: Any) -> AutomationRule:
    given = {"name": f"Rule {AutomationRule.objects.count()}", "trigger": "message_received", **fields}
    return create_rule(viewer=viewer, fields={**given, "actions": list(actions or [URGENT])})


def _mail(subject: str = "VIP order") -> Conversation:
    text = IncomingText(body_html="<p>Hello</p>", body_text="Hello there, where is it?")
    return open_conversation(contact=make_contact(), subject=subject, text=text).conversation


def _outcomes() -> list[tuple[str, str]]:
    return list(RuleRun.objects.order_by("at").values_list("rule__name", "outcome"))


def test_rule_that_matches_acts_as_itself(manager: Viewer, run_tasks: RunTasks) -> None:
    rule = _rule(manager, URGENT, {"type": "add_tags", "tags": ["vip"]}, conditions=VIP)

    conversation = _mail()
    run_tasks()

    conversation.refresh_from_db()
    assert conversation.priority == "urgent"
    assert [tag.name for tag in conversation.tags.all()] == ["vip"]
    done = LoggedEvent.objects.filter(object_id=conversation.id, actor_kind="rule").order_by("seq")
    assert [event.type for event in done] == ["ConversationPriorityChanged", "ConversationTagsChanged", "RuleApplied"]
    assert {event.actor_id for event in done} == {rule.id}
    run = RuleRun.objects.get()
    assert run.outcome == RuleOutcome.APPLIED
    assert run.details["actions"] == [
        {"type": "set_priority", "priority": "urgent", "done": True, "why": ""},
        {"type": "add_tags", "tags": ["vip"], "done": True, "why": ""},
    ]
    (leaf,) = run.details["conditions"]
    assert (leaf["path"], leaf["holds"], "found" in leaf) == ("conditions", True, False)


def test_rule_that_does_not_match_says_why(manager: Viewer, run_tasks: RunTasks) -> None:
    _rule(manager, conditions={"all": [{"field": "priority", "op": "is", "value": "high"}]})

    conversation = _mail()
    run_tasks()

    conversation.refresh_from_db()
    assert conversation.priority == "normal"
    run = RuleRun.objects.get()
    assert run.outcome == RuleOutcome.NO_MATCH
    assert run.details["conditions"][0]["found"] == "normal"


def test_second_run_does_nothing(manager: Viewer, run_tasks: RunTasks) -> None:
    _rule(manager, {"type": "note", "text": "Once"})
    conversation = _mail()
    run_tasks()

    run_rules(LoggedEvent.objects.get(type="ConversationOpened"))

    assert RuleRun.objects.count() == 1
    assert conversation.messages.filter(kind=MessageKind.SYSTEM, body_text="Once").count() == 1


def test_rules_act_in_order_until_one_stops(manager: Viewer, run_tasks: RunTasks) -> None:
    urgent = {"field": "priority", "op": "is", "value": "urgent"}
    _rule(manager)
    _rule(manager, {"type": "set_status", "status": "pending"}, conditions=urgent, stops=True)
    _rule(manager, {"type": "set_status", "status": "resolved"})

    conversation = _mail()
    run_tasks()

    conversation.refresh_from_db()
    assert (conversation.priority, conversation.status) == ("urgent", "pending")
    assert _outcomes() == [("Rule 0", "applied"), ("Rule 1", "applied")]


def test_rule_that_fails_leaves_nothing_half_done_and_says_why(manager: Viewer, run_tasks: RunTasks) -> None:
    _rule(
        manager,
        URGENT,
        {"type": "snooze", "hours": 1},
        trigger="status_changed",
        conditions={"field": "after.status", "op": "is", "value": "closed"},
    )
    conversation = make_conversation()

    change_conversation(viewer=manager, conversation_id=conversation.id, changes={"status": "closed"})
    run_tasks()

    conversation.refresh_from_db()
    run = RuleRun.objects.get()
    assert (conversation.priority, conversation.status) == ("normal", "closed")
    assert run.outcome == RuleOutcome.FAILED
    assert "closed" in run.details["why"]
    assert not LoggedEvent.objects.filter(actor_kind="rule").exists()


def test_rule_sees_what_the_event_changed(manager: Viewer, run_tasks: RunTasks) -> None:
    _rule(
        manager,
        {"type": "note", "text": "Came back"},
        trigger="status_changed",
        conditions={
            "all": [
                {"field": "before.status", "op": "is", "value": "resolved"},
                {"field": "after.status", "op": "is", "value": "open"},
                {"field": "actor", "op": "is", "value": "contact"},
            ]
        },
    )
    contact = make_contact()
    conversation = make_conversation(contact=contact, status=Status.RESOLVED)

    receive_message(conversation=conversation, contact=contact, text=IncomingText(body_html="", body_text="Again"))
    run_tasks()

    assert [run.outcome for run in RuleRun.objects.all()] == ["applied"]


def test_rule_that_acts_too_often_on_one_conversation_is_cut(manager: Viewer, run_tasks: RunTasks) -> None:
    is_high = {"field": "after.priority", "op": "is", "value": "high"}
    _rule(manager, {"type": "set_status", "status": "pending"}, trigger="priority_changed", conditions=is_high)
    conversation = make_conversation()

    for _time in range(RUNS_OF_RULE_MOST + 2):
        for changes in ({"status": "open", "priority": "low"}, {"priority": "high"}):
            change_conversation(viewer=manager, conversation_id=conversation.id, changes=changes)
        run_tasks()

    outcomes = [outcome for _name, outcome in _outcomes()]
    assert outcomes.count("applied") == RUNS_OF_RULE_MOST
    assert outcomes.count("cut") == 2


def test_rule_leaves_spam_alone_unless_it_asks_for_the_folder(manager: Viewer, run_tasks: RunTasks) -> None:
    _rule(manager)
    text = IncomingText(body_html="", body_text="Buy")
    spam = open_conversation(contact=make_contact(is_blocked=True), subject="Buy", text=text).conversation
    run_tasks()
    runs = RuleRun.objects.count()
    _rule(manager, conditions={"field": "folder", "op": "is", "value": "spam"})

    receive_message(conversation=spam, contact=spam.contact, text=text)
    run_tasks()

    spam.refresh_from_db()
    assert runs == 0
    assert (spam.folder, spam.priority) == (Folder.SPAM, "urgent")


def test_agents_are_told_and_webhooks_called(manager: Viewer, agent: User, leader: User, run_tasks: RunTasks) -> None:
    wanted, other = make_webhook(event_types=["notification"]), make_webhook(event_types=["conversation.read"])
    rule = _rule(
        manager,
        {"type": "notify", "agent_ids": [str(leader.id)]},
        {"type": "webhook", "webhook_id": str(wanted.id)},
    )

    conversation = _mail()
    run_rules(LoggedEvent.objects.get(type="ConversationOpened"))

    delivery = WebhookDelivery.objects.get(type="rule.applied")
    assert delivery.webhook_id == wanted.id != other.id
    assert delivery.payload["data"]["rule_id"] == str(rule.id)
    assert delivery.payload["data"]["conversation_id"] == str(conversation.id)
    notify_of_event(event_seq=LoggedEvent.objects.get(type="RuleApplied").seq)
    told = Notification.objects.get(kind=NotificationKind.RULE)
    assert (told.agent_id, told.actor_kind, told.actor_id) == (leader.id, "rule", rule.id)


def test_each_agent_is_told_in_the_words_of_the_actions_that_tell_them(
    manager: Viewer, agent: User, leader: User
) -> None:
    rule = _rule(
        manager,
        {"type": "notify", "agent_ids": [str(leader.id)], "text": "Look at this"},
        {"type": "notify", "agent_ids": [str(leader.id), str(agent.id)], "text": "A lamp is broken"},
        {"type": "notify", "agent_ids": [str(agent.id)]},
    )

    _mail()
    run_rules(LoggedEvent.objects.get(type="ConversationOpened"))
    applied = LoggedEvent.objects.get(type="RuleApplied")
    notify_of_event(event_seq=applied.seq)
    change_rule(viewer=manager, rule_id=rule.id, changes={"actions": [{"type": "notify", "text": "Other words"}]})

    texts = dict(Notification.objects.filter(kind=NotificationKind.RULE).values_list("agent_id", "text"))
    assert applied.data["notices"] == {str(leader.id): "0 1", str(agent.id): "1 2"}
    assert texts == {leader.id: "Look at this · A lamp is broken", agent.id: "A lamp is broken"}


def test_account_without_rules_costs_one_query(acme: Account) -> None:
    conversation = _mail()

    event = LoggedEvent.objects.get(type="ConversationOpened", object_id=conversation.id)

    with CaptureQueriesContext(connection) as queries:
        run_rules(event)

    assert len(queries) == 1


def test_old_log_goes(manager: Viewer, acme: Account) -> None:
    rule, now = _rule(manager), timezone.now()
    for days, outcome in ((8, "no_match"), (6, "no_match"), (91, "applied"), (89, "applied")):
        RuleRun.objects.create(
            rule=rule, conversation=make_conversation(), outcome=outcome, event_seq=1, at=now - timedelta(days=days)
        )

    assert purge_rule_runs() == 2
    assert RuleRun.objects.count() == 2


def test_route_finds_another_agent_of_the_team(manager: Viewer, run_tasks: RunTasks) -> None:
    ana, ben = make_agent(status=AgentStatus.AWAY), make_agent(status=AgentStatus.ONLINE)
    team = make_team(agents=[ana, ben], routing=RoutingStrategy.LEAST_LOADED)
    conversation = make_conversation(team=team, assignee=ana, messages=1)
    rule = _rule(manager, {"type": "route"}, trigger="tags_changed")

    change_conversation(viewer=manager, conversation_id=conversation.id, changes={"add_tags": ["again"]})
    run_tasks()

    conversation.refresh_from_db()
    assert conversation.assignee == ben
    let_go, given = LoggedEvent.objects.filter(object_id=conversation.id, type="ConversationAssigned").order_by("seq")
    assert (let_go.actor_id, let_go.data["assignee_before"], let_go.data["assignee_id"]) == (
        rule.id,
        str(ana.pk),
        None,
    )
    assert (given.actor_kind, given.data["assignee_id"]) == ("system", str(ben.pk))
    assert given.data["decision_id"]
    assert RuleRun.objects.get().details["actions"] == [{"type": "route", "done": True, "why": ""}]


@pytest.mark.parametrize(
    ("routing", "why"),
    [
        (RoutingStrategy.MANUAL, "It is in no team that finds an agent by itself."),
        (RoutingStrategy.LEAST_LOADED, "It waits for an agent already."),
    ],
)
def test_route_says_why_it_had_nothing_to_do(
    manager: Viewer, run_tasks: RunTasks, routing: RoutingStrategy, why: str
) -> None:
    conversation = make_conversation(team=make_team(routing=routing), messages=1)
    _rule(manager, {"type": "route"}, trigger="tags_changed")

    change_conversation(viewer=manager, conversation_id=conversation.id, changes={"add_tags": ["again"]})
    run_tasks()

    assert RuleRun.objects.get().details["actions"] == [{"type": "route", "done": False, "why": why}]
