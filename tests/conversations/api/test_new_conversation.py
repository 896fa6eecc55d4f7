from collections.abc import Mapping
from typing import Any

import pytest
import uuid7
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Account, Membership, User
from conversations.enums import MessageKind
from conversations.models import Attachment, Contact, Conversation, Message, Tag
from hummdesk.tenancy.context import account_context
from tests.accounts.api.clients import problem
from tests.conversations.conftest import Published
from tests.factories import agent_of, make_agent, make_contact, make_team
from tests.fixtures.cast import ApiOf

CONVERSATIONS = "/api/v1/conversations"


def words(**more: Any) -> dict[str, Any]:
    """A body that is taken."""
    return {
        "subject": "Where is it?",
        "contact": {"email": "Bo@Customers.example", "name": "Bo"},
        "message": {"body_text": "My parcel is late."},
        **more,
    }


def test_new_conversation_has_its_first_message_and_its_customer(
    api_of: ApiOf, agent: User, published: Published
) -> None:
    answer = api_of(agent).post(CONVERSATIONS, words())

    assert answer.status_code == 201, answer.content
    body = answer.json()
    conversation = Conversation.objects.get(id=body["id"])
    assert answer["Location"] == f"{CONVERSATIONS}/{conversation.id}"
    assert (body["subject"], body["status"], body["channel"], body["version"]) == ("Where is it?", "open", "api", 1)
    assert body["contact"] == {"id": str(conversation.contact_id), "name": "Bo", "email": "bo@customers.example"}
    assert body["last_message"]["preview"] == "My parcel is late."
    assert body["last_message"]["author"]["type"] == "contact"
    assert (body["message_count"], body["unread"]) == (1, True)
    assert body["waiting_since"] == body["last_message"]["created_at"]
    assert published() == ["ConversationOpened", "MessageReceived"]


def test_new_conversation_takes_all_that_it_may_begin_with(api_of: ApiOf, agent: User, published: Published) -> None:
    team = make_team(agents=[agent])
    given = {
        "priority": "urgent",
        "team_id": str(team.id),
        "assignee_id": str(agent.id),
        "tags": ["Late", "late", "b"],
    }

    answer = api_of(agent).post(CONVERSATIONS, words(**given, custom_fields={"order": 17, "gone": None}))

    body = answer.json()
    assert answer.status_code == 201, body
    assert (body["priority"], body["team"]["id"], body["assignee"]["id"]) == ("urgent", str(team.id), str(agent.id))
    assert sorted(body["tags"]) == ["Late", "b"]
    assert body["custom_fields"] == {"order": 17}
    assert published() == [
        "ConversationOpened",
        "MessageReceived",
        "ConversationTeamChanged",
        "ConversationAssigned",
        "ConversationTagsChanged",
    ]


def test_new_conversation_of_a_known_customer_makes_no_second_one(api_of: ApiOf, agent: User) -> None:
    known = make_contact("bo@customers.example", name="Bo Known")

    answer = api_of(agent).post(CONVERSATIONS, words())

    assert answer.json()["contact"] == {"id": str(known.id), "name": "Bo Known", "email": "bo@customers.example"}


def test_new_conversation_of_a_blocked_customer_is_spam(api_of: ApiOf, agent: User) -> None:
    make_contact(email="bo@customers.example", is_blocked=True)

    assert api_of(agent).post(CONVERSATIONS, words()).json()["folder"] == "spam"


def test_new_conversation_keeps_html_that_is_safe(api_of: ApiOf, agent: User) -> None:
    html = "<p>Hello <b>you</b></p><script>alert(1)</script>"

    answer = api_of(agent).post(CONVERSATIONS, words(message={"body_html": html}))

    message = Message.objects.get(id=answer.json()["last_message"]["id"])
    assert message.kind == MessageKind.INCOMING
    assert "<b>you</b>" in message.body_html
    assert "alert" not in message.body_html
    assert message.body_text == "Hello you"


def test_new_conversation_takes_uploads(api_of: ApiOf, agent: User) -> None:
    upload = Attachment.objects.create(uploaded_by=agent_of(agent), file="x", name="a.txt", size_bytes=1)

    answer = api_of(agent).post(CONVERSATIONS, words(message={"body_text": "See", "attachments": [str(upload.id)]}))

    upload.refresh_from_db()
    assert str(upload.message_id) == answer.json()["last_message"]["id"]


