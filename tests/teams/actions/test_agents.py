import pytest

from accounts.actions.members import remove_member
from accounts.models import Account, User
from conversations.actions.receive_message import IncomingText, receive_message
from conversations.enums import Status
from conversations.models import Conversation
from hummdesk.events.actor import Actor
from hummdesk.events.models import LoggedEvent
from teams.access import Viewer
from teams.models import Agent, AgentLoad, TeamMember
from tests.factories import agent_of, make_agent, make_conversation, make_team


@pytest.fixture
def gone(acme: Account, agent: User, managing: Viewer) -> Agent:
    """An agent of a team, with work in hand, whose membership has ended."""
    leaving = agent_of(agent)
    team = make_team(agents=[leaving])
    for status in ("open", "pending", "snoozed", "resolved"):
        make_conversation(team=team, assignee=leaving, status=status)
    Agent.objects.filter(pk=make_agent().pk).update(substitute=leaving)
    remove_member(account=acme, user_id=agent.id, actor=managing.actor)
    leaving.refresh_from_db()
    return leaving


def test_agent_who_leaves_leaves_unfinished_work_in_the_queue(gone: Agent, managing: Viewer) -> None:
    rows = Conversation.objects.order_by("id")
    released = [row for row in rows if row.status != Status.RESOLVED]

    assert not gone.is_active
    assert {row.assignee_id for row in released} == {None}
    assert all(row.team_id and row.version == 2 for row in released)
    assert rows.get(status=Status.RESOLVED).assignee_id == gone.pk
    told = LoggedEvent.objects.filter(type="ConversationAssigned")
    assert {(one.object_id, one.actor_id) for one in told} == {(row.id, managing.id) for row in released}
    assert AgentLoad.objects.get(agent=gone).current_load == 0


def test_agent_who_leaves_is_in_no_team_and_stands_in_for_nobody(gone: Agent) -> None:
    assert not TeamMember.objects.filter(agent=gone).exists()
    assert not Agent.objects.filter(substitute=gone).exists()


def test_customer_who_writes_again_is_not_left_with_an_agent_who_is_gone(gone: Agent) -> None:
    conversation = Conversation.objects.get(status=Status.RESOLVED)

    text = IncomingText(body_html="<p>Again</p>", body_text="Again")
    receive_message(conversation=conversation, contact=conversation.contact, text=text)

    conversation.refresh_from_db()
    assert (conversation.status, conversation.assignee_id) == (Status.OPEN, None)
    event = LoggedEvent.objects.get(type="ConversationAssigned", object_id=conversation.id)
    assert (event.actor_kind, event.data["assignee_before"]) == (Actor.system().kind, str(gone.pk))
