import socket
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import Account
from email_channel.enums import Direction, MailSource
from email_channel.models import EmailMessage, IncomingMail, OutgoingDelivery
from hummdesk import health
from hummdesk.celery import app
from hummdesk.events.models import LoggedEvent
from hummdesk.tenancy.context import platform_context
from tests.factories import make_conversation, make_mailbox
from tests.fixtures.cast import RestoringClient
from tests.fixtures.work import RunTasks


@pytest.fixture
def client() -> Client:
    """A load balancer, which asks by address."""
    return RestoringClient(headers={"host": "10.0.0.7:8000"})


def beaten(age_s: int) -> None:
    with platform_context():
        cache.set(health.HEARTBEAT_KEY, int(time.time()) - age_s, timeout=None)


def test_health_asks_nothing_and_nobody(client: Client) -> None:
    response = client.get("/api/health")

    assert (response.status_code, response.json()) == (200, {"status": "ok"})


def test_ready_when_every_part_works(committed: None, client: Client) -> None:
    beaten(age_s=1)

    response = client.get("/api/ready")

    parts = dict.fromkeys(["redis", "worker", "database", "migrations", "events", "mail"], "ok")
    assert (response.status_code, response.json()) == (200, {"status": "ok", "failing": [], "parts": parts})


def test_heartbeat_goes_through_the_queue(committed: None, client: Client, run_tasks: RunTasks) -> None:
    app.send_task("hummdesk.health.beat_heart")

    run_tasks()

    assert client.get("/api/ready").status_code == 200


def failing(client: Client) -> dict[str, str]:
    response = client.get("/api/ready")
    assert response.status_code == 503
    answer: dict[str, Any] = response.json()
    return {name: answer["parts"][name] for name in answer["failing"]}


def test_worker_that_fell_silent_is_named(committed: None, client: Client) -> None:
    beaten(age_s=100)

    assert failing(client)["worker"].startswith("The last sign of a worker is 10")


def test_worker_that_never_came_is_named(committed: None, client: Client) -> None:
    assert list(failing(client)) == ["worker"]


def test_missing_migration_of_one_account_is_named(committed: None, acme: Account, client: Client) -> None:
    beaten(age_s=1)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE django_migrations SET app = '-' || app WHERE app = 'teams'")
    try:
        assert failing(client) == {"migrations": "Migrations are missing in 1 schemas, the first is account_acme."}
    finally:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE django_migrations SET app = ltrim(app, '-')")


def test_event_left_undispatched_is_named(committed: None, acme: Account, client: Client) -> None:
    beaten(age_s=1)
    row = LoggedEvent.objects.create(type="ReplySent", actor_kind="system")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE events_loggedevent SET at = now() - interval '5 minutes' WHERE seq = %s", [row.seq])

    assert list(failing(client)) == ["events"]


@pytest.mark.parametrize(("late", "parts"), [(timedelta(minutes=4), []), (timedelta(minutes=6), ["mail"])])
def test_incoming_mail_that_nobody_takes_in_is_named(
    committed: None, acme: Account, client: Client, late: timedelta, parts: list[str]
) -> None:
    beaten(age_s=1)
    mail = IncomingMail.objects.create(
        mailbox=make_mailbox(acme), source=MailSource.SMTP, raw="a.eml", size_bytes=1, sha256="0"
    )
    IncomingMail.objects.filter(id=mail.id).update(received_at=timezone.now() - late)

    assert client.get("/api/ready").json()["failing"] == parts


@pytest.mark.parametrize(("late", "parts"), [(timedelta(hours=-1), []), (timedelta(minutes=6), ["mail"])])
def test_outgoing_mail_is_named_only_when_it_is_due(
    committed: None, acme: Account, client: Client, late: timedelta, parts: list[str]
) -> None:
    beaten(age_s=1)
    conversation = make_conversation(messages=1)
    email = EmailMessage.objects.create(
        direction=Direction.OUTGOING,
        mailbox=make_mailbox(acme),
        conversation=conversation,
        conversation_message=conversation.messages.get(),
        dedupe_key="k",
        raw="a.eml",
    )
    OutgoingDelivery.objects.create(email=email, recipient="customer@customers.example", due_at=timezone.now() - late)

    assert client.get("/api/ready").json()["failing"] == parts


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A server that takes connections and never says anything."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_database_that_hangs_is_named_within_seconds(
    committed: None, client: Client, silent_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    beaten(age_s=1)
    monkeypatch.setitem(connection.settings_dict, "HOST", "127.0.0.1")
    monkeypatch.setitem(connection.settings_dict, "PORT", str(silent_port))

    started = time.monotonic()
    parts = failing(client)

    assert set(parts) == {"database", "migrations", "events", "mail"}
    assert time.monotonic() - started < 8


def test_redis_that_hangs_is_named_within_seconds(
    committed: None, client: Client, silent_port: int, settings: Any
) -> None:
    settings.REDIS_URL = f"redis://:secret-word@127.0.0.1:{silent_port}/0"

    started = time.monotonic()
    response = client.get("/api/ready")

    assert response.json()["failing"] == ["redis", "worker"]
    assert b"secret-word" not in response.content
    assert time.monotonic() - started < 8
