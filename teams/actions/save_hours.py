"""Business hours are kept: their week, their days, and which are the account's own."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from django.db import IntegrityError, transaction
from django.db.models import Model, ProtectedError
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.permissions import Permission
from hummdesk.errors import Conflict, ValidationFailed
from hummdesk.events.publishing import action, publish
from hummdesk.versions import require_version
from teams.access import Viewer
from teams.events import HoursChanged, HoursDeleted
from teams.models import BusinessHours, BusinessPeriod, Holiday
from teams.public_holidays import country_parts, holiday_countries
from teams.queries.hours import get_hours
from teams.week import OpenPeriod, read_week

HOURS_NAME_MAX_LENGTH, DAY_NAME_MAX_LENGTH = 80, 80
DAYS_MOST = 400
_VALUES = ("name", "timezone", "country", "subdivision", "is_default")
_YEARS = range(2000, 2101)


@action
def create_hours(*, viewer: Viewer, fields: Mapping[str, Any]) -> BusinessHours:
    """There are new business hours. Fields: name, timezone, country, subdivision, is_default, periods, days.

    `periods` are as `read_week` takes them; `days` `{"day_on": date, "name": "", "is_open": False}`. The first hours
    are the account's own; others become so by `is_default`. Raises: PermissionDenied, ValidationFailed.
    Publishes: HoursChanged.
    """
    viewer.require(Permission.MANAGE_SLA)
    hours = BusinessHours(timezone=fields.get("timezone", ""))
    _save(hours, fields, viewer)
    return get_hours(hours.pk)


@action
def change_hours(
    *, viewer: Viewer, hours_id: UUID, changes: Mapping[str, Any], version: int | None = None
) -> BusinessHours:
    """The hours are as the changes say, `periods` and `days` replaced as wholes; see `create_hours`. Locks them.

    Raises: PermissionDenied, NotFound, ValidationFailed, Conflict when `version` is not the newest.
    Publishes: HoursChanged, where anything changes.
    """
    viewer.require(Permission.MANAGE_SLA)
    hours = get_hours(hours_id, lock=True)
    text = _("These hours have changed meanwhile: their version is %(version)d now.")
    require_version(version, hours.version, text)
    _save(hours, changes, viewer)
    return get_hours(hours.pk)


@action
def delete_hours(*, viewer: Viewer, hours_id: UUID) -> None:
    """The hours are gone. Locks them.

    Raises: PermissionDenied, NotFound, Conflict for the account's own, and for what is used, with `used_by`.
    Publishes: HoursDeleted.
    """
    viewer.require(Permission.MANAGE_SLA)
    hours = get_hours(hours_id, lock=True)
    if hours.is_default:
        raise Conflict(_("These are the account's own hours. Make others its own first."))
    try:
        hours.delete()
    except ProtectedError as error:
        users = sorted(f"{_kind(one)} “{one}”" for one in error.protected_objects)
        text = _("These hours are used by: %(users)s. Choose others there first.")
        raise Conflict(text % {"users": ", ".join(users)}, more={"used_by": users}) from error
    publish(HoursDeleted(actor=viewer.actor, hours_id=hours_id))


def _kind(row: Model) -> str:
    kinds = {"mailbox": _("mailbox"), "slapolicy": _("policy"), "team": _("team")}
    return kinds.get(row._meta.model_name or "", str(row._meta.verbose_name))


def _save(hours: BusinessHours, changes: Mapping[str, Any], viewer: Viewer) -> None:
    """Check all before anything is written; then write what differs. Raises: ValidationFailed."""
    is_new = hours._state.adding
    before = None if is_new else _state(hours)
    errors = _fill(hours, changes)
    periods, period_errors = read_week(changes.get("periods", ()))
    errors |= {"periods": list(period_errors)} | _day_errors(changes.get("days", ()))
    _settle_default(hours, errors)
    if found := {name: texts for name, texts in errors.items() if texts}:
        raise ValidationFailed(errors=found)
    _write(hours)
    if "periods" in changes:
        _write_periods(hours, periods)
    if "days" in changes:
        _write_days(hours, changes["days"])
    changed = _differing(before, _state(hours))
    if changed and not is_new:
        hours.version += 1
        hours.save(update_fields=["version"])
    if changed:
        publish(HoursChanged(actor=viewer.actor, hours_id=hours.pk, changed=changed))


def _fill(hours: BusinessHours, changes: Mapping[str, Any]) -> dict[str, list[str]]:
    """Set the values that are given; return what is wrong with them."""
    was_default = hours.is_default
    if changes.get("country", hours.country) != hours.country:
        hours.subdivision = ""
    for name in _VALUES:
        setattr(hours, name, changes.get(name, getattr(hours, name)))
    hours.name = " ".join(hours.name.split())
    errors: dict[str, list[str]] = {}
    if not 1 <= len(hours.name) <= HOURS_NAME_MAX_LENGTH:
        errors["name"] = [_("The name has 1 to %(count)d characters.") % {"count": HOURS_NAME_MAX_LENGTH}]
    if hours.timezone not in _timezones():
        errors["timezone"] = [_("Use a name of the IANA time zone database, such as Europe/Helsinki.")]
    if hours.country and hours.country not in holiday_countries():
        errors["country"] = [
            _("Public holidays of “%(code)s” are not known. Use a code such as FI.") % {"code": hours.country}
        ]
    elif hours.subdivision and hours.subdivision not in country_parts(hours.country):
        known = ", ".join(country_parts(hours.country)) or _("none")
        errors["subdivision"] = [_("That country has no such part. There are: %(codes)s.") % {"codes": known}]
    if was_default and not hours.is_default:
        errors["is_default"] = [_("Make other hours the account's own instead.")]
    return errors


def _day_errors(days: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    text = _("%(day)s is there more than once.")
    tally = Counter(one["day_on"] for one in days)
    errors = [text % {"day": _written(day)} for day, count in sorted(tally.items()) if count > 1]
    errors += [
        _("%(day)s: use a day of this century.") % {"day": day} for day in sorted(tally) if day.year not in _YEARS
    ]
    long = _("%(day)s: the name has at most %(count)d characters.")
    errors += [
        long % {"day": _written(one["day_on"]), "count": DAY_NAME_MAX_LENGTH}
        for one in days
        if len(one.get("name", "")) > DAY_NAME_MAX_LENGTH
    ]
    if len(days) > DAYS_MOST:
        errors.append(_("Use at most %(count)d days.") % {"count": DAYS_MOST})
    return {"days": errors}


def _settle_default(hours: BusinessHours, errors: Mapping[str, Sequence[str]]) -> None:
    """Exactly one row is the default: the first, then whichever was made so last. Locks all rows where it moves."""
    if any(errors.values()):
        return
    others = BusinessHours.objects.exclude(pk=hours.pk)
    if hours.is_default:
        # Whoever moves it meanwhile waits here, and sees ours afterwards.
        list(others.select_for_update().order_by("pk").values_list("pk"))
        others.filter(is_default=True).update(is_default=False)
    elif not others.filter(is_default=True).exists():
        hours.is_default = True


def _write(hours: BusinessHours) -> None:
    try:
        with transaction.atomic():
            if hours._state.adding:
                hours.save(force_insert=True)
            else:
                hours.save(update_fields=_VALUES)
    except IntegrityError as error:
        raise ValidationFailed(errors={"name": [_("There are other hours of this name.")]}) from error


def _write_periods(hours: BusinessHours, periods: Sequence[OpenPeriod]) -> None:
    hours.periods.all().delete()
    BusinessPeriod.objects.bulk_create(BusinessPeriod(hours=hours, **one._asdict()) for one in periods)


def _write_days(hours: BusinessHours, days: Sequence[Mapping[str, Any]]) -> None:
    hours.holidays.all().delete()
    Holiday.objects.bulk_create(
        Holiday(
            hours=hours,
            day_on=one["day_on"],
            name=" ".join(one.get("name", "").split()),
            is_open=one.get("is_open", False),
        )
        for one in days
    )


def _state(hours: BusinessHours) -> dict[str, Any]:
    return {
        **{name: getattr(hours, name) for name in _VALUES},
        "periods": sorted(hours.periods.values_list("weekday", "opens_minute", "closes_minute")),
        "days": sorted(hours.holidays.values_list("day_on", "name", "is_open")),
    }


def _differing(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> list[str]:
    return [name for name in after if before is None or before[name] != after[name]]


def _written(day: date) -> str:
    return date_format(day, "j F Y")


@cache
def _timezones() -> frozenset[str]:
    return frozenset(available_timezones())
