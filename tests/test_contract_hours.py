"""A stranger's client of hours and promises: API.md "Teams, routing, SLA", with nothing but HTTP and a token."""

import pytest

from accounts.models import Account, User
from tests.fixtures.live import LiveServer
from tests.test_contract import Stranger

HOURS = {"id", "name", "timezone", "country", "subdivision", "periods", "days", "is_default", "version"}
POLICY = {
    "id",
    "name",
    "hours_id",
    "first_response_s",
    "next_response_s",
    "resolution_s",
    "warn_percent",
    "pauses_while_pending",
    "is_default",
    "scopes",
    "version",
}


@pytest.fixture
def leaders_api(committed: None, live: LiveServer, acme: Account, leader: User) -> Stranger:
    return Stranger(live, leader.email)


def test_hours_and_policies_are_made_changed_listed_and_deleted(leaders_api: Stranger) -> None:
    api = leaders_api
    monday = [{"weekday": 0, "opens": "09:00", "closes": "17:00"}]

    hours = api.post("/business-hours", {"name": "Desk", "timezone": "Europe/Helsinki", "periods": monday})
    policy = api.post("/sla-policies", {"name": "Gold", "first_response_s": 3600, "hours_id": hours["id"]})
    hours_path, policy_path = f"/business-hours/{hours['id']}", f"/sla-policies/{policy['id']}"
    preview = api.post(f"{policy_path}/preview", {"first_response_s": 60}, status=200)

    assert (set(hours), set(policy)) == (HOURS, POLICY)
    assert set(preview) == {"conversation_count", "moved_count", "late_count", "is_whole"}
    assert api.patch(hours_path, {"country": "FI"})["version"] == 2
    assert api.patch(policy_path, {"scopes": [{"priority": "urgent"}]})["scopes"][0]["priority"] == "urgent"
    refused = api.patch(hours_path, {"periods": [*monday, *monday]}, status=422)
    assert "Monday" in refused["errors"]["periods"][0]
    assert hours["id"] in [one["id"] for one in api.get("/business-hours")["results"]]
    assert policy["id"] in [one["id"] for one in api.get("/sla-policies")["results"]]
    api.delete(policy_path)
    api.delete(hours_path)
    api.get(hours_path, expect=404)
