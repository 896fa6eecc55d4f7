from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Account, User
from conversations.actions.change_conversation import change_conversation
from conversations.actions.set_status import set_status
from conversations.enums import Status
from conversations.errors import TransitionRefused
from conversations.models import Category, Conversation, Tag
from conversations.transitions import TRANSITIONS, Mover, can_become
from hummdesk.errors import NotFound, ValidationFailed
from hummdesk.events.actor import Actor, ActorKind
from hummdesk.events.models import LoggedEvent
from hummdesk.events.publishing import action
from tests.conversations.conftest import Published, ViewerOf
from tests.factories import agent_of, make_conversation, make_tag, make_team


def data_of(event_type: str) -> dict[str, Any]:
    data: dict[str, Any] = LoggedEvent.objects.filter(type=event_type).latest("seq").data
    return data


def test_change_conversation_publishes_the_values_before_and_after(
    acme: Account, viewer_as: ViewerOf, leader: User, agent: User
) -> None:
    order, billing = Category.objects.get(slug="order"), Category.objects.get(slug="billing")
    conversation = make_conversation(
        priority="low", category=order, subject="Before", assignee=agent_of(leader), custom_fields={"a": 1, "b": "x"}
    )
    conversation.tags.add(make_tag("old"))
    changes = {
        "priority": "high",
        "category": billing.id,
        "subject": "After",
        "assignee_id": agent.id,
        "custom_fields": {"a": True, "b": "x", "c": None},
        "add_tags": ["new"],
        "remove_tags": ["OLD"],
    }

    change_conversation(viewer=viewer_as(leader), conversation_id=conversation.id, changes=changes)

    assert data_of("ConversationPriorityChanged") == {
        "conversation_id": str(conversation.id),
        "priority_before": "low",
        "priority": "high",
    }
    category = data_of("ConversationCategoryChanged")
    assert (category["category_before"], category["category_id"]) == (str(order.id), str(billing.id))
    subject = data_of("ConversationSubjectChanged")
    assert (subject["subject_before"], subject["subject"]) == ("Before", "After")
    assigned = data_of("ConversationAssigned")
    assert (assigned["assignee_before"], assigned["assignee_id"]) == (str(leader.id), str(agent.id))
    fields = data_of("ConversationFieldsChanged")
    assert (fields["fields_before"], fields["fields"]) == ({"a": 1}, {"a": True})
    tags = data_of("ConversationTagsChanged")
    assert (tags["added"], tags["removed"]) == (["new"], ["old"])
    conversation.refresh_from_db()
    assert conversation.version == 2


def test_change_conversation_to_what_it_is_does_nothing(
    acme: Account, viewer_as: ViewerOf, leader: User, published: Published
) -> None:
    team = make_team()
    conversation = make_conversation(team=team, priority="high", custom_fields={"a": 1})
    conversation.tags.add(make_tag("vip"))
    updated_at = conversation.updated_at
    changes = {
        "status": "open",
        "snoozed_until": None,
        "priority": "high",
        "assignee_id": None,
        "team_id": team.id,
        "subject": conversation.subject,
        "tags": ["VIP"],
        "custom_fields": {"a": 1, "b": None},
        "category": None,
        "folder": "inbox",
    }

    change_conversation(viewer=viewer_as(leader), conversation_id=conversation.id, changes=changes)

    conversation.refresh_from_db()
    assert (conversation.version, conversation.updated_at) == (1, updated_at)
    assert published() == []


def test_change_conversation_uses_tags_that_are_there_whatever_their_case(
    acme: Account, viewer_as: ViewerOf, leader: User
) -> None:
    make_tag("Éclair")
    conversation = make_conversation()

    change_conversation(
        viewer=viewer_as(leader), conversation_id=conversation.id, changes={"tags": ["éclair", "Bun", "bun"]}
    )

    assert sorted(conversation.tags.values_list("name", flat=True)) == ["Bun", "Éclair"]
    assert Tag.objects.count() == 2


def test_change_conversation_that_becomes_too_full_changes_nothing(
    acme: Account, viewer_as: ViewerOf, leader: User, published: Published
) -> None:
    conversation = make_conversation()
    conversation.tags.add(*(make_tag() for _number in range(30)))

    with pytest.raises(ValidationFailed):
        change_conversation(
            viewer=viewer_as(leader),
            conversation_id=conversation.id,
            changes={"priority": "high", "add_tags": ["one more"]},
        )

    assert Conversation.objects.get(id=conversation.id).priority == "normal"
    assert not Tag.objects.filter(name="one more").exists()
    assert published() == []


def test_assignment_makes_a_conversation_visible(
    acme: Account, viewer_as: ViewerOf, leader: User, agent: User
) -> None:
    conversation = make_conversation(team=make_team())
    with pytest.raises(NotFound):
        change_conversation(viewer=viewer_as(agent), conversation_id=conversation.id, changes={"priority": "high"})

    change_conversation(viewer=viewer_as(leader), conversation_id=conversation.id, changes={"assignee_id": agent.id})

    change_conversation(viewer=viewer_as(agent), conversation_id=conversation.id, changes={"priority": "high"})
    conversation.refresh_from_db()
    assert conversation.priority == "high"


def test_snooze_can_be_moved_and_made_to_wait_for_the_customer(
    acme: Account, viewer_as: ViewerOf, leader: User, published: Published
) -> None:
    conversation = make_conversation(status=Status.SNOOZED)
    moment = timezone.now() + timedelta(days=3)

    found = []
    for wakes_at in (moment, None):
        change_conversation(
            viewer=viewer_as(leader), conversation_id=conversation.id, changes={"snoozed_until": wakes_at}
        )
        conversation.refresh_from_db()
        found.append((conversation.status, conversation.snoozed_until))

    assert found == [(Status.SNOOZED, moment), (Status.SNOOZED, None)]
    assert published() == ["ConversationStatusChanged"] * 2


@pytest.mark.parametrize("before", list(Status))
@pytest.mark.parametrize("after", list(Status))
@pytest.mark.parametrize(
    ("mover", "cause", "actor"),
    [
        (Mover.AGENT, "", Actor(ActorKind.SYSTEM)),
        (Mover.CLOCK, "woken", Actor.system()),
        (Mover.CUSTOMER, "customer_wrote", Actor.system()),
        (Mover.SYSTEM, "merged", Actor.system()),
    ],
)
def test_set_status_keeps_to_the_table_of_transitions(
    acme: Account, published: Published, before: Status, after: Status, mover: Mover, cause: str, actor: Actor
) -> None:
    conversation = make_conversation(status=before)
    wakes_at = conversation.snoozed_until if before == after else timezone.now() + timedelta(hours=1)
    is_allowed = before == after or after in TRANSITIONS[mover].get(before, frozenset())

    @action
    def move() -> None:
        set_status(conversation, after, actor=actor, snoozed_until=wakes_at, cause=cause)

    if is_allowed:
        move()
    else:
        with pytest.raises(TransitionRefused):
            move()

    conversation.refresh_from_db()
    assert conversation.status == (after if is_allowed else before)
    assert len(published()) == (1 if is_allowed and before != after else 0)


def test_contact_is_a_customer_whatever_the_cause() -> None:
    assert can_become(Status.CLOSED, Status.OPEN, actor_kind=ActorKind.CONTACT)
    assert not can_become(Status.OPEN, Status.CLOSED, actor_kind=ActorKind.CONTACT)
