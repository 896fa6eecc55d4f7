from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Account, User
from conversations.actions.change_conversation import apply_changes, change_conversation
from conversations.actions.create_conversation import create_conversation
from conversations.actions.merge_conversations import merge_conversations
from conversations.actions.receive_message import IncomingText, open_conversation, receive_message
from conversations.actions.split_conversation import split_conversation
from conversations.actions.start_conversation import start_conversation
from conversations.actions.take_back_reply import take_back_reply
from conversations.actions.undo_move import undo_move
from conversations.actions.wake import wake_conversation
from conversations.enums import Folder, Status
from conversations.errors import UnknownAssignee
from conversations.models import Conversation
from hummdesk.events.models import LoggedEvent
from hummdesk.events.publishing import action
from teams.access import Viewer
from teams.models import Agent, AgentLoad
from tests.conversations.conftest import ViewerOf
from tests.factories import agent_of, make_agent, make_contact, make_conversation, make_mailbox

pytestmark = pytest.mark.usefixtures("acme")


@pytest.fixture
def viewer(viewer_as: ViewerOf, leader: User) -> Viewer:
    return viewer_as(leader)


def load_of(agent: Agent) -> int:
    return AgentLoad.objects.get(agent=agent).current_load


def change(viewer: Viewer, conversation: Conversation, **changes: Any) -> None:
    change_conversation(viewer=viewer, conversation_id=conversation.id, changes=changes)


def status_changes(status: str) -> dict[str, Any]:
    return {"status": status, "snoozed_until": None} if status == "snoozed" else {"status": status}


def test_load_goes_from_one_agent_to_the_other(viewer: Viewer) -> None:
    conversation, ana, bo = make_conversation(), make_agent(), make_agent()

    change(viewer, conversation, assignee_id=ana.pk)
    assert (load_of(ana), load_of(bo)) == (1, 0)

    change(viewer, conversation, assignee_id=bo.pk)
    assert (load_of(ana), load_of(bo)) == (0, 1)

    change(viewer, conversation, assignee_id=None)
    assert (load_of(ana), load_of(bo)) == (0, 0)


def test_agent_was_given_something_when_they_were(viewer: Viewer) -> None:
    ana, bo = make_agent(), make_agent()

    change(viewer, make_conversation(assignee=bo), assignee_id=ana.pk)

    event = LoggedEvent.objects.get(type="ConversationAssigned")
    assert AgentLoad.objects.get(agent=ana).assigned_at == event.at
    assert AgentLoad.objects.get(agent=bo).assigned_at is None


@pytest.mark.parametrize(
    ("status", "load"), [("open", 1), ("pending", 1), ("snoozed", 0), ("resolved", 0), ("closed", 0)]
)
def test_only_open_and_pending_ones_are_in_hand(viewer: Viewer, status: str, load: int) -> None:
    ana = make_agent()
    conversation = make_conversation()
    change(viewer, conversation, assignee_id=ana.pk)

    change(viewer, conversation, **status_changes(status))

    assert load_of(ana) == load


@pytest.mark.parametrize("folder", [Folder.SPAM, Folder.TRASH])
def test_spam_and_trash_are_not_in_hand(viewer: Viewer, folder: Folder) -> None:
    ana, conversation = make_agent(), make_conversation()
    change(viewer, conversation, assignee_id=ana.pk)

    change(viewer, conversation, folder=folder)
    assert load_of(ana) == 0

    change(viewer, conversation, folder=Folder.INBOX)
    assert load_of(ana) == 1


def test_snooze_that_ends_counts_again(viewer: Viewer) -> None:
    ana = make_agent()
    conversation = make_conversation(assignee=ana, status=Status.SNOOZED)
    Conversation.objects.filter(id=conversation.id).update(snoozed_until="2020-01-01T00:00:00Z")

    wake_conversation(conversation_id=conversation.id)

    assert load_of(ana) == 1


def test_customer_who_writes_again_counts_again() -> None:
    ana = make_agent()
    conversation = make_conversation(assignee=ana, status=Status.RESOLVED)

    text = IncomingText(body_html="<p>More</p>", body_text="More")
    receive_message(conversation=conversation, contact=conversation.contact, text=text)

    assert load_of(ana) == 1


def test_merge_and_its_undo(viewer: Viewer) -> None:
    ana, bo = make_agent(), make_agent()
    source, target = make_conversation(messages=1), make_conversation(messages=1)
    change(viewer, source, assignee_id=ana.pk)
    change(viewer, target, assignee_id=bo.pk)

    merge_conversations(viewer=viewer, conversation_id=source.id, into=target.id)
    assert (load_of(ana), load_of(bo)) == (0, 1)

    seq = LoggedEvent.objects.get(type="ConversationMerged").seq
    undo_move(viewer=viewer, conversation_id=source.id, seq=seq)
    assert (load_of(ana), load_of(bo)) == (1, 1)


def test_split_and_its_undo(viewer: Viewer) -> None:
    ana, conversation = make_agent(), make_conversation(messages=2)
    change(viewer, conversation, assignee_id=ana.pk)
    message = conversation.messages.latest("created_at")

    split_conversation(viewer=viewer, conversation_id=conversation.id, message_ids=[message.id])
    assert load_of(ana) == 2

    seq = LoggedEvent.objects.get(type="MessagesSplit").seq
    undo_move(viewer=viewer, conversation_id=conversation.id, seq=seq)
    assert load_of(ana) == 1


def test_mail_that_comes_costs_no_count() -> None:
    contact = make_contact()
    text = IncomingText(body_html="<p>Hello</p>", body_text="Hello")

    with CaptureQueriesContext(connection) as queries:
        open_conversation(contact=contact, subject="New", text=text)

    assert not [query for query in queries if "agentload" in query["sql"]]


def test_several_changes_at_once_cost_one_statement(viewer: Viewer) -> None:
    ana, conversation = make_agent(), make_conversation()

    with CaptureQueriesContext(connection) as queries:
        change(viewer, conversation, assignee_id=ana.pk, status="pending", priority="high")

    assert len([query for query in queries if "agentload" in query["sql"]]) == 1


def test_status_that_is_as_much_work_costs_no_count(viewer: Viewer) -> None:
    conversation = make_conversation(assignee=make_agent())

    with CaptureQueriesContext(connection) as queries:
        change(viewer, conversation, status="pending")

    assert not [query for query in queries if "agentload" in query["sql"]]


def test_agent_who_left_since_the_check_is_given_nothing(viewer: Viewer) -> None:
    gone, conversation = make_agent(is_active=False), make_conversation()

    with pytest.raises(UnknownAssignee):
        action(apply_changes)(conversation, {"assignee": gone}, actor=viewer.actor)

    conversation.refresh_from_db()
    assert conversation.assignee_id is None


def test_conversations_that_begin_with_an_assignee_count(
    viewer: Viewer, agent: User, acme: Account, viewer_as: ViewerOf
) -> None:
    mailbox, ana = make_mailbox(acme), make_agent()

    create_conversation(viewer=viewer, address="a@b.example", body_text="Hi", given={"assignee_id": ana.pk})
    message = start_conversation(
        viewer=viewer_as(agent),
        address="c@d.example",
        mailbox_id=mailbox.id,
        given={"subject": "Yours"},
        body_text="Hello",
        send_at=timezone.now() + timedelta(hours=1),
    )
    assert (load_of(ana), load_of(agent_of(agent))) == (1, 1)

    take_back_reply(viewer=viewer_as(agent), message_id=message.id)
    assert load_of(agent_of(agent)) == 0
