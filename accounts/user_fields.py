"""What a user's fields may hold."""

from collections.abc import Callable, Mapping
from functools import cache
from zoneinfo import available_timezones

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.account_fields import NAME_MAX_LENGTH
from accounts.enums import Theme


@cache
def timezone_names() -> tuple[str, ...]:
    """Return the time zones that a person can choose: those of places, and UTC."""
    return ("UTC", *sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/")))


def user_field_errors(fields: Mapping[str, str]) -> dict[str, list[str]]:
    """Return what is wrong with these fields of a user, by field; fields that are not given are not missed."""
    checks: dict[str, Callable[[str], str]] = {
        "name": _name_error,
        "timezone": lambda name: "" if not name or name in available_timezones() else _("Choose a time zone."),
        "language": lambda code: "" if code in dict(settings.LANGUAGES) else _("Choose a language."),
        "theme": lambda theme: "" if theme in Theme.values else _("Choose a theme."),
    }
    found = {field: check(fields[field]) for field, check in checks.items() if field in fields}
    return {field: [error] for field, error in found.items() if error}


def _name_error(name: str) -> str:
    if not name:
        return _("Your team and your customers need a name to call you by.")
    return _("Use at most %(count)d characters.") % {"count": NAME_MAX_LENGTH} if len(name) > NAME_MAX_LENGTH else ""
