"""What an account's fields may hold: asked when it is made and when it is changed."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.account_settings import NUMBER_SETTINGS, SWITCH_SETTINGS

NAME_MAX_LENGTH = 120
URL_MAX_LENGTH = 500
SETTINGS_MAX_BYTES = 16 * 1024
_COLOR = re.compile(r"#[0-9a-fA-F]{6}\Z")


def field_errors(fields: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return what is wrong with these fields of an account, by field; fields that are not given are not missed."""
    checks: dict[str, Callable[[Any], list[str]]] = {
        "name": _name_errors,
        "timezone": _timezone_errors,
        "language": _language_errors,
        "branding": _branding_errors,
        "settings": _settings_errors,
    }
    found = {field: check(fields[field]) for field, check in checks.items() if field in fields}
    return {field: errors for field, errors in found.items() if errors}


def _name_errors(name: str) -> list[str]:
    if not name.strip():
        return [_("Give the account a name.")]
    if len(name) > NAME_MAX_LENGTH:
        return [_("Use at most %(count)d characters.") % {"count": NAME_MAX_LENGTH}]
    return []


def _timezone_errors(timezone: str) -> list[str]:
    if timezone in available_timezones():
        return []
    return [_("Use a name of the IANA time zone database, such as Europe/Helsinki.")]


def _language_errors(language: str) -> list[str]:
    codes = dict(settings.LANGUAGES)
    return [] if language in codes else [_("Use one of: %(codes)s.") % {"codes": ", ".join(codes)}]


def _branding_errors(branding: Mapping[str, Any]) -> list[str]:
    errors = []
    for key, value in branding.items():
        check = _BRANDING.get(key)
        if check is None:
            errors.append(_("“%(key)s” is not known. Use: %(keys)s.") % {"key": key, "keys": ", ".join(_BRANDING)})
        elif value is not None and not (isinstance(value, str) and check(value)):
            errors.append(_("“%(key)s” must be a colour like #1f6feb, or an https address.") % {"key": key})
    return errors


def _settings_errors(values: Mapping[str, Any]) -> list[str]:
    if len(json.dumps(values)) > SETTINGS_MAX_BYTES:
        return [_("Use at most %(count)d bytes.") % {"count": SETTINGS_MAX_BYTES}]
    numbers = [
        error for name in values.keys() & NUMBER_SETTINGS.keys() for error in _number_errors(name, values[name])
    ]
    wrong = [name for name in sorted(values.keys() & SWITCH_SETTINGS.keys()) if not isinstance(values[name], bool)]
    return [*numbers, *(_("“%(name)s” must be true or false.") % {"name": name} for name in wrong)]


def _number_errors(name: str, value: Any) -> list[str]:
    setting = NUMBER_SETTINGS[name]
    if type(value) is int and setting.least <= value <= setting.most:
        return []
    bounds = {"name": name, "least": setting.least, "most": setting.most}
    return [_("“%(name)s” must be a whole number from %(least)d to %(most)d.") % bounds]


def _is_https(url: str) -> bool:
    if len(url) > URL_MAX_LENGTH:
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname)


def _is_color(color: str) -> bool:
    return _COLOR.match(color) is not None


# What customers see of an account; every value ends up in pages or mail.
_BRANDING: dict[str, Callable[[str], bool]] = {
    "logo_url": _is_https,
    "favicon_url": _is_https,
    "primary_color": _is_color,
    "accent_color": _is_color,
}
