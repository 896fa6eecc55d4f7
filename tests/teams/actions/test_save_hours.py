from datetime import date
from typing import Any

import pytest

from accounts.models import Account
from email_channel.actions.save_mailbox import remove_mailbox
from hummdesk.errors import Conflict, NotFound, PermissionDenied, ValidationFailed
from hummdesk.events.models import LoggedEvent
from teams.access import Viewer
from teams.actions.save_hours import change_hours, create_hours, delete_hours
from teams.models import BusinessHours, BusinessPeriod, Holiday, SlaPolicy, Team
from tests.factories import make_mailbox, make_team

EVENING = [{"weekday": 0, "opens": "18:00", "closes": "22:00"}]
FIELDS: dict[str, Any] = {
    "name": " Evening   desk ",
    "timezone": "Europe/Helsinki",
    "country": "FI",
    "periods": EVENING,
    "days": [{"day_on": date(2026, 12, 24), "name": "Christmas Eve"}],
}


def stored() -> tuple[list[Any], ...]:
    """Return all that is stored about hours."""
    return tuple(list(model.objects.order_by("pk").values()) for model in (BusinessHours, BusinessPeriod, Holiday))


def own_hours() -> BusinessHours:
    return BusinessHours.objects.get(is_default=True)


def test_create_hours_keeps_week_and_days(acme: Account, leading: Viewer) -> None:
    hours = create_hours(viewer=leading, fields=FIELDS)

    assert (hours.name, hours.country, hours.version, hours.is_default) == ("Evening desk", "FI", 1, False)
    assert [str(one) for one in hours.periods.all()] == ["0: 1080-1320"]
    assert [str(one) for one in hours.holidays.all()] == ["2026-12-24 Christmas Eve"]
    assert LoggedEvent.objects.get(type="HoursChanged").data["hours_id"] == str(hours.pk)


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("name", {"name": "  "}),
        ("name", {"name": "x" * 81}),
        ("timezone", {"timezone": "Mars/Olympus"}),
        ("timezone", {"timezone": ""}),
        ("country", {"country": "XX"}),
        ("subdivision", {"country": "US", "subdivision": "ZZ"}),
        ("subdivision", {"subdivision": "CA"}),
        ("periods", {"periods": [*EVENING, {"weekday": 0, "opens": "21:00", "closes": "23:00"}]}),
        ("periods", {"periods": [{"weekday": 0, "opens": "17:00", "closes": "09:00"}]}),
        ("days", {"days": [{"day_on": date(2026, 12, 24)}, {"day_on": date(2026, 12, 24), "is_open": True}]}),
        ("days", {"days": [{"day_on": date(1026, 12, 24)}]}),
        ("days", {"days": [{"day_on": date(2026, 12, 24), "name": "x" * 81}]}),
        ("is_default", {"is_default": False}),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_saved(
    acme: Account, leading: Viewer, field: str, changes: dict[str, Any]
) -> None:
    before = stored()

    with pytest.raises(ValidationFailed) as refused:
        change_hours(viewer=leading, hours_id=own_hours().pk, changes={"name": "Other", **changes})

    assert list(refused.value.errors) == [field]
    assert stored() == before
    assert not LoggedEvent.objects.filter(type="HoursChanged").exists()


def test_all_errors_are_told_at_once(acme: Account, leading: Viewer) -> None:
    wrong = {"name": "", "timezone": "", "periods": [{"weekday": 0, "opens": "9", "closes": "10:00"}]}

    with pytest.raises(ValidationFailed) as refused:
        create_hours(viewer=leading, fields=wrong)

    assert set(refused.value.errors) == {"name", "timezone", "periods"}


def test_change_hours_replaces_wholes_and_counts_the_version_up(acme: Account, leading: Viewer) -> None:
    hours = create_hours(viewer=leading, fields=FIELDS)

    changed = change_hours(viewer=leading, hours_id=hours.pk, changes={"periods": [], "name": "Evening"}, version=1)
    again = change_hours(viewer=leading, hours_id=hours.pk, changes={"name": "Evening"}, version=2)

    assert (changed.version, again.version) == (2, 2)
    assert (changed.periods.count(), changed.holidays.count()) == (0, 1)
    assert [event.data["changed"] for event in LoggedEvent.objects.filter(type="HoursChanged").order_by("seq")][
        1:
    ] == [["name", "periods"]]


