"""What was promised to the customer, and how much time is left for it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from conversations.models import Conversation
from hummdesk.templatetags.ui import full_time

_HOUR_S, _DAY_S = 3600, 86_400


@dataclass(frozen=True)
class Clock:
    """One promise that is still to be kept: when, and the same as of now. The script counts on from `due_iso`."""

    label: str
    due_iso: str
    due_full: str
    text: str
    tone: str


def clocks(conversation: Conversation, now: datetime) -> tuple[Clock, ...]:
    """Return the promises of an unfinished conversation, the most urgent first."""
    if conversation.is_finished:
        return ()
    return tuple(clock_until(label, at, now) for at, label in sorted(_promises(conversation), key=lambda one: one[0]))


def _promises(conversation: Conversation) -> Iterator[tuple[datetime, str]]:
    first, resolution, following = (
        None if conversation.first_replied_at else conversation.first_response_due_at,
        conversation.resolution_due_at,
        conversation.sla_due_at,
    )
    if first:
        yield first, _("First reply")
    if following and following not in {first, resolution}:
        yield following, _("Next reply")
    if resolution:
        yield resolution, _("Resolution")


def clock_until(label: str, due_at: datetime, now: datetime) -> Clock:
    """Return the clock of one promise."""
    left_s = (due_at - now).total_seconds()
    form = _("%(time)s over") if left_s < 0 else _("%(time)s left")
    tone = "danger" if left_s < 0 else "warn" if left_s < _HOUR_S else ""
    return Clock(label, due_at.isoformat(), full_time(due_at), form % {"time": _length(abs(left_s))}, tone)


def _length(seconds: float) -> str:
    """Return a length of time in at most two units: "38m", "1h 20m", "3d"."""
    minutes = int(seconds // 60)
    if seconds < _HOUR_S:
        return _("%(count)dm") % {"count": minutes}
    if seconds < _DAY_S:
        hours = _("%(count)dh") % {"count": minutes // 60}
        return f"{hours} {_('%(count)dm') % {'count': minutes % 60}}" if minutes % 60 else hours
    return _("%(count)dd") % {"count": int(seconds // _DAY_S)}
