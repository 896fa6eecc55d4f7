"""A stranger's client of automation rules: API.md "Teams, routing, SLA", with nothing but HTTP and a token."""

from typing import Any

import pytest

from accounts.models import Account, User
from tests.fixtures.live import LiveServer
from tests.test_contract import Stranger, open_one

RULE = {
    "id",
    "name",
    "position",
    "is_active",
    "trigger",
    "delay_s",
    "conditions",
    "actions",
    "stops",
    "version",
    "created_at",
    "updated_at",
}
FIELDS: dict[str, Any] = {
    "name": "Parcels",
    "trigger": "message_received",
    "conditions": {"any": [{"field": "subject", "op": "contains", "value": "parcel"}]},
    "actions": [{"type": "set_priority", "priority": "high"}],
}


@pytest.fixture
def admins_api(committed: None, live: LiveServer, acme: Account, admin: User) -> Stranger:
    return Stranger(live, admin.email)


def test_rules_are_made_tried_changed_and_deleted(admins_api: Stranger) -> None:
    api = admins_api
    conversation = open_one(api)

    made = api.post("/automation-rules", FIELDS)
    path = f"/automation-rules/{made['id']}"
    tried = api.post(f"{path}/test", {"conversation_id": conversation["id"]}, status=200)
    changed = api.patch(path, {"is_active": False, "version": made["version"]})

    assert set(made) == RULE
    assert set(tried) == {"matches", "why", "event_seq", "conditions", "actions"}
    assert (tried["matches"], tried["actions"][0]["done"]) == (True, True)
    assert set(tried["conditions"][0]) == {"path", "field", "op", "wanted", "found", "holds"}
    assert api.get(f"/conversations/{conversation['id']}")["priority"] == "normal"
    assert (changed["is_active"], changed["version"]) == (False, made["version"] + 1)
    assert made["id"] in [one["id"] for one in api.get("/automation-rules")["results"]]
    assert api.get(f"{path}/runs")["results"] == []
    assert set(api.get("/automation-rules/fields")) == {"triggers", "fields", "actions"}
    assert api.post(f"{path}/backtest", status=202)["state"] in ("queued", "running", "done")
    assert set(api.get(f"{path}/backtest")) >= {
        "state",
        "total",
        "seen",
        "matched",
        "is_cut",
        "differing",
        "matching",
        "begun",
    }
    api.delete(f"{path}/backtest")
    api.delete(path)
    api.get(path, expect=404)


def test_rules_that_can_not_be_are_refused_by_path(admins_api: Stranger) -> None:
    api = admins_api
    unknown = {"conditions": {"all": [{"field": "password", "op": "is", "value": "x"}]}}
    itself = {"trigger": "priority_changed", "conditions": {}}

    assert list(api.post("/automation-rules", {**FIELDS, **unknown}, status=422)["errors"]) == [
        "conditions.all.0.field"
    ]
    assert list(api.post("/automation-rules", {**FIELDS, **itself}, status=422)["errors"]) == ["actions"]
