"""What shapes are made of."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format

from conversations.enums import Status

Shape = dict[str, Any]
STATUS_ICONS = {
    Status.OPEN: "circle-dot",
    Status.PENDING: "hourglass",
    Status.SNOOZED: "alarm-clock",
    Status.RESOLVED: "circle-check",
    Status.CLOSED: "archive",
}


def moment(at: datetime) -> str:
    """Return a moment in the reader's time zone: "Tue 3 Mar 08:00"."""
    return date_format(timezone.localtime(at), "D j M H:i")
