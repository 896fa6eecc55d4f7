from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import User
from conversations.actions.change_conversation import change_conversation
from conversations.actions.receive_message import IncomingText, receive_message
from conversations.enums import MessageKind
from conversations.events import MessageEdited
from conversations.models import Contact, Conversation, MessageVersion
from hummdesk.events.models import LoggedEvent
from hummdesk.events.publishing import action, publish
from teams.access import Viewer
from tests.conversations.conftest import ViewerOf
from tests.factories import agent_of, make_agent, make_contact, make_conversation, make_message, make_team
from tests.fixtures.cast import ApiOf


def events_of(api: Any, conversation: Conversation, query: str = "") -> list[dict[str, Any]]:
    answer = api.get(f"/api/v1/conversations/{conversation.id}/events{query}")
    assert answer.status_code == 200, answer.content
    return list(answer.json()["results"])


def test_events_say_who_changed_what_with_names(api_of: ApiOf, leader: User, viewer_as: ViewerOf) -> None:
    conversation = make_conversation()
    assignee, team = make_agent(name="Ida"), make_team("Returns")
    changes = {
        "status": "pending",
        "priority": "high",
        "assignee_id": assignee.pk,
        "team_id": team.pk,
        "tags": ["vip"],
        "custom_fields": {"order": 7},
    }
    change_conversation(viewer=viewer_as(leader), conversation_id=conversation.id, changes=changes)

    events = events_of(api_of(leader), conversation)

    found = {change["field"]: (change["from"], change["to"]) for event in events for change in event["changes"]}
    assert found == {
        "status": ("open", "pending"),
        "priority": ("normal", "high"),
        "assignee": (None, {"id": str(assignee.pk), "name": "Ida"}),
        "team": (None, {"id": str(team.pk), "name": "Returns"}),
        "tags": ([], ["vip"]),
        "custom_fields.order": (None, 7),
    }
    assert {event["actor"]["name"] for event in events} == {agent_of(leader).name}
    assert events[0]["type"] == "conversation_status_changed"
    assert [event["seq"] for event in events] == sorted(event["seq"] for event in events)


def test_events_come_in_pages(api_of: ApiOf, leader: User, viewer_as: ViewerOf) -> None:
    conversation = make_conversation()
    for priority in ("high", "low", "urgent"):
        change_conversation(viewer=viewer_as(leader), conversation_id=conversation.id, changes={"priority": priority})
    api = api_of(leader)

    first = api.get(f"/api/v1/conversations/{conversation.id}/events?limit=2").json()
    second = api.get(first["next"]).json()

    to = [event["changes"][0]["to"] for page in (first, second) for event in page["results"]]
    assert to == ["high", "low", "urgent"]
    assert second["next"] is None


def test_events_cost_the_same_for_one_and_for_thirty(
    api_of: ApiOf, leader: User, viewer_as: ViewerOf, django_assert_max_num_queries: Any
) -> None:
    conversation = make_conversation()
    viewer = viewer_as(leader)
    for number in range(15):
        changes = {"assignee_id": make_agent().pk, "team_id": make_team().pk, "tags": [f"tag {number}"]}
        change_conversation(viewer=viewer, conversation_id=conversation.id, changes=changes)
    api = api_of(leader)

    with django_assert_max_num_queries(8):
        events = events_of(api, conversation)

    assert len(events) == 45


@action
def _edit(viewer: Viewer, conversation: Conversation, author: User) -> None:
    message = make_message(conversation, kind=MessageKind.NOTE, agent=author)
    version = MessageVersion.objects.create(message=message, body_text="what it said")
    publish(
        MessageEdited(
            actor=viewer.actor, conversation_id=conversation.id, message_id=message.id, version_id=version.id
        )
    )


def test_events_tell_what_a_message_said_to_its_author_and_to_leaders_only(
    api_of: ApiOf, admin: User, agent: User, leader: User, viewer_as: ViewerOf
) -> None:
    conversation = make_conversation()
    _edit(viewer_as(leader), conversation, author=leader)

    def told(user: User) -> list[Any]:
        return [change["from"] for change in events_of(api_of(user), conversation)[0]["changes"]]

    assert told(leader) == told(admin) == ["what it said"]
    assert told(agent) == []


def test_events_of_a_conversation_not_ones_own_are_404(api_of: ApiOf, agent: User) -> None:
    conversation = make_conversation(team=make_team())

    answer = api_of(agent).get(f"/api/v1/conversations/{conversation.id}/events")

    assert answer.status_code == 404


def test_undo_of_what_cannot_be_undone(api_of: ApiOf, leader: User, viewer_as: ViewerOf) -> None:
    conversation, other = make_conversation(), make_conversation()
    change_conversation(viewer=viewer_as(leader), conversation_id=conversation.id, changes={"priority": "high"})
    seq = LoggedEvent.objects.get(object_id=conversation.id).seq
    api = api_of(leader)

    undone = api.post(f"/api/v1/conversations/{conversation.id}/events/{seq}/undo")
    foreign = api.post(f"/api/v1/conversations/{other.id}/events/{seq}/undo")

    assert (undone.status_code, foreign.status_code) == (409, 404)


def test_undo_after_thirty_days_is_too_late(api_of: ApiOf, leader: User) -> None:
    source, target = make_conversation(messages=1), make_conversation(messages=1)
    api = api_of(leader)
    api.post(f"/api/v1/conversations/{source.id}/merge", {"into": str(target.id)})
    merge = LoggedEvent.objects.filter(type="ConversationMerged")
    merge.update(at=timezone.now() - timedelta(days=30, minutes=1))
    path = f"/api/v1/conversations/{source.id}/events/{merge.get().seq}/undo"

    late = api.post(path)
    merge.update(at=timezone.now() - timedelta(days=29))
    in_time = api.post(path)
    again = api.post(path)

    assert (late.status_code, in_time.status_code, again.status_code) == (409, 200, 409)


def test_events_name_the_customer_by_name_or_address(api_of: ApiOf, leader: User) -> None:
    named, nameless = make_contact(name="Ada Lind"), make_contact("b@customers.example")
    Contact.objects.filter(id=nameless.id).update(name="")
    conversations = [make_conversation(contact=contact) for contact in (named, nameless)]
    for conversation in conversations:
        text = IncomingText(body_html="<p>Hello</p>", body_text="Hello")
        receive_message(conversation=conversation, contact=conversation.contact, text=text)

    actors = [events_of(api_of(leader), conversation)[0]["actor"] for conversation in conversations]

    assert [actor["name"] for actor in actors] == ["Ada Lind", "b@customers.example"]