def test_change_of_what_has_changed_meanwhile_is_refused(acme: Account, leading: Viewer) -> None:
    with pytest.raises(Conflict):
        change_hours(viewer=leading, hours_id=own_hours().pk, changes={"name": "Other"}, version=7)


def test_another_country_has_other_parts(acme: Account, leading: Viewer) -> None:
    hours = create_hours(viewer=leading, fields={**FIELDS, "country": "US", "subdivision": "CA"})

    changed = change_hours(viewer=leading, hours_id=hours.pk, changes={"country": "SE"})

    assert (changed.country, changed.subdivision) == ("SE", "")


def test_exactly_one_calendar_is_the_accounts_own(acme: Account, leading: Viewer) -> None:
    before = own_hours()

    hours = create_hours(viewer=leading, fields={**FIELDS, "is_default": True})
    change_hours(viewer=leading, hours_id=before.pk, changes={"name": "Earlier"})

    assert own_hours() == hours
    assert not BusinessHours.objects.get(pk=before.pk).is_default


def test_first_hours_are_the_accounts_own(acme: Account, leading: Viewer) -> None:
    SlaPolicy.objects.update(hours=None)
    Team.objects.update(hours=None)
    BusinessHours.objects.all().delete()

    assert create_hours(viewer=leading, fields=FIELDS).is_default


def test_a_name_is_for_one_calendar(acme: Account, leading: Viewer) -> None:
    create_hours(viewer=leading, fields=FIELDS)
    before = stored()

    with pytest.raises(ValidationFailed):
        create_hours(viewer=leading, fields={**FIELDS, "is_default": True})

    assert stored() == before


def test_delete_hours_that_nothing_uses(acme: Account, leading: Viewer) -> None:
    hours = create_hours(viewer=leading, fields=FIELDS)

    delete_hours(viewer=leading, hours_id=hours.pk)

    assert not BusinessHours.objects.filter(pk=hours.pk).exists()
    assert LoggedEvent.objects.get(type="HoursDeleted").data["hours_id"] == str(hours.pk)


def test_delete_hours_names_what_uses_them(acme: Account, leading: Viewer) -> None:
    hours = create_hours(viewer=leading, fields=FIELDS)
    make_team(name="Evening", hours=hours)
    SlaPolicy.objects.create(name="Fast", hours=hours)
    mailbox = make_mailbox(acme, address="late@acme.example")
    mailbox.hours = hours
    mailbox.save()

    with pytest.raises(Conflict) as refused:
        delete_hours(viewer=leading, hours_id=hours.pk)

    assert refused.value.more["used_by"] == ["mailbox “late@acme.example”", "policy “Fast”", "team “Evening”"]
    assert BusinessHours.objects.filter(pk=hours.pk).exists()


def test_removed_mailbox_uses_no_hours(acme: Account, managing: Viewer) -> None:
    hours = create_hours(viewer=managing, fields=FIELDS)
    mailbox = make_mailbox(acme)
    mailbox.hours = hours
    mailbox.save()

    remove_mailbox(viewer=managing, mailbox_id=mailbox.id)
    delete_hours(viewer=managing, hours_id=hours.pk)

    assert not BusinessHours.objects.filter(pk=hours.pk).exists()


def test_the_accounts_own_hours_stay(acme: Account, leading: Viewer) -> None:
    with pytest.raises(Conflict):
        delete_hours(viewer=leading, hours_id=own_hours().pk)


def test_agents_leave_hours_alone(acme: Account, answering: Viewer) -> None:
    before = stored()
    hours = own_hours()

    with pytest.raises(PermissionDenied):
        create_hours(viewer=answering, fields=FIELDS)
    with pytest.raises(PermissionDenied):
        change_hours(viewer=answering, hours_id=hours.pk, changes={"name": "x"})
    with pytest.raises(PermissionDenied):
        delete_hours(viewer=answering, hours_id=hours.pk)

    assert stored() == before


def test_unknown_hours_are_not_found(acme: Account, leading: Viewer) -> None:
    with pytest.raises(NotFound):
        change_hours(viewer=leading, hours_id=acme.pk, changes={})
