"""Whether a rule can be kept."""

from typing import Any

import pytest

from conversations.rules.actions import rule_actions
from conversations.rules.checks import check_rule, sets_off

AGENT = "0192f3a0-0000-7000-8000-000000000001"
URGENT = {"type": "set_priority", "priority": "urgent"}


def _rule(**fields: Any) -> dict[str, Any]:
    return {"name": "Rule", "trigger": "message_received", "conditions": {}, "actions": [URGENT], **fields}


EVERY_ACTION: list[dict[str, Any]] = [
    {"type": "assign", "agent_id": AGENT},
    {"type": "assign", "agent_id": None},
    {"type": "assign_team", "team_id": AGENT},
    {"type": "route"},
    {"type": "add_tags", "tags": ["vip"]},
    {"type": "remove_tags", "tags": ["vip"]},
    URGENT,
    {"type": "set_status", "status": "pending"},
    {"type": "set_category", "category": "returns"},
    {"type": "snooze", "hours": 1.5},
    {"type": "snooze", "until_reply": True},
    {"type": "reply_template", "template_id": AGENT},
    {"type": "note", "text": "Look here"},
    {"type": "notify"},
    {"type": "notify", "agent_ids": [AGENT], "text": "Look here"},
    {"type": "webhook", "webhook_id": AGENT},
    {"type": "set_sla", "policy_id": AGENT},
]


@pytest.mark.parametrize("one", EVERY_ACTION, ids=lambda one: one["type"])
def test_action_that_can_be_kept(one: dict[str, Any]) -> None:
    assert check_rule(_rule(actions=[one])) == {}


def test_every_action_is_known() -> None:
    assert {one["type"] for one in EVERY_ACTION} == set(rule_actions())


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("name", {"name": " "}),
        ("name", {"name": "x" * 81}),
        ("trigger", {"trigger": "full_moon"}),
        ("trigger", {"trigger": None}),
        ("delay_s", {"delay_s": 60}),
        ("delay_s", {"trigger": "customer_waits"}),
        ("delay_s", {"trigger": "customer_waits", "delay_s": 59}),
        ("delay_s", {"trigger": "customer_waits", "delay_s": True}),
        ("conditions", {"conditions": None}),
        (
            "conditions",
            {"conditions": {"all": [{"field": "subject", "op": "in", "value": ["x" * 500] * 50}] * 2}},
        ),
        ("actions", {"actions": []}),
        ("actions", {"actions": [URGENT] * 11}),
        ("actions.0", {"actions": ["urgent"]}),
        ("actions.0", {"actions": [{"type": "delete_account"}]}),
        ("actions.0", {"actions": [{**URGENT, "url": "http://10.0.0.1/"}]}),
        ("actions.0.priority", {"actions": [{"type": "set_priority", "priority": "purple"}]}),
        ("actions.0.agent_id", {"actions": [{"type": "assign"}]}),
        ("actions.0.webhook_id", {"actions": [{"type": "webhook", "webhook_id": "http://10.0.0.1/"}]}),
        ("actions.0.tags", {"actions": [{"type": "add_tags", "tags": []}]}),
        ("actions.0.text", {"actions": [{"type": "note", "text": " "}]}),
        ("actions.0.hours", {"actions": [{"type": "snooze", "hours": -1}]}),
        ("actions.0", {"actions": [{"type": "snooze"}]}),
        ("actions.0", {"actions": [{"type": "snooze", "hours": 1, "until_reply": True}]}),
        ("actions.0.status", {"actions": [{"type": "set_status", "status": "snoozed"}]}),
        ("actions.1", {"actions": [URGENT, URGENT]}),
        ("actions.1", {"actions": [{"type": "assign", "agent_id": AGENT}, {"type": "route"}]}),
    ],
)
def test_rule_that_is_refused(path: str, fields: dict[str, Any]) -> None:
    assert list(check_rule(_rule(**fields))) == [path]


def test_rule_that_sets_itself_off_is_refused() -> None:
    assert list(check_rule(_rule(trigger="priority_changed"))) == ["actions"]


def test_rule_whose_conditions_are_false_after_it_acted_is_kept() -> None:
    low = {"field": "after.priority", "op": "is", "value": "low"}

    assert check_rule(_rule(trigger="priority_changed", conditions=low)) == {}


def test_rule_that_adds_another_tag_than_it_listens_to_is_kept() -> None:
    refund = {"field": "after.tags", "op": "contains", "value": "refund"}
    actions = [{"type": "add_tags", "tags": ["money"]}]

    assert check_rule(_rule(trigger="tags_changed", conditions=refund, actions=actions)) == {}
    assert "actions" in check_rule(_rule(trigger="tags_changed", conditions={}, actions=actions))


def test_actions_set_off_what_listens_to_them() -> None:
    assert sets_off([URGENT], "priority_changed", {})
    assert not sets_off([URGENT], "status_changed", {})
    assert not sets_off([URGENT], "priority_changed", {"field": "actor", "op": "is", "value": "agent"})
