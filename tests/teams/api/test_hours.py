"""Business hours by the API."""

from typing import Any

import pytest

from accounts.models import Account, User
from teams.models import BusinessHours
from tests.accounts.api.clients import problem
from tests.factories import make_team
from tests.fixtures.cast import ApiOf

HOURS = "/api/v1/business-hours"
FIELDS: dict[str, Any] = {
    "name": "Night desk",
    "timezone": "Europe/Helsinki",
    "country": "FI",
    "periods": [
        {"weekday": 0, "opens": "18:00", "closes": "24:00"},
        {"weekday": 1, "opens": "00:00", "closes": "02:30"},
    ],
    "days": [{"day_on": "2026-12-24", "name": "Christmas Eve", "is_open": False}],
}


def test_hours_are_made_changed_listed_and_deleted(api_of: ApiOf, leader: User) -> None:
    api = api_of(leader)

    made = api.post(HOURS, FIELDS)
    one = f"{HOURS}/{made.json()['id']}"
    changed = api.patch(one, {"days": [], "version": 1})
    names = [hours["name"] for hours in api.get(HOURS).json()["results"]]
    deleted = api.delete(one)

    assert made.status_code == 201, made.content
    assert {name: made.json()[name] for name in FIELDS} == FIELDS
    assert (made.json()["is_default"], made.json()["subdivision"], made.json()["version"]) == (False, "", 1)
    assert (changed.json()["days"], changed.json()["version"]) == ([], 2)
    assert names == ["Night desk", "Office hours"]
    assert deleted.status_code == 204
    assert api.get(one).status_code == 404


@pytest.mark.parametrize(
    ("field", "changes", "words"),
    [
        ("periods", {"periods": [{"weekday": 2, "opens": "12:00", "closes": "12:00"}]}, "Wednesday"),
        ("periods", {"periods": [{"weekday": 2, "opens": "noon", "closes": "13:00"}]}, "Wednesday"),
        ("periods", {"periods": [*FIELDS["periods"], {"weekday": 1, "opens": "02:00", "closes": "03:00"}]}, "Tuesday"),
        ("timezone", {"timezone": "Helsinki"}, "IANA"),
        ("country", {"country": "ZZ"}, "ZZ"),
        ("days", {"days": [*FIELDS["days"], *FIELDS["days"]]}, "24 December 2026"),
    ],
)
def test_what_is_wrong_is_told_by_name(
    api_of: ApiOf, leader: User, field: str, changes: dict[str, Any], words: str
) -> None:
    answer = api_of(leader).post(HOURS, {**FIELDS, **changes})

    assert problem(answer) == (422, "validation_error")
    assert words in answer.json()["errors"][field][0]
    assert not BusinessHours.objects.filter(name="Night desk").exists()


def test_stale_version_and_hours_in_use_are_conflicts(api_of: ApiOf, leader: User) -> None:
    api = api_of(leader)
    one = f"{HOURS}/{api.post(HOURS, FIELDS).json()['id']}"
    make_team(name="Night", hours=BusinessHours.objects.get(name="Night desk"))

    refused = api.delete(one)

    assert problem(refused) == (409, "conflict")
    assert refused.json()["used_by"] == ["team “Night”"]
    assert problem(api.patch(one, {"name": "x", "version": 9})) == (409, "conflict")
    assert list(api.post(HOURS, FIELDS).json()["errors"]) == ["name"]


def test_agents_read_hours_and_leaders_change_them(api_of: ApiOf, agent: User, acme: Account) -> None:
    api = api_of(agent)
    one = f"{HOURS}/{BusinessHours.objects.get(is_default=True).pk}"

    assert api.get(one).json()["name"] == "Office hours"
    assert problem(api.post(HOURS, FIELDS)) == (403, "permission_denied")
    assert problem(api.patch(one, {"name": "x"})) == (403, "permission_denied")
    assert problem(api.delete(one)) == (403, "permission_denied")
    assert problem(api.get(f"{HOURS}/{acme.pk}")) == (404, "not_found")
