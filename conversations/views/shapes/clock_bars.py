"""How the time of each promise has run, as a bar."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from conversations.clock_plans import consumed_by, segments_in
from conversations.enums import ClockKind
from conversations.models import SlaClock
from conversations.promises import RUNNING
from conversations.views.shapes.shape import moment

_SHOWN = (ClockKind.FIRST_RESPONSE, ClockKind.NEXT_RESPONSE, ClockKind.RESOLUTION)


@dataclass(frozen=True)
class BarPart:
    """A stretch of a bar in thousandths of its length; `look`: run, pause or late."""

    start: int
    length: int
    look: str


@dataclass(frozen=True)
class ClockBar:
    """One promise; `text` says in words what the parts show. `tone`: "", warn, danger or ok."""

    label: str
    text: str
    tone: str
    parts: tuple[BarPart, ...]


def clock_bars(rows: Sequence[SlaClock], now: datetime) -> tuple[ClockBar, ...]:
    """Return a bar for the newest clock of each kind; `rows` are in the order in which they began."""
    newest = {row.kind: row for row in rows}
    return tuple(_bar(newest[kind], now) for kind in _SHOWN if kind in newest)


def _bar(row: SlaClock, now: datetime) -> ClockBar:
    late_at = row.breached_at or (row.due_at if row.due_at and row.stopped_at is None and row.due_at <= now else None)
    until = row.stopped_at or now
    end = max(until, row.due_at or until)
    text, tone = _words(row, now, late_at)
    parts = tuple(_parts(row, until, late_at, (end - row.started_at).total_seconds()))
    return ClockBar(str(ClockKind(row.kind).label), text, tone, parts)


def _words(row: SlaClock, now: datetime, late_at: datetime | None) -> tuple[str, str]:
    used = {
        "used": _worked(row.consumed_s if row.stopped_at or row.paused_since else consumed_by(row, now)),
        "target": _worked(row.target_s),
    }
    if row.stopped_at:
        if late_at:
            return _("Too late: %(used)s of %(target)s") % used, "danger"
        return _("Kept: %(used)s of %(target)s") % used, "ok"
    if row.paused_since:
        text = _("Paused since %(moment)s: %(used)s of %(target)s")
        return text % {**used, "moment": moment(row.paused_since)}, "danger" if late_at else ""
    if late_at:
        return _("Late since %(moment)s: %(used)s of %(target)s") % {**used, "moment": moment(late_at)}, "danger"
    return _("Runs: %(used)s of %(target)s") % used, "warn" if row.warned_at else ""


def _worked(seconds: float) -> str:
    """Return a length of working time, which has no days: "20m", "4h", "26h 10m"."""
    hours, minutes = divmod(int(seconds // 60), 60)
    words = [_("%(count)dh") % {"count": hours}] if hours else []
    if minutes or not hours:
        words.append(_("%(count)dm") % {"count": minutes})
    return " ".join(words)


def _parts(row: SlaClock, until: datetime, late_at: datetime | None, length_s: float) -> Iterator[BarPart]:
    for since, end, state in segments_in(row):
        if state != RUNNING:
            yield _part(row, since, end or until, "pause", length_s)
        elif late_at is None or (end or until) <= late_at:
            yield _part(row, since, end or until, "run", length_s)
        else:
            if since < late_at:
                yield _part(row, since, late_at, "run", length_s)
            yield _part(row, max(since, late_at), end or until, "late", length_s)


def _part(row: SlaClock, since: datetime, until: datetime, look: str, length_s: float) -> BarPart:
    start_s = (since - row.started_at).total_seconds()
    share = 1000 / length_s if length_s > 0 else 0
    start = round(start_s * share)
    return BarPart(start, max(round((until - since).total_seconds() * share), 4), look)
