"""The settings pages of business hours."""

from typing import Any

import pytest

from accounts.models import Account, User
from teams.models import BusinessHours
from tests.factories import make_team
from tests.fixtures.cast import ClientOf

LIST, NEW = "/settings/hours", "/settings/hours/new"
HTMX = {"HX-Request": "true", "HX-Target": "hours-form"}


def own_hours() -> BusinessHours:
    return BusinessHours.objects.get(is_default=True)


def page_of(hours: BusinessHours, part: str = "") -> str:
    return f"{LIST}/{hours.pk}{part}"


def fields(**given: Any) -> dict[str, Any]:
    week = {f"opens-{day}": ["09:00"] for day in range(5)} | {f"closes-{day}": ["17:00"] for day in range(5)}
    return {"name": "Desk", "timezone": "Europe/Helsinki", "country": "", **week, **given}


@pytest.fixture
def hours(acme: Account) -> BusinessHours:
    return BusinessHours.objects.create(name="Evening", timezone="Europe/Helsinki", country="FI")


def test_only_who_manages_promises_finds_the_pages(
    client_of: ClientOf, agent: User, leader: User, hours: BusinessHours
) -> None:
    for url in (LIST, NEW, page_of(hours)):
        assert client_of(agent).get(url).status_code == 403
        assert client_of(leader).get(url).status_code == 200
    assert client_of(agent).post(page_of(hours, "/delete")).status_code == 403
    assert LIST not in client_of(agent).get("/settings/profile").text
    assert LIST in client_of(leader).get("/settings/profile").text


def test_list_says_when_each_opens(client_of: ClientOf, leader: User, hours: BusinessHours) -> None:
    text = client_of(leader).get(LIST).text

    assert "Mon–Fri 09:00–17:00" in text
    assert '<span class="chip">The account' in text
    assert "Never open" in text


def test_several_periods_a_day_are_saved(client_of: ClientOf, leader: User) -> None:
    given = fields(**{"opens-0": ["08:00", "13:00"], "closes-0": ["12:00", "00:00"], "country": "FI"})

    answer = client_of(leader).post(NEW, given)

    hours = BusinessHours.objects.get(name="Desk")
    assert (answer.status_code, answer["Location"]) == (303, page_of(hours))
    assert [str(one) for one in hours.periods.filter(weekday=0)] == ["0: 480-720", "0: 780-1440"]
    assert hours.periods.filter(weekday__gt=4).count() == 0
    text = client_of(leader).get(page_of(hours)).text
    assert 'value="13:00"' in text
    assert '<rect class="hours-bar" x="480" width="240"' in text
    assert "Independence Day" in text


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"opens-1": ["09:00", "11:00"], "closes-1": ["12:00", "15:00"]}, "09:00–12:00 and 11:00–15:00 overlap."),
        ({"opens-1": ["09:00"], "closes-1": ["09:00"]}, "09:00–09:00 is empty."),
        ({"opens-1": ["09:00"], "closes-1": [""]}, "a period needs both times."),
        ({"name": ""}, "This field is required."),
        ({"timezone": "Mars"}, "Select a valid choice"),
        ({"name": "Office hours"}, "There are other hours of this name."),
        (
            {"day_on": ["", "2026-13-01"], "day_name": ["Party", ""], "day_kind": ["closed"] * 2},
            "“Party” needs a date.",
        ),
        ({"day_on": ["2026-12-24"] * 2, "day_name": ["", ""], "day_kind": ["closed"] * 2}, "more than once"),
    ],
)
def test_what_is_wrong_is_told_in_place_and_nothing_is_saved(
    client_of: ClientOf, leader: User, hours: BusinessHours, given: dict[str, Any], words: str
) -> None:
    answer = client_of(leader).post(page_of(hours), fields(**given), headers=HTMX)

    assert answer.status_code == 422
    assert words in answer.text
    assert answer.text.lstrip().startswith("<form")
    hours.refresh_from_db()
    assert (hours.name, hours.version, hours.periods.count()) == ("Evening", 1, 0)


@pytest.mark.parametrize(
    ("deed", "count"), [("add-0", 2), ("remove-0-0", 0), ("remove-0-9", 1), ("show", 1), ("add-9", 1), ("add-x", 1)]
)
def test_rows_come_and_go_without_saving(
    client_of: ClientOf, leader: User, hours: BusinessHours, deed: str, count: int
) -> None:
    answer = client_of(leader).post(page_of(hours), fields(do=deed, name="Typed"))

    assert answer.status_code == 200
    assert answer.text.count('name="opens-0"') == count
    assert 'value="Typed"' in answer.text
    hours.refresh_from_db()
    assert hours.name == "Evening"


def test_own_days_are_added_removed_and_saved(client_of: ClientOf, leader: User, hours: BusinessHours) -> None:
    client = client_of(leader)
    rows = {"day_on": ["2026-12-24", ""], "day_name": ["Eve", ""], "day_kind": ["closed", "closed"]}

    more = client.post(page_of(hours), fields(do="add-day", **rows)).text
    fewer = client.post(page_of(hours), fields(do="remove-day-0", **rows)).text
    worked = client.post(page_of(hours), fields(do="open-2026-12-25", country="FI", **rows)).text
    client.post(page_of(hours), fields(**rows))

    assert (more.count('name="day_on"'), fewer.count('name="day_on"')) == (3, 1)
    assert 'value="2026-12-25"' in worked
    assert [str(one) for one in hours.holidays.all()] == ["2026-12-24 Eve"]


def test_monday_is_copied_to_the_working_days(client_of: ClientOf, leader: User) -> None:
    given = fields(
        do="copy", **{"opens-0": ["10:00"], "closes-0": ["11:00"], "opens-6": ["12:00"], "closes-6": ["13:00"]}
    )

    text = client_of(leader).post(NEW, given).text

    assert (text.count('value="10:00"'), text.count('value="12:00"')) == (5, 1)


def test_country_shows_its_parts_and_holidays_before_it_is_saved(client_of: ClientOf, leader: User) -> None:
    text = client_of(leader).post(NEW, fields(do="show", country="US", subdivision="CA"), headers=HTMX).text

    assert "California" in text
    assert "Martin Luther King Jr. Day" in text


def test_stale_version_is_refused(client_of: ClientOf, leader: User, hours: BusinessHours) -> None:
    assert client_of(leader).post(page_of(hours), fields(version="7")).status_code == 409


def test_unused_hours_are_deleted_and_used_ones_are_not(
    client_of: ClientOf, leader: User, hours: BusinessHours
) -> None:
    team = make_team(name="Night", hours=hours)
    refused = client_of(leader).post(page_of(hours, "/delete"))
    team.delete()

    answer = client_of(leader).post(page_of(hours, "/delete"))

    assert refused.status_code == 409
    assert "team “Night”" in refused.text
    assert (answer.status_code, answer["Location"]) == (303, LIST)
    assert client_of(leader).post(page_of(own_hours(), "/delete")).status_code == 409
    assert page_of(own_hours(), "/delete") not in client_of(leader).get(page_of(own_hours())).text
