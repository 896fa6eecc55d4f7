"""Work that runs without a request keeps to its account, and does nothing when it has forgotten which one it is."""

import asyncio
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.db import ProgrammingError, connection, transaction

from accounts.models import Account
from conversations.models import Attachment, Conversation, Tag
from hummdesk.celery import app
from hummdesk.errors import AccountRequired
from hummdesk.events.actor import Actor
from hummdesk.events.event import Event
from hummdesk.events.publishing import action, publish
from hummdesk.live.nudges import account_group
from hummdesk.tenancy.async_database import account_database
from hummdesk.tenancy.context import account_context, account_schema, current_schema, platform_context
from tests import factories
from tests.fixtures.work import RunTasks
from tests.scene import tenant_models

app.loader.import_default_modules()
OURS = sorted(name for name, task in app.tasks.items() if not name.startswith("celery."))


@pytest.mark.parametrize("name", OURS)
def test_task_of_an_account_is_refused_without_one(name: str, acme: Account, run_tasks: RunTasks) -> None:
    if app.tasks[name].platform:
        assert name in {entry["task"] for entry in app.conf.beat_schedule.values()}
        return
    with platform_context():
        app.send_task(name)

    with pytest.raises(AccountRequired):
        run_tasks()


@pytest.mark.parametrize("schema", ["", "public", "account_gone"])
def test_task_whose_header_names_no_account_is_refused(schema: str, acme: Account, run_tasks: RunTasks) -> None:
    app.send_task("hummdesk.events.tasks.sweep_account_events", headers={"_schema_name": schema})

    with pytest.raises((AccountRequired, Account.DoesNotExist)):
        run_tasks()


def test_task_runs_in_the_account_that_was_in_force_when_it_was_sent(
    acme: Account, nordhem: Account, run_tasks: RunTasks, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    task = app.tasks["hummdesk.events.tasks.sweep_account_events"]
    monkeypatch.setattr(task, "run", lambda: seen.append(current_schema()))
    for account in (nordhem, acme, nordhem):
        with account_context(account):
            task.delay()

    run_tasks()

    assert seen == ["account_nordhem", "account_acme", "account_nordhem"]


def test_every_table_of_an_account_is_missing_on_the_platform(acme: Account) -> None:
    """A forgotten account is an error then, never another account's rows."""
    names = [model._meta.db_table for model in tenant_models() if model._meta.app_label != "api"]

    with platform_context(), connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename = ANY(%s)", [names])
        assert cursor.fetchall() == []
        with pytest.raises(ProgrammingError), transaction.atomic():
            Conversation.objects.exists()


def test_event_without_an_account_is_not_written(acme: Account) -> None:
    @action
    def forgetful() -> None:
        publish(Event(actor=Actor.system()))

    with platform_context(), pytest.raises(AccountRequired):
        forgetful()


@pytest.mark.parametrize("schema", ["public", "account_gone", "", 'account_acme", public; --'])
def test_schema_of_no_account_cannot_be_put_in_force(acme: Account, schema: str) -> None:
    with platform_context(), pytest.raises(AccountRequired), account_schema(schema):
        pass


def test_transaction_rolled_back_leaves_the_same_account_in_force(acme: Account, nordhem: Account) -> None:
    """PostgreSQL takes back a `SET search_path` together with the transaction that it was made in."""
    factories.make_tag("only in acme")

    with account_context(nordhem):
        sid = transaction.savepoint()
        list(Tag.objects.all())
        transaction.savepoint_rollback(sid)
        assert not Tag.objects.exists()


def test_cache_keeps_the_accounts_apart(acme: Account, nordhem: Account) -> None:
    cache.set("colour", "red of acme")

    with account_context(nordhem):
        assert cache.get("colour") is None
        cache.set("colour", "blue of nordhem")
    assert cache.get("colour") == "red of acme"


def test_files_of_the_accounts_lie_apart(acme: Account, nordhem: Account) -> None:
    def stored() -> str:
        attachment = Attachment(name="a.txt", size_bytes=1)
        attachment.file.save("../../evil.txt", ContentFile(b"x"), save=False)
        return str(attachment.file.name)

    with account_context(nordhem):
        theirs = stored()

    assert stored().startswith("account_acme/")
    assert theirs.startswith("account_nordhem/")
    assert "evil" not in theirs


def test_file_without_an_account_is_not_stored(acme: Account) -> None:
    with platform_context(), pytest.raises(AccountRequired):
        Attachment(name="a.txt", size_bytes=1).file.save("a.txt", ContentFile(b"x"), save=False)


def test_groups_of_sockets_carry_the_schema(acme: Account, nordhem: Account) -> None:
    assert account_group(acme.schema_name) != account_group(nordhem.schema_name)
    assert acme.schema_name in account_group(acme.schema_name)


def test_database_calls_of_consumers_each_run_in_their_account(committed: None) -> None:
    accounts = [Account.objects.get(slug=slug) for slug in ("acme", "nordhem")] * 20

    async def all_at_once() -> list[Any]:
        return list(await asyncio.gather(*(account_database(account, current_schema)() for account in accounts)))

    assert asyncio.run(all_at_once()) == [account.schema_name for account in accounts]
