"""Reading the event log, and finding what was left undispatched."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.utils import timezone

from hummdesk.events.models import LoggedEvent

# After so long somebody else attends to an event: whoever did so has died. Clocks may differ by a part of it.
ATTENDED_FOR, CLOCKS_DIFFER = timedelta(seconds=60), timedelta(seconds=10)
# For `fan_out`: events whose hint was lost, or whoever attended to them.
UNATTENDED_SQL = "EXISTS (SELECT FROM {schema}.events_loggedevent WHERE attend_at < now() - interval '5 seconds')"
# Seconds for which the oldest event waits for its dispatch (`hummdesk.health`).
EVENTS_OVERDUE_SQL = (
    "SELECT extract(epoch FROM now() - at)::int FROM {schema}.events_loggedevent"
    " WHERE dispatched_at IS NULL ORDER BY seq LIMIT 1"
)


def events_of(object_id: UUID) -> Sequence[LoggedEvent]:
    """Return the timeline of one object, oldest first. One query."""
    return list(LoggedEvent.objects.filter(object_id=object_id).order_by("seq"))


def last_seq() -> int:
    """Return the account's newest `seq`, 0 when nothing has happened yet. One query, raw since each page makes it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(seq) FROM events_loggedevent")
        return int(cursor.fetchall()[0][0] or 0)


def lock_log(schema: str) -> None:
    """Nobody else writes to the account's log until this transaction ends, as `publish` holds it. One query.

    For what must be counted anew while nothing changes it. Lock nothing after it that others lock before the log.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('event-log'), hashtext(%s))", [schema])


def log_after(seq: int, limit: int) -> Sequence[LoggedEvent]:
    """Return at most `limit` events after `seq`, in order. One query.

    Nothing appears later below what this returns: `seq` rises in the order of commits.
    """
    return list(LoggedEvent.objects.filter(seq__gt=seq).order_by("seq")[:limit])


def events_since(seq: int, *, not_before: datetime, limit: int) -> Sequence[LoggedEvent] | None:
    """Return the events after `seq` in order, or None when they reach too far back or are too many."""
    rows = list(LoggedEvent.objects.filter(seq__gt=seq).order_by("seq")[: limit + 1])
    if len(rows) > limit or (rows and rows[0].at < not_before):
        return None
    return rows


def note_dispatched(seqs: Sequence[int], now: datetime) -> None:
    """These events have been dispatched. One query, raw since every action makes it."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE events_loggedevent SET dispatched_at = %s WHERE seq = ANY(%s)", [now, list(seqs)])


def claim_events(limit: int) -> Sequence[LoggedEvent]:
    """Return the first events that wait to be attended to, which are the caller's for `ATTENDED_FOR`. One statement.

    Raw, since the ORM has no UPDATE … RETURNING. It waits for whoever holds one of the rows for a moment: one that is
    passed over would wait for the sweep.
    """
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [now + ATTENDED_FOR, now + CLOCKS_DIFFER, limit])
        rows = sorted(cursor.fetchall())
    return [LoggedEvent(**dict(zip(_CLAIMED, row, strict=True)) | {"data": json.loads(row[-1])}) for row in rows]


_CLAIMED = ("seq", "type", "object_id", "actor_kind", "actor_id", "at", "data")
_CLAIM = """
UPDATE events_loggedevent SET attend_at = %s WHERE seq = ANY(ARRAY(
  SELECT seq FROM events_loggedevent WHERE attend_at <= %s ORDER BY seq LIMIT %s FOR UPDATE
))
RETURNING seq, type, object_id, actor_kind, actor_id, at, data"""


def note_attended(seqs: Sequence[int]) -> None:
    """These events have been attended to. One query, raw as in `note_dispatched`."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE events_loggedevent SET attend_at = NULL WHERE seq = ANY(%s)", [list(seqs)])


def lock_undispatched(before: datetime, limit: int) -> Sequence[LoggedEvent]:
    """Return and lock undispatched events older than `before`, passing over those another sweep holds."""
    rows = LoggedEvent.objects.select_for_update(skip_locked=True).filter(dispatched_at=None, at__lt=before)
    return list(rows.order_by("seq")[:limit])


def schemas_having(schemas: Iterable[str], condition: str) -> list[str]:
    """Return those schemas for which the SQL `condition` holds; `{schema}` in it is the quoted schema.

    One statement over all of them, so that a tick over hundreds of accounts costs milliseconds; the ORM
    cannot ask across schemas. `condition` is ours, never a client's.
    """
    quoted = {schema: connection.ops.quote_name(schema) for schema in schemas}
    if not quoted:
        return []
    branches = (f"SELECT %s WHERE {condition.format(schema=name)}" for name in quoted.values())
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(branches), list(quoted))
        return [str(row[0]) for row in cursor.fetchall()]
