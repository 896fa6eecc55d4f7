"""What macros can do, without a database."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from conversations.macro_actions import (
    VARIABLES,
    MacroUser,
    check_macro_actions,
    macro_changes,
    macro_texts,
    rendered,
)
from hummdesk.errors import ValidationFailed

USER = MacroUser(uuid4(), datetime(2026, 11, 23, 8, tzinfo=UTC))
OTHER = str(uuid4())


@pytest.mark.parametrize(
    "one",
    [
        {"type": "reply", "text": "Hi {{contact.first_name}}"},
        {"type": "note", "text": "{{ agent.name }} at {{account.name}} {{"},
        {"type": "assign", "agent_id": "me"},
        {"type": "assign", "agent_id": OTHER},
        {"type": "assign", "agent_id": None},
        {"type": "team", "team_id": None},
        {"type": "add_tags", "tags": ["vip"]},
        {"type": "remove_tags", "tags": ["vip"]},
        {"type": "status", "status": "resolved"},
        {"type": "status", "status": "snoozed", "hours": 2},
        {"type": "snooze", "until_reply": True},
        {"type": "snooze", "hours": 0.5},
        {"type": "priority", "priority": "urgent"},
        {"type": "category", "category": None},
    ],
)
def test_action_is_taken(one: Any) -> None:
    check_macro_actions([one])


@pytest.mark.parametrize(
    "one",
    [
        None,
        "reply",
        {},
        {"type": ["reply"]},
        {"type": "delete"},
        {"type": "reply"},
        {"type": "reply", "text": "  "},
        {"type": "reply", "text": "x" * 10_001},
        {"type": "reply", "text": "{{contact.password}}"},
        {"type": "reply", "text": "{{ settings.SECRET_KEY }}"},
        {"type": "reply", "text": "{{}}"},
        {"type": "reply", "text": "x", "cc": ["a@b.example"]},
        {"type": "assign"},
        {"type": "assign", "agent_id": "you"},
        {"type": "team", "team_id": "me"},
        {"type": "team", "team_id": 7},
        {"type": "add_tags", "tags": []},
        {"type": "add_tags", "tags": "vip"},
        {"type": "add_tags", "tags": [1]},
        {"type": "status", "status": "gone"},
        {"type": "status", "status": "snoozed"},
        {"type": "status", "status": "open", "hours": 1},
        {"type": "snooze"},
        {"type": "snooze", "until_reply": False},
        {"type": "snooze", "until_reply": True, "hours": 1},
        {"type": "snooze", "hours": 0},
        {"type": "snooze", "hours": True},
        {"type": "snooze", "hours": 10**400},
        {"type": "snooze", "hours": float("inf")},
        {"type": "snooze", "hours": float("nan")},
        {"type": "priority", "priority": None},
        {"type": "category"},
        {"type": "category", "category": 5},
    ],
)
def test_action_is_refused_by_its_place(one: Any) -> None:
    with pytest.raises(ValidationFailed) as caught:
        check_macro_actions([{"type": "note", "text": "fine"}, one])

    assert list(caught.value.errors) == ["actions.1"]


@pytest.mark.parametrize("actions", [[], [{"type": "note", "text": "x"}] * 21, [{"type": "reply", "text": "x"}] * 2])
def test_macro_of_wrong_size_is_refused(actions: Any) -> None:
    with pytest.raises(ValidationFailed) as caught:
        check_macro_actions(actions)

    assert list(caught.value.errors) == ["actions"]


def test_changes_of_all_actions_are_one() -> None:
    actions: list[dict[str, Any]] = [
        {"type": "add_tags", "tags": ["a", "b"]},
        {"type": "reply", "text": "x"},
        {"type": "snooze", "hours": 2},
        {"type": "remove_tags", "tags": ["B", "c"]},
        {"type": "assign", "agent_id": "me"},
        {"type": "priority", "priority": "low"},
        {"type": "priority", "priority": "high"},
    ]

    assert macro_changes(actions, user=USER) == {
        "add_tags": ["a"],
        "remove_tags": ["B", "c"],
        "status": "snoozed",
        "snoozed_until": USER.now + timedelta(hours=2),
        "assignee_id": USER.agent_id,
        "priority": "high",
    }
    assert [one.text for one in macro_texts(actions)] == ["x"]


def test_later_status_ends_a_snooze() -> None:
    actions: list[dict[str, Any]] = [{"type": "snooze", "until_reply": True}, {"type": "status", "status": "open"}]

    assert macro_changes(actions, user=USER) == {"status": "open"}


def test_value_is_written_as_it_is_and_on_one_line() -> None:
    values = dict.fromkeys(VARIABLES, "x") | {"contact.name": "{{agent.name}}\r\n<b> {% now %} \\1"}

    assert rendered("Hi {{ contact.name }}!", values) == "Hi {{agent.name}} <b> {% now %} \\1!"
    assert rendered("{{contact.name", values) == "{{contact.name"
