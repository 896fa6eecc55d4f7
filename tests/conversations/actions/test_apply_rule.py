"""Every action that rules can do, at work: what is so afterwards, what the log says, and when it does nothing."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import Account, User
from conversations.actions.notify import notify_of_event
from conversations.actions.receive_message import IncomingText, open_conversation
from conversations.actions.run_rules import run_rules
from conversations.actions.save_rule import create_rule
from conversations.enums import MessageKind, NotificationKind, Status
from conversations.models import AutomationRule, Category, Conversation, Notification, RuleRun, WebhookDelivery
from conversations.rules.actions import rule_actions
from email_channel.models import EmailTemplate
from hummdesk.events.models import LoggedEvent
from teams.access import Viewer
from teams.enums import AgentStatus, RoutingStrategy
from teams.models import SlaPolicy
from tests.conversations.conftest import ViewerOf
from tests.factories import agent_of, make_agent, make_contact, make_tag, make_team, make_webhook
from tests.fixtures.work import RunTasks


@pytest.fixture
def manager(viewer_as: ViewerOf, admin: User) -> Viewer:
    return viewer_as(admin)


@pytest.fixture
def conversation(acme: Account) -> Conversation:
    """It is just there: no rule has looked at it yet."""
    text = IncomingText(body_html="", body_text="Where is it?")
    return open_conversation(contact=make_contact(), subject="Parcel", text=text).conversation


Apply = Callable[..., RuleRun]


@pytest.fixture
def apply(manager: Viewer, conversation: Conversation) -> Apply:
    """Make a function that lets a new rule do these things with the conversation, and returns its log."""

    def act(*actions: dict[str, Any]) -> RuleRun:
        fields = {"name": f"Rule {AutomationRule.objects.count()}", "trigger": "message_received"}
        rule = create_rule(viewer=manager, fields={**fields, "actions": list(actions)})
        run_rules(LoggedEvent.objects.get(type="ConversationOpened", object_id=conversation.id))
        conversation.refresh_from_db()
        return RuleRun.objects.get(rule=rule)

    return act


def _by_rule(run: RuleRun) -> list[str]:
    events = LoggedEvent.objects.filter(object_id=run.conversation_id, actor_kind="rule", actor_id=run.rule_id)
    return list(events.order_by("seq").values_list("type", flat=True))


def _done(run: RuleRun) -> list[bool]:
    return [one["done"] for one in run.details["actions"]]


def _given(agent: User) -> dict[str, tuple[dict[str, Any], str, Callable[[Conversation], object], object]]:
    """Return actions that set something, by type: with the event, and what is then so."""
    team = make_team("Returns")
    category = Category.objects.create(name="Lamps", slug="lamps")
    policy = SlaPolicy.objects.create(name="Gold")
    return {
        "assign": (
            {"agent_id": str(agent.id)},
            "ConversationAssigned",
            lambda found: found.assignee_id,
            agent.id,
        ),
        "assign_team": (
            {"team_id": str(team.id)},
            "ConversationTeamChanged",
            lambda found: found.team_id,
            team.id,
        ),
        "add_tags": (
            {"tags": ["vip"]},
            "ConversationTagsChanged",
            lambda found: [tag.name for tag in found.tags.all()],
            ["vip"],
        ),
        "set_priority": (
            {"priority": "urgent"},
            "ConversationPriorityChanged",
            lambda found: found.priority,
            "urgent",
        ),
        "set_status": (
            {"status": "resolved"},
            "ConversationStatusChanged",
            lambda found: found.status,
            "resolved",
        ),
        "set_category": (
            {"category": "lamps"},
            "ConversationCategoryChanged",
            lambda found: found.category_id,
            category.id,
        ),
        "set_sla": (
            {"policy_id": str(policy.pk)},
            "SlaPolicySet",
            lambda found: (found.sla_policy_id, found.sla_policy_is_set),
            (policy.pk, True),
        ),
    }


_SETTING = ("assign", "assign_team", "add_tags", "set_priority", "set_status", "set_category", "set_sla")
_TESTED_BELOW = {"remove_tags", "snooze", "route", "reply_template", "note", "notify", "webhook"}


def test_every_action_is_tested_here() -> None:
    assert {*_SETTING, *_TESTED_BELOW} == set(rule_actions())


@pytest.mark.parametrize("kind", _SETTING)
def test_action_that_sets_something_does_it_once(
    apply: Apply, conversation: Conversation, agent: User, kind: str
) -> None:
    params, event, value_of, wanted = _given(agent)[kind]

    first = apply({"type": kind, **params})
    second = apply({"type": kind, **params})

    assert value_of(conversation) == wanted
    assert (_done(first), first.outcome, _by_rule(first)) == ([True], "applied", [event, "RuleApplied"])
    assert (_done(second), second.outcome, _by_rule(second)) == ([False], "nothing", [])
    assert second.details["actions"][0]["why"] == "It was so already."


@pytest.mark.parametrize(
    ("kind", "param", "field"),
    [
        ("assign", "agent_id", "assignee_id"),
        ("assign_team", "team_id", "team_id"),
        ("set_category", "category", "category_id"),
    ],
)
def test_action_that_takes_something_away(
    apply: Apply, conversation: Conversation, agent: User, kind: str, param: str, field: str
) -> None:
    apply({"type": kind, **_given(agent)[kind][0]})

    run = apply({"type": kind, param: None})

    assert _done(run) == [True]
    assert getattr(conversation, field) is None


def test_tags_come_off(apply: Apply, conversation: Conversation) -> None:
    conversation.tags.add(make_tag("vip"), make_tag("parcel"))

    run = apply({"type": "remove_tags", "tags": ["VIP"]})

    assert [tag.name for tag in conversation.tags.all()] == ["parcel"]
    assert (_done(run), _by_rule(run)) == ([True], ["ConversationTagsChanged", "RuleApplied"])


@pytest.mark.parametrize(("how", "has_end"), [({"hours": 2}, True), ({"until_reply": True}, False)])
def test_it_is_snoozed(apply: Apply, conversation: Conversation, how: dict[str, Any], has_end: bool) -> None:
    run = apply({"type": "snooze", **how})

    assert conversation.status == Status.SNOOZED
    assert (conversation.snoozed_until is not None) is has_end
    assert (_done(run), _by_rule(run)) == ([True], ["ConversationStatusChanged", "RuleApplied"])


def test_router_finds_an_agent(apply: Apply, conversation: Conversation, run_tasks: RunTasks) -> None:
    before, free = (make_agent(status=AgentStatus.ONLINE, languages=["en"]) for _number in range(2))
    team = make_team("Returns", agents=[free], routing=RoutingStrategy.LEAST_LOADED)
    Conversation.objects.filter(id=conversation.id).update(team=team, assignee=before)

    run = apply({"type": "route"})
    run_tasks()

    conversation.refresh_from_db()
    assert (_done(run), _by_rule(run)) == ([True], ["ConversationAssigned", "RuleApplied"])
    assert conversation.assignee == free


def test_route_says_why_it_does_nothing(apply: Apply, conversation: Conversation) -> None:
    nowhere = apply({"type": "route"})
    Conversation.objects.filter(id=conversation.id).update(
        team=make_team("Returns", routing=RoutingStrategy.LEAST_LOADED)
    )
    waits = apply({"type": "route"})

    assert "no team" in nowhere.details["actions"][0]["why"]
    assert waits.details["actions"][0]["why"] == "It waits for an agent already."


def test_template_is_asked_for(apply: Apply) -> None:
    template = EmailTemplate.objects.create(name="Hello", subject="Hi", body_html="<p>Hi</p>", language="en")

    run = apply({"type": "reply_template", "template_id": str(template.id)})

    asked = LoggedEvent.objects.get(type="TemplateReplyAsked")
    assert (_done(run), _by_rule(run)) == ([True], ["TemplateReplyAsked", "RuleApplied"])
    assert (asked.data["template_id"], asked.data["rule_id"]) == (str(template.id), str(run.rule_id))


def test_note_is_left_for_agents_alone(apply: Apply, conversation: Conversation) -> None:
    run = apply({"type": "note", "text": "Look <here>"})

    note = conversation.messages.get(kind=MessageKind.SYSTEM, body_text="Look <here>")
    assert "&lt;here&gt;" in note.body_html
    assert (_done(run), _by_rule(run)) == ([True], ["NoteAdded", "RuleApplied"])


def test_agents_are_told(apply: Apply, conversation: Conversation, leader: User, agent: User) -> None:
    nobody = apply({"type": "notify"})
    Conversation.objects.filter(id=conversation.id).update(assignee=agent_of(agent))
    named = apply({"type": "notify", "agent_ids": [str(leader.id)], "text": "Look"}, {"type": "notify"})

    notify_of_event(event_seq=LoggedEvent.objects.get(type="RuleApplied").seq)

    told = Notification.objects.filter(kind=NotificationKind.RULE)
    assert "nobody to tell" in nobody.details["actions"][0]["why"]
    assert _done(named) == [True, True]
    assert set(told.values_list("agent_id", "text")) == {(leader.id, "Look"), (agent.id, "")}


def test_webhook_is_called(apply: Apply) -> None:
    webhook = make_webhook(event_types=["notification"])

    run = apply({"type": "webhook", "webhook_id": str(webhook.id)})

    delivery = WebhookDelivery.objects.get(type="rule.applied")
    assert (delivery.webhook_id, delivery.payload["data"]["rule_id"]) == (webhook.id, str(run.rule_id))
    assert _done(run) == [True]


def test_several_actions_are_one_change(apply: Apply, conversation: Conversation) -> None:
    version = conversation.version

    run = apply(
        {"type": "set_priority", "priority": "high"},
        {"type": "add_tags", "tags": ["vip"]},
        {"type": "note", "text": "Look"},
    )

    assert _done(run) == [True, True, True]
    assert conversation.version == version + 1
    assert _by_rule(run) == ["ConversationPriorityChanged", "ConversationTagsChanged", "NoteAdded", "RuleApplied"]
