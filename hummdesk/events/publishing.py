"""Writing the event log: `action` makes a function one transaction, `publish` adds an event to it."""

import json
from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import connection, transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from hummdesk.events.dispatcher import dispatch_on_commit, is_attended
from hummdesk.events.event import Event
from hummdesk.events.models import LoggedEvent
from hummdesk.subscriptions import TOGETHER, WITH_LOG
from hummdesk.tenancy.context import account_schema, require_account_schema

P = ParamSpec("P")
R = TypeVar("R")

# (schema, event) of the outermost action that runs in this thread; None outside of one.
_pending: ContextVar[list[tuple[str, Event]] | None] = ContextVar("pending_events", default=None)


class PublishedOutsideAction(RuntimeError):
    """`publish` was called by something that is not an action."""


def action(function: Callable[P, R]) -> Callable[P, R]:
    """Make a public action: one transaction that ends with its events in the log.

    Nested actions join the outer one's transaction. Whoever goes on after one of them has failed calls it within
    `transaction.atomic()`, the savepoint to go back to; without one the database refuses all that follows. The
    log is written last, under a lock per account that is held until the commit, so that `seq` rises in commit
    order and no two actions can wait for each other on it.
    """

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        outer = _pending.get()
        events = [] if outer is None else outer
        mark = len(events)
        token = _pending.set(events)
        try:
            with transaction.atomic(savepoint=outer is None):
                result = function(*args, **kwargs)
                if outer is None:
                    _write(events)
                return result
        except BaseException:
            del events[mark:]
            raise
        finally:
            _pending.reset(token)

    return run


def publish(event: Event) -> None:
    """The event is written with the action's transaction; what must happen together with it has happened.

    Raises: AccountRequired without an account in force, PublishedOutsideAction outside of an action.
    """
    events = _pending.get()
    if events is None:
        raise PublishedOutsideAction(event.type_name())
    events.append((require_account_schema(), event))
    for path in TOGETHER.get(event.type_name(), ()):
        import_string(path)(**event.data(), actor=event.actor)


def _write(events: list[tuple[str, Event]]) -> None:
    schemas = {schema for schema, _ in events}
    for schema in sorted(schemas):
        with account_schema(schema):
            _write_for(schema, [event for its_schema, event in events if its_schema == schema])


def _write_for(schema: str, events: list[Event]) -> None:
    now = timezone.now()
    rows = [
        LoggedEvent(
            type=event.type_name(),
            object_id=event.object_id(),
            actor_kind=event.actor.kind,
            actor_id=event.actor.id,
            data=(data := event.data()),
            attend_at=now if is_attended(event.type_name(), data) else None,
        )
        for event in events
    ]
    _insert(schema, rows)
    tasks = [task for path in WITH_LOG for task in import_string(path)(rows)]
    dispatch_on_commit(schema, rows, tasks)


def _insert(schema: str, rows: list[LoggedEvent]) -> None:
    """The rows are in the log with their `seq`; whoever else writes to it waits until the commit. One statement."""
    written = json.dumps([{name: getattr(row, name) for name in _WRITTEN} for row in rows], default=str)
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [schema, written])
        while cursor.description is None:  # the answers to SET
            cursor.nextset()
        for row, (seq,) in zip(rows, cursor.fetchall(), strict=True):
            row.seq = seq
            row._state.adding = False


_WRITTEN = ("type", "object_id", "actor_kind", "actor_id", "at", "attend_at", "data")
# Raw, since the ORM has no advisory locks. One JSON text for all rows: psycopg writes an array of JSON texts mark by
# mark, which for fifty events takes longer than all the rest. No row comes out of the join, and so none gets its
# `seq`, before the lock is held; the commit or the rollback releases it. Foreign keys are checked before, since that
# waits for whoever has locked the row that is referred to, who may be about to wait for the log.
_INSERT = """
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
WITH lock AS MATERIALIZED (SELECT pg_advisory_xact_lock(hashtext('event-log'), hashtext(%s)))
INSERT INTO events_loggedevent (type, object_id, actor_kind, actor_id, at, attend_at, data)
SELECT event.type, event.object_id, event.actor_kind, event.actor_id, event.at, event.attend_at, event.data
FROM lock CROSS JOIN ROWS FROM (json_to_recordset(%s) AS (
  type text, object_id uuid, actor_kind text, actor_id uuid, at timestamptz, attend_at timestamptz, data jsonb
)) WITH ORDINALITY AS event(type, object_id, actor_kind, actor_id, at, attend_at, data, position)
ORDER BY event.position
RETURNING seq"""


__all__ = ["PublishedOutsideAction", "action", "publish"]
