import threading
from typing import Any
from uuid import UUID

import pytest
import uuid7
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import Account
from conversations.events import NoteAdded
from hummdesk.errors import AccountRequired
from hummdesk.events.actor import Actor
from hummdesk.events.event import Event
from hummdesk.events.models import LoggedEvent
from hummdesk.events.publishing import PublishedOutsideAction, action, publish
from hummdesk.tenancy.context import account_context, platform_context
from tests.factories import make_contact


def note(**fields: Any) -> NoteAdded:
    return NoteAdded(
        **{
            "actor": Actor.system(),
            "conversation_id": uuid7.create(),
            "message_id": uuid7.create(),
            **fields,
        }
    )


class Refused(Exception):
    """What an action of these tests raises."""


@action
def say(*events: Event) -> None:
    for event in events:
        publish(event)


def types_and_objects() -> list[tuple[str, UUID | None]]:
    return list(LoggedEvent.objects.order_by("seq").values_list("type", "object_id"))


def test_action_writes_its_events_in_order(acme: Account) -> None:
    first, second = note(), note()
    before = len(types_and_objects())

    say(first, second)

    assert types_and_objects()[before:] == [
        ("NoteAdded", first.conversation_id),
        ("NoteAdded", second.conversation_id),
    ]
    row = LoggedEvent.objects.latest("seq")
    assert row.data == {"conversation_id": str(second.conversation_id), "message_id": str(second.message_id)}
    assert row.actor_kind == "system"


def test_action_that_fails_leaves_neither_rows_nor_events(acme: Account) -> None:
    @action
    def fail() -> None:
        make_contact("gone@example.fi")
        publish(note())
        raise Refused

    before = types_and_objects()
    with pytest.raises(Refused):
        fail()

    assert types_and_objects() == before


def test_nested_action_that_fails_takes_only_its_own_events_along(acme: Account) -> None:
    kept = note()

    @action
    def fail() -> None:
        publish(note())
        raise Refused

    @action
    def outer() -> None:
        publish(kept)
        with pytest.raises(Refused), transaction.atomic():
            fail()

    before = len(types_and_objects())
    outer()

    assert types_and_objects()[before:] == [("NoteAdded", kept.conversation_id)]


def test_action_that_goes_on_without_a_savepoint_after_a_nested_one_failed_is_refused(acme: Account) -> None:
    @action
    def fail() -> None:
        raise Refused

    @action
    def outer() -> None:
        with pytest.raises(Refused):
            fail()
        make_contact("after@example.fi")

    with pytest.raises(transaction.TransactionManagementError):
        outer()


def test_nested_action_costs_no_statement(acme: Account) -> None:
    nested = action(lambda: None)

    action(lambda: None)()
    with CaptureQueriesContext(connection) as queries:
        action(lambda: [nested() for _each in range(3)])()

    assert [query["sql"].split()[0] for query in queries] == ["SAVEPOINT", "RELEASE"]


def test_publish_outside_of_an_action_is_refused(acme: Account) -> None:
    with pytest.raises(PublishedOutsideAction):
        publish(note())


def test_publish_without_an_account_is_refused(acme: Account) -> None:
    with platform_context(), pytest.raises(AccountRequired):
        say(note())


def test_event_of_another_account_goes_to_its_own_log(acme: Account, nordhem: Account) -> None:
    event = note()

    @action
    def act() -> None:
        with account_context(nordhem):
            publish(event)

    act()

    assert not LoggedEvent.objects.filter(object_id=event.conversation_id).exists()
    with account_context(nordhem):
        assert LoggedEvent.objects.filter(object_id=event.conversation_id).exists()


def test_seq_rises_in_the_order_of_commits(acme: Account, committed: None) -> None:
    """The second action waits with its events until the first has committed, so no reader sees a gap fill up."""
    early, late = note(), note()
    finished = threading.Event()

    def act_later() -> None:
        with account_context(acme):
            say(late)
        finished.set()
        connections.close_all()

    with transaction.atomic():
        say(early)
        thread = threading.Thread(target=act_later)
        thread.start()
        was_waiting = not finished.wait(0.5)
        assert connection.in_atomic_block
    thread.join(10)

    seqs = dict(LoggedEvent.objects.values_list("object_id", "seq"))
    assert was_waiting
    assert finished.is_set()
    assert seqs[early.conversation_id] < seqs[late.conversation_id]
