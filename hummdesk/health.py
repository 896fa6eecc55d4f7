"""Whether this process is up, and whether the whole can do its work: what load balancers and operators ask."""

import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import psycopg
import redis
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.module_loading import import_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_tenants.utils import get_tenant_model
from psycopg import sql

from hummdesk.logs import logger
from hummdesk.tenancy.context import platform_context
from hummdesk.tenancy.migrations import schemas_behind
from hummdesk.tenancy.tasks import platform_task

TIMEOUT_S = 2
HEARTBEAT_KEY = "worker-heartbeat"
# The beat asks for a heartbeat every 10 s, through the same queue as all work.
HEARTBEAT_MOST_AGE_S = 60
# What waits in rows: the part's name → the SQL that gives the seconds by which the oldest is late, or NULL, in a
# `{schema}`; and from when on that is a failure.
OVERDUE_SQL = {
    "events": "hummdesk.events.queries.EVENTS_OVERDUE_SQL",
    "mail": "email_channel.queries.MAIL_OVERDUE_SQL",
}
MOST_OVERDUE_S = {"events": 120, "mail": 300}

Database = psycopg.Connection[tuple[Any, ...]]


class PartFailure(Exception):
    """A part does not work; the sentence says in what way."""


@platform_task("hummdesk.health.beat_heart")
def beat_heart() -> None:
    """The time of this heartbeat is noted: beat, broker and worker work together."""
    # A whole number is what Django's cache writes as plain text; `_check_worker` reads it with its own time limit.
    cache.set(HEARTBEAT_KEY, int(time.time()), timeout=None)


@never_cache
@require_safe
def api_health(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def api_ready(request: HttpRequest) -> HttpResponse:
    """200 when every part works, else 503 with the failing ones named. Takes seconds at most, whatever hangs."""
    parts = part_states()
    failing = [name for name, state in parts.items() if state != "ok"]
    if failing:
        logger.warning("not_ready", parts=failing)
    status = "unavailable" if failing else "ok"
    return JsonResponse({"status": status, "failing": failing, "parts": parts}, status=503 if failing else 200)


def part_states() -> dict[str, str]:
    """Return the state of every part: "ok", or a sentence without any secret."""
    states = {"redis": _state(_check_redis), "worker": _state(_check_worker)}
    try:
        with _connect() as database:
            schemas = _account_schemas(database)
            states["database"] = "ok"
            states["migrations"] = _state(lambda: _check_migrations(database, schemas))
            states |= {name: _state(partial(_check_overdue, name, database, schemas)) for name in OVERDUE_SQL}
    except psycopg.Error as error:
        states["database"] = type(error).__name__
        states |= {
            name: "The database does not answer." for name in ("migrations", *OVERDUE_SQL) if name not in states
        }
    return states


def _state(check: Callable[[], None]) -> str:
    try:
        check()
    except PartFailure as failure:
        return str(failure)
    except (psycopg.Error, redis.RedisError, OSError) as error:  # the rim towards servers that may be down
        return type(error).__name__
    return "ok"


def _redis() -> "redis.Redis":
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S)


def _check_redis() -> None:
    with _redis() as client:
        client.ping()


def _check_worker() -> None:
    with platform_context():
        key = cache.make_key(HEARTBEAT_KEY)
    with _redis() as client:
        noted = client.get(key)
    if noted is None:
        raise PartFailure("No worker has taken up a task yet.")
    age_s = int(time.time()) - int(noted)
    if age_s > HEARTBEAT_MOST_AGE_S:
        raise PartFailure(f"The last sign of a worker is {age_s} s old.")


def _connect() -> Database:
    """A connection of its own: the pool may be what is used up, and waits longer."""
    given: Mapping[str, Any] = connection.settings_dict
    words = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    parameters = {word: given[name] for word, name in words.items() if given[name]}
    options = f"-c statement_timeout={TIMEOUT_S * 1000} -c search_path=public"
    return psycopg.connect(**parameters, connect_timeout=TIMEOUT_S, options=options, autocommit=True)


def _account_schemas(database: Database) -> Sequence[str]:
    table = sql.Identifier(get_tenant_model()._meta.db_table)
    query = sql.SQL("SELECT schema_name FROM {} WHERE status = 'active' ORDER BY 1").format(table)
    return [row[0] for row in database.execute(query)]


def _check_migrations(database: Database, schemas: Sequence[str]) -> None:
    behind = schemas_behind(lambda statement: database.execute(statement).fetchall(), schemas)
    if behind:
        raise PartFailure(f"Migrations are missing in {len(behind)} schemas, the first is {behind[0]}.")


def _check_overdue(name: str, database: Database, schemas: Sequence[str]) -> None:
    """One statement over all accounts; the parts of it are found in partial indexes."""
    if not schemas:
        return
    one = sql.SQL(import_string(OVERDUE_SQL[name]))
    each = sql.SQL(" UNION ALL ").join(
        sql.SQL("({})").format(one.format(schema=sql.Identifier(schema))) for schema in schemas
    )
    late_s = max((row[0] or 0 for row in database.execute(each)), default=0)
    if late_s > MOST_OVERDUE_S[name]:
        raise PartFailure(f"The oldest that waits is {late_s} s late.")
