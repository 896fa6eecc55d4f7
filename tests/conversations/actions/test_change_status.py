from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Account, User
from conversations.actions.change_status import change_status
from conversations.enums import MessageKind, Status
from conversations.errors import SnoozeInPast
from tests.conversations.conftest import Published, ViewerOf
from tests.factories import make_conversation, make_message


@pytest.mark.parametrize("status", [Status.PENDING, Status.RESOLVED, Status.CLOSED])
def test_change_status_sets_it_and_its_moment(
    acme: Account, viewer_as: ViewerOf, leader: User, published: Published, status: Status
) -> None:
    conversation = make_conversation(messages=1)

    change_status(viewer=viewer_as(leader), conversation_id=conversation.id, status=status)

    conversation.refresh_from_db()
    assert conversation.status == status
    assert (conversation.waiting_since is None) == (status in {Status.RESOLVED, Status.CLOSED})
    assert (conversation.resolved_at is not None) == (status in {Status.RESOLVED, Status.CLOSED})
    assert conversation.version == 2
    assert published() == ["ConversationStatusChanged"]


def test_change_status_to_the_same_one_does_nothing(
    acme: Account, viewer_as: ViewerOf, leader: User, published: Published
) -> None:
    conversation = make_conversation(status=Status.RESOLVED)
    resolved_at = conversation.resolved_at

    change_status(viewer=viewer_as(leader), conversation_id=conversation.id, status=Status.RESOLVED)

    conversation.refresh_from_db()
    assert conversation.resolved_at == resolved_at
    assert published() == []


def test_change_status_to_snoozed_needs_a_time_to_come(
    acme: Account, viewer_as: ViewerOf, leader: User, published: Published
) -> None:
    conversation = make_conversation()

    for moment in (None, timezone.now() - timedelta(seconds=1)):
        with pytest.raises(SnoozeInPast):
            change_status(
                viewer=viewer_as(leader), conversation_id=conversation.id, status=Status.SNOOZED, snoozed_until=moment
            )

    conversation.refresh_from_db()
    assert conversation.status == Status.OPEN
    assert published() == []


def test_change_status_snoozes_until_a_time(acme: Account, viewer_as: ViewerOf, leader: User) -> None:
    conversation = make_conversation()
    moment = timezone.now() + timedelta(hours=2)

    change_status(
        viewer=viewer_as(leader), conversation_id=conversation.id, status=Status.SNOOZED, snoozed_until=moment
    )

    conversation.refresh_from_db()
    assert conversation.snoozed_until == moment


def test_change_status_back_from_resolved_has_the_customer_waiting_as_before(
    acme: Account, viewer_as: ViewerOf, leader: User
) -> None:
    viewer = viewer_as(leader)
    unanswered, answered = make_conversation(messages=2), make_conversation(messages=1)
    make_message(answered, kind=MessageKind.REPLY, agent=viewer.agent)
    for conversation, is_waiting in ((unanswered, True), (answered, False)):
        first = conversation.messages.earliest("created_at").created_at
        change_status(viewer=viewer, conversation_id=conversation.id, status=Status.RESOLVED)

        change_status(viewer=viewer, conversation_id=conversation.id, status=Status.OPEN)

        conversation.refresh_from_db()
        assert conversation.waiting_since == (first if is_waiting else None)