def test_new_conversation_of_a_team_not_ones_own_is_still_shown_to_its_maker(api_of: ApiOf, agent: User) -> None:
    team = make_team()

    answer = api_of(agent).post(CONVERSATIONS, words(team_id=str(team.id)))

    assert (answer.status_code, answer.json()["team"]["id"]) == (201, str(team.id))
    assert api_of(agent).get(answer["Location"]).status_code == 404


UNKNOWN = str(uuid7.create())


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"subject": ""}, "subject"),
        ({"subject": "x" * 301}, "subject"),
        ({"contact": {"name": "Bo"}}, "contact.email"),
        ({"contact": {"email": "no address"}}, "contact.email"),
        ({"contact": {"email": "bo@customers.example", "is_blocked": True}}, "contact.is_blocked"),
        ({"message": {}}, "body"),
        ({"message": {"body_html": "<script>x</script>"}}, "body"),
        ({"message": {"body_text": "x" * 500_001}}, "message.body_text"),
        ({"message": {"body_text": "See", "attachments": [UNKNOWN]}}, "attachments"),
        ({"channel": "email"}, "channel"),
        ({"priority": "high!"}, "priority"),
        ({"team_id": UNKNOWN}, "team_id"),
        ({"assignee_id": UNKNOWN}, "assignee_id"),
        ({"tags": ["x" * 51]}, "tags.0"),
        ({"custom_fields": {"a": {"b": 1}}}, "custom_fields"),
        ({"custom_fields": [1]}, "custom_fields"),
        ({"status": "closed"}, "status"),
    ],
)
def test_new_conversation_with_a_fault_is_422_and_leaves_nothing(
    api_of: ApiOf, agent: User, published: Published, more: Mapping[str, Any], field: str
) -> None:
    answer = api_of(agent).post(CONVERSATIONS, words(**more))

    assert problem(answer) == (422, "validation_error")
    assert list(answer.json()["errors"]) == [field]
    assert not Conversation.objects.exists()
    assert not Contact.objects.exists()
    assert not Tag.objects.exists()
    assert published() == []


def test_new_conversation_is_not_given_to_people_of_another_account(
    api_of: ApiOf, agent: User, nordhem: Account, stranger: User
) -> None:
    with account_context(nordhem):
        foreign = make_team()

    for given in ({"assignee_id": str(stranger.id)}, {"team_id": str(foreign.id)}):
        assert problem(api_of(agent).post(CONVERSATIONS, words(**given))) == (422, "validation_error")


def test_new_conversation_is_not_given_to_an_agent_who_left(api_of: ApiOf, agent: User) -> None:
    retired = make_agent(is_active=False)

    answer = api_of(agent).post(CONVERSATIONS, words(assignee_id=str(retired.pk)))

    assert list(answer.json()["errors"]) == ["assignee_id"]


def test_new_conversation_does_not_take_the_uploads_of_others(api_of: ApiOf, agent: User, admin: User) -> None:
    upload = Attachment.objects.create(uploaded_by=agent_of(admin), file="x", name="a.txt", size_bytes=1)

    answer = api_of(agent).post(CONVERSATIONS, words(message={"body_text": "See", "attachments": [str(upload.id)]}))

    assert list(answer.json()["errors"]) == ["attachments"]
    assert not Conversation.objects.exists()


def test_new_conversation_with_half_a_million_characters_is_taken(api_of: ApiOf, agent: User) -> None:
    answer = api_of(agent).post(CONVERSATIONS, words(message={"body_text": "word " * 99_999}))

    assert answer.status_code == 201


def test_new_conversation_with_the_same_key_is_made_once(api_of: ApiOf, agent: User) -> None:
    api = api_of(agent)

    first, again = (api.post(CONVERSATIONS, words(), headers={"idempotency-key": "k"}) for _time in range(2))

    assert first.json() == again.json()
    assert again["Location"] == first["Location"]
    assert Conversation.objects.count() == 1


def test_new_conversation_needs_a_member(api_of: ApiOf, agent: User, acme: Account) -> None:
    api = api_of(agent)
    Membership.objects.filter(user=agent, account=acme).update(is_active=False)

    assert problem(api.post(CONVERSATIONS, words())) == (403, "not_a_member")


@pytest.mark.parametrize(("address", "most"), [("bo@customers.example", 12), ("new@customers.example", 17)])
def test_new_conversation_costs_few_statements(api_of: ApiOf, agent: User, address: str, most: int) -> None:
    make_contact("bo@customers.example")
    client = api_of(agent)

    with CaptureQueriesContext(connection) as queries:
        client.post(CONVERSATIONS, words(contact={"email": address}))

    assert sum(not query["sql"].startswith("SET ") for query in queries) <= most
