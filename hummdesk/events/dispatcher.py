"""After the commit: nudge the sockets, queue the subscribed tasks, and note that this is done."""

from collections.abc import Mapping, Sequence

from django.db import transaction
from django.utils import timezone
from django_tenants.utils import get_public_schema_name

from hummdesk.broker import ensure_broker, is_new_hint
from hummdesk.celery import app
from hummdesk.events.models import LoggedEvent
from hummdesk.events.queries import note_dispatched
from hummdesk.live.nudges import Nudge, wake_sockets
from hummdesk.logs import logger
from hummdesk.subscriptions import ATTEND, ATTENDED, LIVE_TYPES, ONLY_IF, RIGHTS_CHANGE, TASKS
from hummdesk.tenancy.context import account_schema


def dispatch_on_commit(schema: str, rows: Sequence[LoggedEvent], tasks: Sequence[str] = ()) -> None:
    """These events are dispatched as soon as the transaction has committed, in this process, and `tasks` queued."""

    # A function with a name, which Django needs to log what a robust one raises, where a `partial` has none.
    def dispatch_in_account() -> None:
        with account_schema(schema):
            dispatch(schema, rows, tasks)

    transaction.on_commit(dispatch_in_account, robust=True)


def queue_on_commit(task: str) -> None:
    """This task of the platform is queued as soon as the transaction has committed, as a hint: its row has a sweep."""

    def queue() -> None:
        try:
            ensure_broker()
            app.send_task(task, headers={"_schema_name": get_public_schema_name()})
        except Exception as error:  # the rim towards Redis: whatever it raises, the row waits for its sweep
            logger.warning("hint_lost", task=task, error=type(error).__name__)

    transaction.on_commit(queue, robust=True)


def dispatch(schema: str, rows: Sequence[LoggedEvent], tasks: Sequence[str] = ()) -> bool:
    """Sockets are nudged and tasks queued for these events, and the rows say so; returns whether that went well.

    When Redis is down the rows stay undispatched, and the sweep comes back to them: a subscriber may
    therefore run twice, never not at all. Other `tasks` have sweeps of their own.
    """
    try:
        ensure_broker()
        if any(row.type in LIVE_TYPES or row.type in RIGHTS_CHANGE for row in rows):
            wake_sockets(schema)
        for row in rows:
            _queue_tasks(row)
        for name in tasks:
            app.send_task(name)
    except Exception as error:  # the rim towards Redis: whatever it raises, the rows wait for the sweep
        logger.warning("dispatch_postponed", error=type(error).__name__, events=len(rows))
        return False
    note_dispatched([row.seq for row in rows], timezone.now())
    if any(row.attend_at for row in rows):
        ask_to_attend(schema)
    return True


def is_attended(event_type: str, data: Mapping[str, object]) -> bool:
    """Return whether somebody attends to such an event."""
    return event_type in ATTENDED and bool(data.get(ONLY_IF.get((event_type, ATTEND), ""), True))


def ask_to_attend(schema: str) -> None:
    """A worker attends soon to what waits in the account; without Redis the next sweep finds it.

    It is told once until it begins. It is told last, since it passes over nothing that is held here.
    """
    try:
        if is_new_hint(attend_hint(schema)):
            app.send_task(ATTEND)
    except Exception as error:  # the rim towards Redis: whatever it raises, the rows wait for the sweep
        logger.warning("hint_lost", task=ATTEND, error=type(error).__name__)


def attend_hint(schema: str) -> str:
    """Return the name of the hint that events of an account wait."""
    return f"attend:{schema}"


def nudge_of(row: LoggedEvent) -> Nudge | None:
    """Return what sockets are told of this event, None for one without a live type."""
    live_type = LIVE_TYPES.get(row.type)
    if live_type is None:
        return None
    return Nudge(
        type=live_type,
        conversation_id=row.data.get("conversation_id"),
        seq=row.seq,
        at=row.at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        data={name: value for name, value in row.data.items() if name != "conversation_id" and _is_scalar(value)},
    )


def _is_scalar(value: object) -> bool:
    return not isinstance(value, list | dict)


def _queue_tasks(row: LoggedEvent) -> None:
    for name in TASKS.get(row.type, ()):
        # Rows of before have no such field.
        if not row.data.get(ONLY_IF.get((row.type, name), ""), True):
            continue
        app.send_task(name, kwargs={**row.data, "event_seq": row.seq})
