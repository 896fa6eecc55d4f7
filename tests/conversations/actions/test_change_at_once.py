"""Two connections that want the same conversation at the same moment."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from accounts.models import Account, User
from conversations.actions.change_conversation import change_conversation
from conversations.actions.change_conversations import change_conversations
from conversations.actions.merge_conversations import merge_conversations
from conversations.actions.receive_message import IncomingText, receive_message
from conversations.models import Conversation
from hummdesk.errors import Conflict, DomainError
from hummdesk.events.models import LoggedEvent
from hummdesk.tenancy.context import account_context
from tests.conversations.conftest import ViewerOf
from tests.factories import make_agent, make_conversation

pytestmark = pytest.mark.usefixtures("committed")


def at_once(account: Account, calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """Return what the calls return or refuse, each made on its own connection, all beginning together."""
    start = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            with account_context(account):
                start.wait(10)
                return call()
        except DomainError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [done.result(30) for done in [pool.submit(run, call) for call in calls]]


def test_eight_who_assign_at_once_leave_one_chain_of_assignments(
    acme: Account, viewer_as: ViewerOf, leader: User
) -> None:
    conversation, agents, viewer = make_conversation(), [make_agent() for _number in range(8)], viewer_as(leader)

    at_once(
        acme,
        [
            partial(
                change_conversation, viewer=viewer, conversation_id=conversation.id, changes={"assignee_id": agent.pk}
            )
            for agent in agents
        ],
    )

    conversation.refresh_from_db()
    events = [event.data for event in LoggedEvent.objects.filter(object_id=conversation.id).order_by("seq")]
    before = [event["assignee_before"] for event in events]
    after = [event["assignee_id"] for event in events]
    assert before == [None, *after[:-1]]
    assert set(after) == {str(agent.pk) for agent in agents}
    assert (str(conversation.assignee_id), conversation.version) == (after[-1], 9)


def test_one_of_four_with_the_same_version_wins(acme: Account, viewer_as: ViewerOf, leader: User) -> None:
    conversation, viewer = make_conversation(), viewer_as(leader)

    found = at_once(
        acme,
        [
            partial(
                change_conversation,
                viewer=viewer,
                conversation_id=conversation.id,
                changes={"subject": f"Subject of {number}"},
                version=1,
            )
            for number in range(4)
        ],
    )

    conversation.refresh_from_db()
    assert sum(isinstance(one, Conflict) for one in found) == 3
    assert conversation.version == 2


def test_merges_into_each_other_end_with_one_merge_and_one_conflict(
    acme: Account, viewer_as: ViewerOf, leader: User
) -> None:
    viewer = viewer_as(leader)
    for _round in range(5):
        first, second = make_conversation(messages=1), make_conversation(messages=1)

        found = at_once(
            acme,
            [
                partial(merge_conversations, viewer=viewer, conversation_id=first.id, into=second.id),
                partial(merge_conversations, viewer=viewer, conversation_id=second.id, into=first.id),
            ],
        )

        assert sorted(isinstance(one, Conflict) for one in found) == [False, True]
        assert sorted(row.messages.count() for row in (first, second)) == [0, 2]


def test_mail_that_comes_during_a_merge_is_not_left_behind(acme: Account, viewer_as: ViewerOf, leader: User) -> None:
    viewer = viewer_as(leader)
    text = IncomingText(body_html="<p>More</p>", body_text="More")
    for _round in range(5):
        source, target = make_conversation(messages=1), make_conversation(messages=1)

        at_once(
            acme,
            [
                partial(merge_conversations, viewer=viewer, conversation_id=source.id, into=target.id),
                partial(receive_message, conversation=source, contact=source.contact, text=text),
            ],
        )

        target.refresh_from_db()
        assert (source.messages.count(), target.message_count) == (0, 3)


def test_bulk_changes_of_the_same_rows_in_other_orders_do_not_block_each_other(
    acme: Account, viewer_as: ViewerOf, leader: User
) -> None:
    viewer = viewer_as(leader)
    ids = [str(make_conversation().id) for _number in range(20)]

    change_all = partial(change_conversations, viewer=viewer)
    change_one = partial(change_conversation, viewer=viewer, conversation_id=ids[7])
    found = at_once(
        acme,
        [
            partial(change_all, ids=ids, changes={"add_tags": ["b", "a", "c"]}),
            partial(change_all, ids=ids[::-1], changes={"add_tags": ["c", "b", "a"]}),
            partial(change_one, changes={"add_tags": ["c", "a"], "priority": "high"}),
        ],
    )

    assert not [one for one in found if isinstance(one, DomainError)]
    assert {row.tags.count() for row in Conversation.objects.filter(id__in=ids)} == {3}


def test_mail_to_a_merged_one_waits_for_who_changes_both(acme: Account, viewer_as: ViewerOf, leader: User) -> None:
    """It is locked in the order of ids, too, though the way of the merge goes against it."""
    viewer = viewer_as(leader)
    target, source = make_conversation(messages=1), make_conversation(messages=1)
    assert target.id < source.id
    merge_conversations(viewer=viewer, conversation_id=source.id, into=target.id)
    source.refresh_from_db()

    def write() -> None:
        for _number in range(10):
            receive_message(conversation=source, contact=source.contact, text=IncomingText(body_html="", body_text=""))

    def change() -> None:
        for number in range(10):
            ids, subject = [str(source.id), str(target.id)], f"Subject {number}"
            change_conversations(viewer=viewer, ids=ids, changes={"subject": subject})

    at_once(acme, [write, write, change, change])

    assert target.messages.filter(kind="incoming").count() == 22


def test_mail_follows_a_merge_made_while_it_waits(acme: Account, viewer_as: ViewerOf, leader: User) -> None:
    viewer = viewer_as(leader)
    target, source = make_conversation(messages=1), make_conversation(messages=1)
    known = Conversation.objects.select_related("contact").get(id=source.id)
    merge_conversations(viewer=viewer, conversation_id=source.id, into=target.id)

    message = receive_message(
        conversation=known, contact=known.contact, text=IncomingText(body_html="", body_text="Late")
    )

    assert message.conversation_id == target.id
