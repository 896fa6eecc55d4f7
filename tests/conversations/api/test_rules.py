"""Automation rules by the API."""

from typing import Any
from uuid import uuid4

import pytest

from accounts.models import User
from conversations.actions.receive_message import IncomingText, open_conversation
from conversations.models import AutomationRule, Conversation
from conversations.rules.actions import rule_actions
from tests.accounts.api.clients import problem
from tests.factories import make_contact, make_conversation, make_team
from tests.fixtures.cast import ApiOf
from tests.fixtures.work import RunTasks

RULES = "/api/v1/automation-rules"
URGENT = {"type": "set_priority", "priority": "urgent"}
FIELDS: dict[str, Any] = {
    "name": "Parcels are urgent",
    "trigger": "message_received",
    "conditions": {"all": [{"field": "subject", "op": "contains", "value": "parcel"}]},
    "actions": [URGENT],
}


def _open() -> Conversation:
    text = IncomingText(body_html="", body_text="Where is it?")
    return open_conversation(contact=make_contact(), subject="My parcel", text=text).conversation


def test_rule_is_made_read_changed_moved_and_deleted(api_of: ApiOf, admin: User) -> None:
    api = api_of(admin)

    made = api.post(RULES, FIELDS)
    second = api.post(RULES, {**FIELDS, "name": "Second", "is_active": False, "stops": True})
    url = f"{RULES}/{made.json()['id']}"
    changed = api.patch(url, {"name": "Renamed", "version": 1, "position": 1})

    assert made.status_code == 201, made.content
    assert made.json().keys() >= {"id", "position", "is_active", "delay_s", "stops", "version", *FIELDS}
    assert (second.json()["is_active"], second.json()["stops"], second.json()["position"]) == (False, True, 1)
    assert (changed.json()["name"], changed.json()["version"], changed.json()["position"]) == ("Renamed", 2, 1)
    assert [one["name"] for one in api.get(RULES).json()["results"]] == ["Second", "Renamed"]
    assert problem(api.patch(url, {"name": "Stale", "version": 1})) == (409, "conflict")
    assert api.get(url).json() == changed.json()
    assert api.delete(url).status_code == 204
    assert problem(api.get(url)) == (404, "not_found")


@pytest.mark.parametrize(
    ("path", "changes"),
    [
        ("trigger", {"trigger": "full_moon"}),
        ("actions", {"actions": []}),
        ("actions.0.team_id", {"actions": [{"type": "assign_team", "team_id": str(uuid4())}]}),
        ("conditions.all.0.value", {"conditions": {"all": [{"field": "status", "op": "is", "value": "x"}]}}),
        ("conditions.all.0.op", {"conditions": {"all": [{"field": "subject", "op": "matches", "value": "(a+)+$"}]}}),
        ("actions", {"trigger": "priority_changed", "conditions": {}}),
    ],
)
def test_rule_is_refused_by_path(api_of: ApiOf, admin: User, path: str, changes: dict[str, Any]) -> None:
    answer = api_of(admin).post(RULES, {**FIELDS, **changes})

    assert problem(answer) == (422, "validation_error")
    assert list(answer.json()["errors"]) == [path]
    assert not AutomationRule.objects.exists()


def test_rules_are_for_those_who_manage_them(api_of: ApiOf, leader: User) -> None:
    api = api_of(leader)

    assert problem(api.get(RULES)) == (403, "permission_denied")
    assert problem(api.post(RULES, FIELDS)) == (403, "permission_denied")
    assert problem(api.get(f"{RULES}/fields")) == (403, "permission_denied")


def test_fields_are_listed(api_of: ApiOf, admin: User) -> None:
    listed = api_of(admin).get(f"{RULES}/fields").json()

    status = next(one for one in listed["fields"] if one["name"] == "status")
    assert status["choices"][0] == {"value": "open", "label": "Open"}
    assert {"value": "in", "label": "is one of"} in status["operators"]
    assert [one["type"] for one in listed["actions"]] == list(rule_actions())
    assert {one["value"] for one in listed["triggers"]} >= {"customer_waits", "message_received"}


def test_rule_is_tried_and_its_runs_are_listed(api_of: ApiOf, admin: User, run_tasks: RunTasks) -> None:
    api = api_of(admin)
    url = f"{RULES}/{api.post(RULES, FIELDS).json()['id']}"
    conversation = _open()

    tried = api.post(f"{url}/test", {"conversation_id": str(conversation.id)})
    run_tasks()
    runs = api.get(f"{url}/runs", {"outcome": "applied"}).json()["results"]

    assert tried.status_code == 200, tried.content
    assert tried.json()["matches"] is True
    assert tried.json()["actions"] == [{**URGENT, "done": True, "why": ""}]
    (run,) = runs
    assert (run["display_id"], run["outcome"]) == (conversation.display_id, "applied")
    assert "found" not in run["conditions"][0]
    assert api.get(f"{url}/runs", {"outcome": "cut"}).json()["results"] == []
    assert problem(api.post(f"{url}/test", {"conversation_id": str(uuid4())})) == (404, "not_found")


def test_backtest_by_api(api_of: ApiOf, admin: User, run_tasks: RunTasks) -> None:
    api = api_of(admin)
    url = f"{RULES}/{api.post(RULES, FIELDS).json()['id']}"
    _open()

    before = api.get(f"{url}/backtest")
    asked = api.post(f"{url}/backtest")
    run_tasks()
    done = api.get(f"{url}/backtest").json()

    assert problem(before) == (404, "not_found")
    assert (asked.status_code, asked.json()["state"]) == (202, "queued")
    assert (done["state"], done["matched"], done["is_cut"], done["differing"]) == ("done", 1, False, [])
    assert (len(done["matching"]), done["begun"]) == (1, None)


def test_backtest_is_stopped_by_api(api_of: ApiOf, admin: User) -> None:
    api = api_of(admin)
    url = f"{RULES}/{api.post(RULES, {**FIELDS, 'trigger': 'customer_waits', 'delay_s': 3600}).json()['id']}/backtest"

    none = api.delete(url)
    api.post(url)
    stopped = api.delete(url)

    assert problem(none) == (404, "not_found")
    assert stopped.status_code == 204
    assert api.get(url).json()["state"] == "stopped"


def test_timeline_names_the_rule(api_of: ApiOf, admin: User, run_tasks: RunTasks) -> None:
    api = api_of(admin)
    rule = api.post(RULES, FIELDS).json()
    conversation = _open()
    run_tasks()

    events = api.get(f"/api/v1/conversations/{conversation.id}/events").json()["results"]

    (changed,) = [one for one in events if one["type"] == "conversation_priority_changed"]
    assert changed["rule"] == rule["id"]
    assert changed["actor"] == {"type": "rule", "id": rule["id"], "name": rule["name"]}


def test_used_tag_is_not_deleted(api_of: ApiOf, admin: User) -> None:
    api = api_of(admin)
    tag = api.post("/api/v1/tags", {"name": "vip"}).json()
    make_team(), make_conversation()
    rule = api.post(RULES, {**FIELDS, "actions": [{"type": "add_tags", "tags": ["vip"]}]}).json()

    refused = api.delete(f"/api/v1/tags/{tag['id']}")

    assert problem(refused) == (409, "conflict")
    assert refused.json()["rules"] == [{"id": rule["id"], "name": rule["name"]}]
