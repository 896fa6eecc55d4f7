"""What shapes are made of."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format

Shape = dict[str, Any]


def moment(at: datetime) -> str:
    """Return a moment in the reader's time zone: "Tue 3 Mar 08:00"."""
    return date_format(timezone.localtime(at), "D j M H:i")
