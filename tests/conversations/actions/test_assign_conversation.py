import pytest
import uuid7

from accounts.models import Account, User
from conversations.actions.assign_conversation import assign_conversation
from conversations.errors import UnknownAssignee
from tests.conversations.conftest import Published, ViewerOf
from tests.factories import agent_of, make_agent, make_conversation


def test_assign_conversation_to_an_agent_and_to_nobody(
    acme: Account, viewer_as: ViewerOf, leader: User, agent: User, published: Published
) -> None:
    conversation = make_conversation()
    viewer = viewer_as(leader)

    assign_conversation(viewer=viewer, conversation_id=conversation.id, assignee_id=agent.id)
    conversation.refresh_from_db()
    assigned_to = conversation.assignee_id
    assign_conversation(viewer=viewer, conversation_id=conversation.id, assignee_id=None)

    conversation.refresh_from_db()
    assert assigned_to == agent_of(agent).pk
    assert conversation.assignee_id is None
    assert published() == ["ConversationAssigned", "ConversationAssigned"]


def test_assign_conversation_to_whom_it_is_assigned_does_nothing(
    acme: Account, viewer_as: ViewerOf, leader: User, agent: User, published: Published
) -> None:
    conversation = make_conversation(assignee=agent_of(agent))

    assign_conversation(viewer=viewer_as(leader), conversation_id=conversation.id, assignee_id=agent.id)

    assert published() == []


def test_assign_conversation_to_a_stranger_or_former_agent_is_refused(
    acme: Account, viewer_as: ViewerOf, leader: User, stranger: User, published: Published
) -> None:
    conversation = make_conversation()
    former = make_agent(is_active=False)

    for assignee_id in (uuid7.create(), stranger.id, former.pk):
        with pytest.raises(UnknownAssignee):
            assign_conversation(viewer=viewer_as(leader), conversation_id=conversation.id, assignee_id=assignee_id)

    conversation.refresh_from_db()
    assert conversation.assignee_id is None
    assert published() == []
