"""SLA policies by the API."""

from typing import Any

from accounts.models import Account, User
from teams.models import BusinessHours, SlaPolicy
from tests.accounts.api.clients import problem
from tests.factories import make_team
from tests.fixtures.cast import ApiOf

POLICIES = "/api/v1/sla-policies"
FIELDS: dict[str, Any] = {
    "name": "Gold",
    "first_response_s": 3600,
    "next_response_s": None,
    "resolution_s": 86400,
    "warn_percent": 80,
    "pauses_while_pending": False,
    "is_default": False,
}


def test_policy_is_made_changed_previewed_listed_and_deleted(api_of: ApiOf, leader: User, acme: Account) -> None:
    api, team = api_of(leader), make_team()
    hours = str(BusinessHours.objects.get(is_default=True).pk)
    scope = {"company_id": None, "team_id": str(team.pk), "priority": "urgent"}

    made = api.post(POLICIES, {**FIELDS, "hours_id": hours, "scopes": [scope]})
    one = f"{POLICIES}/{made.json()['id']}"
    changed = api.patch(one, {"first_response_s": 1800, "scopes": [{"priority": "high"}], "version": 1})
    preview = api.post(f"{one}/preview", {"first_response_s": 600})
    names = [policy["name"] for policy in api.get(POLICIES).json()["results"]]
    deleted = api.delete(one)

    assert made.status_code == 201, made.content
    assert {name: made.json()[name] for name in FIELDS} == FIELDS
    assert (made.json()["hours_id"], made.json()["scopes"], made.json()["version"]) == (hours, [scope], 1)
    assert changed.json()["scopes"] == [{"company_id": None, "team_id": None, "priority": "high"}]
    assert changed.json()["version"] == 2
    assert preview.json() == {"conversation_count": 0, "moved_count": 0, "late_count": 0, "is_whole": True}
    assert names == ["Gold", "Standard"]
    assert deleted.status_code == 204
    assert api.get(one).status_code == 404


def test_what_is_wrong_is_refused(api_of: ApiOf, leader: User, acme: Account) -> None:
    api = api_of(leader)
    one = f"{POLICIES}/{SlaPolicy.objects.get(is_default=True).pk}"

    for field, body in (
        ("first_response_s", {"first_response_s": -1}),
        ("warn_percent", {"warn_percent": 0}),
        ("scopes", {"scopes": [{}]}),
        ("hours_id", {"hours_id": str(acme.pk)}),
        ("due", {"due": 1}),
    ):
        answer = api.patch(one, body)
        assert problem(answer) == (422, "validation_error"), body
        assert list(answer.json()["errors"]) == [field]
    assert problem(api.patch(one, {"version": 9})) == (409, "conflict")
    assert problem(api.delete(one)) == (409, "conflict")
    assert problem(api.delete(f"{one}?move_to={acme.pk}")) == (422, "validation_error")


def test_agents_read_policies_and_leaders_change_them(api_of: ApiOf, agent: User, acme: Account) -> None:
    api = api_of(agent)
    one = f"{POLICIES}/{SlaPolicy.objects.get(is_default=True).pk}"

    assert api.get(one).json()["name"] == "Standard"
    assert problem(api.post(POLICIES, FIELDS)) == (403, "permission_denied")
    assert problem(api.patch(one, {"name": "x"})) == (403, "permission_denied")
    assert problem(api.post(f"{one}/preview", {})) == (403, "permission_denied")
    assert problem(api.delete(one)) == (403, "permission_denied")
    assert problem(api.get(f"{POLICIES}/{acme.pk}")) == (404, "not_found")
