"""What the page of business hours sends: its fields, and the rows of its week and days as they were typed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.user_fields import timezone_names
from teams.actions.save_hours import DAYS_MOST, HOURS_NAME_MAX_LENGTH
from teams.models import BusinessHours
from teams.public_holidays import country_parts, holiday_countries
from teams.week import PERIODS_A_DAY_MOST, time_text

WEEKDAYS = range(7)
MIDNIGHT, DAY_END = "00:00", "24:00"
WrittenPeriod = tuple[str, str]


class HoursForm(forms.Form):
    """Name and place of business hours; `is_default` is not asked of the account's own."""

    name = forms.CharField(max_length=HOURS_NAME_MAX_LENGTH, label=gettext_lazy("Name"))
    timezone = forms.ChoiceField(label=gettext_lazy("Time zone"))
    country = forms.ChoiceField(
        required=False,
        label=gettext_lazy("Public holidays of"),
        help_text=gettext_lazy("Nobody works on these days, unless you say so below."),
    )
    subdivision = forms.ChoiceField(required=False, label=gettext_lazy("Part of the country"))
    is_default = forms.BooleanField(
        required=False,
        label=gettext_lazy("The account's own hours"),
        help_text=gettext_lazy("They count where a mailbox or a promise has no others."),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, initial: Mapping[str, Any], is_default: bool = False
    ) -> None:
        super().__init__(data, initial=dict(initial))
        given = initial if data is None else data
        zone, country = str(given.get("timezone", "")), str(given.get("country", ""))
        kept = [] if not initial.get("timezone") or initial["timezone"] in timezone_names() else [initial["timezone"]]
        _offer(self, "timezone", [(name, name.replace("_", " ")) for name in (*kept, *timezone_names())])
        _offer(self, "country", [("", _("No country")), *holiday_countries().items()])
        parts = country_parts(country)
        _offer(self, "subdivision", [("", _("The whole country")), *parts.items()])
        if not parts:
            del self.fields["subdivision"]
        if is_default:
            del self.fields["is_default"]
        self.zone = zone


@dataclass(frozen=True)
class WrittenDay:
    """A day of the account's own, as it was typed."""

    day_on: str = ""
    name: str = ""
    is_open: bool = False


@dataclass(frozen=True)
class WrittenHours:
    """The rows of a week, Monday first, and of the days."""

    week: tuple[tuple[WrittenPeriod, ...], ...] = ((),) * 7
    days: tuple[WrittenDay, ...] = field(default=())

    @property
    def periods(self) -> list[dict[str, Any]]:
        """The periods as `read_week` takes them; rows without any time are none, and 00:00 ends a day."""
        return [
            {"weekday": weekday, "opens": opens, "closes": DAY_END if closes == MIDNIGHT else closes}
            for weekday, rows in enumerate(self.week)
            for opens, closes in rows
            if opens or closes
        ]

    def read_days(self) -> tuple[list[dict[str, Any]], list[str]]:
        """Return the days as `save_hours` takes them, and what is wrong with their dates; empty rows are none."""
        days, errors = [], []
        for row in self.days:
            day_on = _date_in(row.day_on)
            if day_on is not None:
                days.append({"day_on": day_on, "name": row.name, "is_open": row.is_open})
            elif row.day_on or row.name:
                errors.append(_("“%(text)s” needs a date.") % {"text": row.name or row.day_on})
        return days, errors

    def after(self, deed: str) -> "WrittenHours":
        """Return the rows after `add-0`, `remove-0-1`, `copy`, `add-day`, `remove-day-2` or `open-2026-12-25`."""
        verb, _dash, rest = deed.partition("-")
        if deed == "copy":
            return replace(self, week=(self.week[0],) * 5 + self.week[5:])
        if deed == "add-day":
            return replace(self, days=(*self.days, WrittenDay()))
        if deed.startswith("remove-day-"):
            return replace(self, days=_without(self.days, deed.removeprefix("remove-day-")))
        if verb == "open" and _date_in(rest):
            return replace(self, days=(*self.days, WrittenDay(rest, is_open=True)))
        weekday, _dash, place = rest.partition("-")
        if verb not in {"add", "remove"} or weekday not in map(str, WEEKDAYS):
            return self
        rows = self.week[int(weekday)]
        rows = (*rows, _next_period(rows)) if verb == "add" else _without(rows, place)
        week = [rows if number == int(weekday) else kept for number, kept in enumerate(self.week)]
        return replace(self, week=tuple(week))


def written_hours(hours: BusinessHours) -> WrittenHours:
    """Return the rows of stored hours."""
    week: list[list[WrittenPeriod]] = [[] for _weekday in WEEKDAYS]
    for one in hours.periods.all():
        closes = time_text(one.closes_minute)
        week[one.weekday].append((time_text(one.opens_minute), MIDNIGHT if closes == DAY_END else closes))
    days = (WrittenDay(one.day_on.isoformat(), one.name, one.is_open) for one in hours.holidays.all())
    return WrittenHours(tuple(map(tuple, week)), tuple(days))


def posted_hours(data: QueryDict) -> WrittenHours:
    """Return the rows as they were typed, right or wrong."""
    week = tuple(
        tuple(zip(data.getlist(f"opens-{day}"), data.getlist(f"closes-{day}"), strict=False))[: PERIODS_A_DAY_MOST + 1]
        for day in WEEKDAYS
    )
    rows = zip(data.getlist("day_on"), data.getlist("day_name"), data.getlist("day_kind"), strict=False)
    days = tuple(WrittenDay(day_on.strip(), name.strip(), kind == "open") for day_on, name, kind in rows)
    return WrittenHours(week, days[: DAYS_MOST + 1])


def _next_period(rows: Sequence[WrittenPeriod]) -> WrittenPeriod:
    return ("", "") if rows else ("09:00", "17:00")


def _without(rows: tuple[Any, ...], place: str) -> tuple[Any, ...]:
    """Return the rows without one; a place that there is not takes none."""
    return tuple(row for number, row in enumerate(rows) if str(number) != place)


def _date_in(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _offer(form: forms.Form, name: str, choices: list[Any]) -> None:
    field: Any = form.fields[name]
    field.choices = choices
