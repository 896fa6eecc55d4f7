"""Lengths of time as people write them: "4 h", "30 min", "2 d", "1 d 4 h"."""

import re

from django.utils.translation import gettext as _

_UNITS_S = {"d": 86400, "p": 86400, "h": 3600, "t": 3600, "m": 60}
_PART = re.compile(r"(\d{1,6})(?:[.,](\d{1,2}))?\s*([dphtm])[a-zåäö]*\.?", re.IGNORECASE | re.ASCII)


def duration_s(text: str) -> int | None:
    """Return the seconds of a written time, None for what is none. A day has 24 hours, of open time, too.

    Units are told by their first letter: d or p (päivä) for days, h or t (tunti, timme) for hours, m for minutes.
    """
    parts = list(_PART.finditer(text))
    rest = _PART.sub("", text)
    if not parts or rest.strip(" ,+"):
        return None
    total = sum(float(f"{part[1]}.{part[2] or 0}") * _UNITS_S[part[3].lower()] for part in parts)
    return round(total)


def duration_text(seconds: int | None) -> str:
    """Return seconds as they are written, in the largest units that fit: "1 d 4 h", "30 min"; "" for None."""
    if seconds is None:
        return ""
    days, rest = divmod(seconds, 86400)
    hours, rest = divmod(rest, 3600)
    minutes = rest // 60
    parts = [(days, _("d")), (hours, _("h")), (minutes, _("min"))]
    return " ".join(f"{number} {unit}" for number, unit in parts if number) or f"0 {_('min')}"
