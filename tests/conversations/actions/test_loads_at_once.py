"""Many connections that give, take, finish and merge the same conversations: loads are true, and nobody gets stuck."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts.models import Account, User
from conversations.actions.change_conversation import change_conversation
from conversations.actions.change_conversations import change_conversations
from conversations.actions.merge_conversations import merge_conversations
from conversations.actions.receive_message import IncomingText, receive_message
from conversations.actions.reconcile_loads import reconcile_loads
from conversations.actions.split_conversation import split_conversation
from conversations.models import Conversation, Message
from conversations.queries.loads import Correction
from hummdesk.errors import DomainError
from hummdesk.events.actor import Actor
from teams.access import Viewer
from tests.conversations.actions.test_change_at_once import at_once
from tests.conversations.actions.test_recount_loads import status_changes
from tests.conversations.conftest import ViewerOf
from tests.factories import make_agent, make_conversation

pytestmark = pytest.mark.usefixtures("committed")

AGENTS, CONVERSATIONS, THREADS = 3, 4, 4
_places = st.integers(0, CONVERSATIONS - 1)
_agents = st.one_of(st.none(), st.integers(0, AGENTS - 1))
_statuses = st.sampled_from(["open", "pending", "snoozed", "resolved", "closed"])
_steps = st.one_of(
    st.tuples(st.just("assign"), _places, _agents),
    st.tuples(st.just("assign_all"), _agents, _statuses),
    st.tuples(st.just("status"), _places, _statuses),
    st.tuples(st.just("folder"), _places, st.sampled_from(["inbox", "spam", "trash"])),
    st.tuples(st.just("merge"), _places, _places),
    st.tuples(st.just("split"), _places, st.none()),
    st.tuples(st.just("write"), _places, st.none()),
    st.tuples(st.just("reconcile"), st.none(), st.none()),
)
_work = st.lists(st.lists(_steps, min_size=1, max_size=5), min_size=THREADS, max_size=THREADS)


# Nothing is shrunk: what fails by chance fails otherwise the next time.
@settings(
    max_examples=12,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(work=_work)
def test_loads_are_what_is_in_hand_after_whatever_happens_at_once(
    acme: Account, viewer_as: ViewerOf, leader: User, work: list[list[tuple[Any, Any, Any]]]
) -> None:
    agents = [make_agent().pk for _number in range(AGENTS)]
    conversations = [make_conversation(messages=2).id for _number in range(CONVERSATIONS)]
    call = partial(_call, viewer_as(leader), agents, conversations)

    # An error that is not the house's own, as a deadlock is, comes out here.
    corrected = at_once(acme, [partial(_one_after_the_other, [call(step) for step in steps]) for steps in work])

    assert not any(corrected)
    assert reconcile_loads(actor=Actor.system()) == []


def _one_after_the_other(calls: Sequence[Callable[[], Any]]) -> bool:
    """Return whether any step found a load that was wrong."""
    found: list[Any] = []
    for call in calls:
        with suppress(DomainError):  # what another thread has made impossible meanwhile
            answer = call()
            found += [one for one in answer if isinstance(one, Correction)] if isinstance(answer, list) else []
    return bool(found)


def _call(
    viewer: Viewer, agents: list[UUID], conversations: list[UUID], step: tuple[str, Any, Any]
) -> Callable[[], Any]:
    word, first, second = step
    if word == "reconcile":
        return partial(reconcile_loads, actor=Actor.system())
    if word == "assign_all":
        changes = {"assignee_id": _id_in(agents, first)} | status_changes(second)
        return partial(change_conversations, viewer=viewer, ids=[str(one) for one in conversations], changes=changes)
    one = conversations[first]
    if word == "merge":
        return partial(merge_conversations, viewer=viewer, conversation_id=one, into=conversations[second])
    if word in ("split", "write"):
        return partial(_split if word == "split" else _write, viewer, one)
    if word == "assign":
        changes = {"assignee_id": _id_in(agents, second)}
    else:
        changes = status_changes(second) if word == "status" else {"folder": second}
    return partial(change_conversation, viewer=viewer, conversation_id=one, changes=changes)


def _id_in(ids: list[UUID], number: int | None) -> UUID | None:
    return None if number is None else ids[number]


def _split(viewer: Viewer, conversation_id: UUID) -> None:
    newest = Message.objects.filter(conversation_id=conversation_id).order_by("-created_at").first()
    if newest is not None:
        split_conversation(viewer=viewer, conversation_id=conversation_id, message_ids=[newest.id])


def _write(_viewer: Viewer, conversation_id: UUID) -> None:
    conversation = Conversation.objects.select_related("contact").get(id=conversation_id)
    text = IncomingText(body_html="<p>More</p>", body_text="More")
    receive_message(conversation=conversation, contact=conversation.contact, text=text)
