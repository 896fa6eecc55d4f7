"""Business hours as their pages show them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from conversations.hours_forms import DAY_END, MIDNIGHT, WrittenDay, WrittenHours
from conversations.views.shapes.shape import Shape
from teams.calendar import Calendar
from teams.models import BusinessHours
from teams.openness import days_ahead, openness, week_text
from teams.queries.hours import loaded_calendar
from teams.week import minute_of, weekday_name

_TICKS = (0, 6, 12, 18, 24)


def hours_row(hours: BusinessHours, now: datetime) -> Shape:
    """Return a row of the list."""
    calendar = loaded_calendar(hours)
    is_open, state = openness(calendar, now)
    return {
        "url": reverse("hours-edit", args=[hours.pk]),
        "name": hours.name,
        "is_default": hours.is_default,
        "week": week_text(calendar.week),
        "timezone": hours.timezone.replace("_", " "),
        "is_open": is_open,
        "state": state,
    }


def hours_week(written: WrittenHours, errors: Sequence[str]) -> list[Shape]:
    """Return the seven days with their rows, the bars of what is right, and what is wrong with each day."""
    return [_day(weekday, rows, errors) for weekday, rows in enumerate(written.week)]


def week_errors(errors: Sequence[str]) -> list[str]:
    """Return what is wrong with the week, but with none of its days."""
    names = tuple(f"{weekday_name(weekday)}:" for weekday in range(7))
    return [text for text in errors if not text.startswith(names)]


def own_days(written: WrittenHours) -> list[Shape]:
    """Return the rows of the account's own days."""
    return [_own_day(place, row) for place, row in enumerate(written.days)]


def coming_days(calendar: Calendar, written: WrittenHours, now: datetime) -> list[Shape]:
    """Return the public holidays of the next twelve months; those with a row of their own are marked."""
    today = now.astimezone(ZoneInfo(calendar.timezone)).date()
    own = {row.day_on for row in written.days}
    return [
        {
            "day": _day_text(day),
            "name": name,
            "is_own": day.isoformat() in own,
            "open_value": f"open-{day.isoformat()}",
        }
        for day, name in days_ahead(calendar, today, (get_language() or "").partition("-")[0])
    ]


def hour_ticks() -> list[Shape]:
    """Return the hours below the bars: where they stand (minutes), and what they say."""
    return [{"x": hour * 60, "label": f"{hour:02}"} for hour in _TICKS]


def hours_page(hours: BusinessHours, now: datetime) -> Shape:
    """Return what a page says of stored hours."""
    return hours_row(hours, now) | {"delete_url": "" if hours.is_default else reverse("hours-delete", args=[hours.pk])}


def _day(weekday: int, rows: Sequence[tuple[str, str]], errors: Sequence[str]) -> Shape:
    name = weekday_name(weekday)
    return {
        "weekday": weekday,
        "name": name,
        "bars": [bar for row in rows if (bar := _bar(*row))],
        "periods": [_period(name, weekday, place, row) for place, row in enumerate(rows)],
        "add_value": f"add-{weekday}",
        "add_label": _("Add a period on %(day)s") % {"day": name},
        "errors": [text.removeprefix(f"{name}:").strip() for text in errors if text.startswith(f"{name}:")],
        "errors_id": f"errors-{weekday}",
    }


def _period(name: str, weekday: int, place: int, row: tuple[str, str]) -> Shape:
    words: Mapping[str, Any] = {"day": name, "number": place + 1}
    return {
        "opens": row[0],
        "closes": row[1],
        "opens_id": f"opens-{weekday}-{place}",
        "closes_id": f"closes-{weekday}-{place}",
        "opens_label": _("%(day)s, period %(number)d opens") % words,
        "closes_label": _("%(day)s, period %(number)d closes") % words,
        "remove_value": f"remove-{weekday}-{place}",
        "remove_label": _("Remove period %(number)d on %(day)s") % words,
    }


def _bar(opens: str, closes: str) -> Shape | None:
    first, last = minute_of(opens), minute_of(DAY_END if closes == MIDNIGHT else closes)
    if first is None or last is None or last <= first:
        return None
    return {"x": first, "width": last - first, "label": f"{opens}–{closes}"}


def _own_day(place: int, row: WrittenDay) -> Shape:
    return {
        "day_on": row.day_on,
        "name": row.name,
        "is_open": row.is_open,
        "number": place + 1,
        "remove_value": f"remove-day-{place}",
    }


def _day_text(day: date) -> str:
    return date_format(day, "D j M Y")
