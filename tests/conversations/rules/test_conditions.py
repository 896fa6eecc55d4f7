"""The if of a rule."""

from typing import Any

import pytest

from conversations.rules.conditions import DEEPEST, LEAVES_MOST, check_conditions, evaluate_conditions, may_hold
from conversations.rules.fields import FieldType, RuleOp, field_of, rule_fields

OPEN = {"field": "status", "op": "is", "value": "open"}
TEAM = "0192f3a0-0000-7000-8000-000000000001"


def _nested(levels: int) -> dict[str, Any]:
    tree: dict[str, Any] = OPEN
    for _level in range(levels):
        tree = {"all": [tree]}
    return tree


@pytest.mark.parametrize(
    "tree",
    [
        {},
        {"all": []},
        OPEN,
        {"all": [OPEN, {"any": [OPEN, {"none": [OPEN]}]}]},
        {"field": "team", "op": "in", "value": [TEAM]},
        {"field": "assignee", "op": "is_empty"},
        {"field": "assignee", "op": "is_empty", "value": False},
        {"field": "custom.Order number", "op": "gt", "value": 10**15},
        {"field": "contact.custom.vip", "op": "is", "value": True},
        {"field": "ai.category_confidence", "op": "gt", "value": 0.8},
        _nested(DEEPEST - 1),
    ],
)
def test_conditions_that_can_be_kept(tree: Any) -> None:
    assert check_conditions(tree) == {}


@pytest.mark.parametrize(
    ("path", "tree"),
    [
        ("conditions", []),
        ("conditions", {"any": []}),
        ("conditions", {"all": [OPEN], "any": [OPEN]}),
        ("conditions.all.1", {"all": [OPEN, "open"]}),
        ("conditions.all.0.field", {"all": [{"field": "password", "op": "is", "value": "x"}]}),
        ("conditions.all.0.field", {"all": [{"op": "is"}]}),
        ("conditions.all.0.any.0.op", {"all": [{"any": [{"field": "status", "op": "matches", "value": ".*"}]}]}),
        ("conditions.op", {"field": "status", "op": ["is"], "value": "open"}),
        ("conditions.value", {"field": "status", "op": "is", "value": "asleep"}),
        ("conditions.value", {"field": "status", "op": "in", "value": []}),
        ("conditions.value", {"field": "status", "op": "in", "value": "open"}),
        ("conditions.value", {"field": "team", "op": "is", "value": "Sales"}),
        ("conditions.value", {"field": "subject", "op": "contains", "value": "x" * 501}),
        ("conditions.value", {"field": "subject", "op": "contains", "value": "\x00"}),
        ("conditions.value", {"field": "custom.n", "op": "gt", "value": 10**400}),
        ("conditions.value", {"field": "waiting_s", "op": "gt", "value": -1}),
        ("conditions.value", {"field": "waiting_s", "op": "gt", "value": True}),
        ("conditions.value", {"field": "ai.urgency", "op": "gt", "value": float("nan")}),
        ("conditions", {"field": "status", "op": "is", "value": "open", "regex": "(a+)+$"}),
        ("conditions", {"all": [OPEN] * (LEAVES_MOST + 1)}),
        ("conditions", {"all": [{"any": [OPEN] * 26}, {"any": [OPEN] * 26}]}),
        ("conditions.all.0.all.0.all.0.all.0", _nested(DEEPEST)),
    ],
)
def test_conditions_that_are_refused(path: str, tree: Any) -> None:
    assert list(check_conditions(tree)) == [path]


def test_field_of_an_event_is_asked_of_its_own_trigger_only() -> None:
    tree = {"field": "after.priority", "op": "is", "value": "high"}

    assert check_conditions(tree, trigger="priority_changed") == {}
    assert list(check_conditions(tree, trigger="message_received")) == ["conditions.field"]


@pytest.mark.parametrize(
    ("op", "found", "wanted", "holds"),
    [
        ("is", "Refund", "refund", True),
        ("is", None, "refund", False),
        ("is_not", None, "refund", True),
        ("is", 1, True, False),
        ("in", "b", ["a", "B"], True),
        ("contains", "I am out of\n  the OFFICE", "Out of the office", True),
        ("contains", ["Refund", "VIP"], "vip", True),
        ("contains", ["Refunds"], "refund", False),
        ("not_contains", [], "vip", True),
        ("starts_with", "Re: parcel", "re:", True),
        ("is_empty", "", True, True),
        ("is_empty", [], False, False),
        ("gt", 5, 4, True),
        ("gt", "5", 4, False),
        ("lt", None, 4, False),
    ],
)
def test_operator(op: str, found: Any, wanted: Any, holds: bool) -> None:
    tree = {"field": "custom.x", "op": op, "value": wanted}

    assert evaluate_conditions(tree, {"custom.x": found}).holds is holds


def test_every_comparison_is_explained() -> None:
    tree = {"all": [OPEN, {"none": [{"field": "tags", "op": "contains", "value": "vip"}]}]}

    verdict = evaluate_conditions(tree, {"status": "pending", "tags": ["vip"]})

    assert not verdict.holds
    assert [(one.path, one.found, one.holds) for one in verdict.leaves] == [
        ("conditions.all.0", "pending", False),
        ("conditions.all.1.none.0", ["vip"], True),
    ]


@pytest.mark.parametrize(
    ("tree", "known", "possible"),
    [
        ({}, {}, True),
        (OPEN, {}, True),
        (OPEN, {"status": "pending"}, False),
        ({"none": [OPEN]}, {"status": "open"}, False),
        ({"none": [OPEN]}, {}, True),
        ({"any": [OPEN, {"field": "priority", "op": "is", "value": "low"}]}, {"status": "pending"}, True),
        ({"all": [OPEN, {"field": "priority", "op": "is", "value": "low"}]}, {"status": "pending"}, False),
    ],
)
def test_may_hold_with_what_is_known(tree: Any, known: Any, possible: bool) -> None:
    assert may_hold(tree, known) is possible


def test_fields_are_an_allow_list() -> None:
    fields = rule_fields()

    assert fields["status"].choices[0] == ("open", "Open")
    assert fields["after.tags"].ops == (RuleOp.CONTAINS, RuleOp.NOT_CONTAINS, RuleOp.IS_EMPTY)
    assert field_of("custom.a.b") is not None
    assert field_of("custom.") is None
    assert field_of("contact__password") is None
    assert {field.type for field in fields.values()} <= set(FieldType)
