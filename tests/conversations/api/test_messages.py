"""Writing, listing, editing and taking back messages over HTTP."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Account, User
from conversations.actions.attach_files import upload_attachment
from conversations.actions.receive_message import IncomingText, receive_message
from conversations.enums import Channel, MessageKind
from conversations.models import Conversation, ConversationRead, Message, MessageMention
from conversations.queries.messages import newer_messages
from hummdesk.events.queries import last_seq
from tests.conversations.conftest import Published, ViewerOf
from tests.factories import agent_of, make_conversation, make_mailbox, make_message, make_team
from tests.fixtures.cast import ApiOf
from tests.test_contract import MESSAGE


@pytest.fixture
def conversation(acme: Account) -> Conversation:
    return make_conversation(messages=1, mailbox_id=make_mailbox(acme).id)


@pytest.fixture
def undo(acme: Account) -> None:
    acme.settings = {"undo_send_s": 10}
    acme.save(update_fields=["settings"])


def messages_url(conversation: Conversation | UUID | int) -> str:
    return f"/api/v1/conversations/{getattr(conversation, 'id', conversation)}/messages"


def message_url(id: UUID | str) -> str:
    return f"/api/v1/messages/{id}"


def ids_of(answer: Any) -> list[str]:
    return [row["id"] for row in answer.json()["results"]]


def test_reply_answers_as_the_contract_says(api_of: ApiOf, agent: User, conversation: Conversation) -> None:
    answer = api_of(agent).post(
        messages_url(conversation.display_id), {"kind": "reply", "body_html": "<p>Hi<script>x()</script></p>"}
    )

    assert answer.status_code == 201, answer.content
    body = answer.json()
    assert set(body) >= MESSAGE
    assert body["conversation_id"] == str(conversation.id)
    assert body["author"] == {"type": "agent", "id": str(agent.id), "name": agent_of(agent).name}
    assert (body["kind"], body["body_html"], body["body_text"]) == ("reply", "<p>Hi</p>", "Hi")
    assert body["delivery"] == {"state": "queued", "error": None}
    assert (body["read"], body["quoted_html"], body["edited_at"], body["deleted_at"]) == (True, None, None, None)


def test_note_calls_agents_and_teams_and_carries_files(
    api_of: ApiOf, agent: User, leader: User, conversation: Conversation, viewer_as: ViewerOf
) -> None:
    team = make_team("Returns")
    file = upload_attachment(viewer=viewer_as(agent), file=ContentFile(b"plan", name="a"), name="plan.txt")

    answer = api_of(agent).post(
        messages_url(conversation),
        {
            "kind": "note",
            "body_text": "Look",
            "mentions": [str(leader.id), str(team.id), str(leader.id)],
            "attachments": [str(file.id)],
        },
    )

    assert answer.status_code == 201, answer.content
    body = answer.json()
    assert [(mention["type"], mention["name"]) for mention in body["mentions"]] == [
        ("agent", agent_of(leader).name),
        ("team", "Returns"),
    ]
    assert [(one["id"], one["name"]) for one in body["attachments"]] == [(str(file.id), "plan.txt")]
    assert body["delivery"] is None


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"kind": "reply"}, "body"),
        ({"kind": "reply", "body_text": " \n "}, "body"),
        ({"kind": "reply", "body_html": "<p> </p>"}, "body"),
        ({"kind": "incoming", "body_text": "Hi"}, "kind"),
        ({"body_text": "Hi"}, "kind"),
        ({"kind": "reply", "body_text": "x" * 500_001}, "body_text"),
        ({"kind": "reply", "body_html": "x" * 500_001}, "body_html"),
        ({"kind": "reply", "body_text": "Hi", "mentions": [str(UUID(int=7))]}, "mentions"),
        ({"kind": "reply", "body_text": "Hi", "attachments": [str(UUID(int=7))]}, "attachments"),
        ({"kind": "reply", "body_text": "Hi", "cc": ["nobody"]}, "cc"),
        ({"kind": "reply", "body_text": "Hi", "cc": ["a@b.example\nBcc: eve@x.example"]}, "cc"),
        ({"kind": "reply", "body_text": "Hi", "bcc": ["bj\u00f6rn@b.example"]}, "bcc"),
        ({"kind": "reply", "body_text": "Hi", "send_at": "2020-01-01T00:00:00Z"}, "send_at"),
        ({"kind": "note", "body_text": "Hi", "cc": ["a@b.example"]}, "cc"),
        ({"kind": "note", "body_text": "Hi", "status": "resolved"}, "status"),
        ({"kind": "reply", "body_text": "Hi", "bold": True}, "bold"),
    ],
)
def test_message_that_cannot_be_is_refused_and_changes_nothing(
    api_of: ApiOf,
    agent: User,
    conversation: Conversation,
    published: Published,
    fields: dict[str, Any],
    named: str,
) -> None:
    answer = api_of(agent).post(messages_url(conversation), fields)

    assert answer.status_code == 422, answer.content
    assert list(answer.json()["errors"]) == [named]
    assert conversation.messages.count() == 1
    assert published() == []


def test_text_of_500000_signs_is_taken(api_of: ApiOf, agent: User, conversation: Conversation) -> None:
    answer = api_of(agent).post(messages_url(conversation), {"kind": "note", "body_text": "å " * 250_000})

    assert answer.status_code == 201


@pytest.mark.parametrize("text", ["a\ud800b", "a\x00b"])
def test_text_that_no_database_takes_is_no_server_error(
    api_of: ApiOf, agent: User, conversation: Conversation, text: str
) -> None:
    answer = api_of(agent).post(messages_url(conversation), {"kind": "note", "body_text": text})

    assert answer.status_code in (201, 422)


def test_reply_that_misses_news_gets_409_with_the_news(api_of: ApiOf, agent: User, conversation: Conversation) -> None:
    seen_seq = last_seq()
    receive_message(conversation=conversation, contact=conversation.contact, text=IncomingText("<p>Wait</p>", "Wait"))
    reply = {"kind": "reply", "body_text": "Hi", "seen_seq": seen_seq}

    refused = api_of(agent).post(messages_url(conversation), reply)
    forced = api_of(agent).post(messages_url(conversation), {**reply, "force": True})

    assert refused.status_code == 409
    problem = refused.json()
    assert problem["code"] == "conflict"
    assert [(new["kind"], new["preview"]) for new in problem["new"]] == [("incoming", "Wait")]
    assert forced.status_code == 201


def test_reply_can_set_the_status(api_of: ApiOf, agent: User, conversation: Conversation) -> None:
    api_of(agent).post(messages_url(conversation), {"kind": "reply", "body_text": "Bye", "status": "resolved"})

    conversation.refresh_from_db()
    assert conversation.status == "resolved"


def test_reply_where_there_is_no_way_out_is_409(api_of: ApiOf, agent: User, acme: Account) -> None:
    without_mailbox = make_conversation(messages=1)
    by_phone = make_conversation(messages=1, channel=Channel.PHONE)

    answers = [
        api_of(agent).post(messages_url(one), {"kind": "reply", "body_text": "Hi"})
        for one in (without_mailbox, by_phone)
    ]

    assert [answer.status_code for answer in answers] == [409, 409]


def test_same_key_is_one_reply(api_of: ApiOf, agent: User, conversation: Conversation) -> None:
    client, reply = api_of(agent), {"kind": "reply", "body_text": "Hi"}

    first, second = (client.post(messages_url(conversation), reply, HTTP_IDEMPOTENCY_KEY="k") for _ in range(2))

    assert first.json()["id"] == second.json()["id"]
    assert conversation.messages.filter(kind=MessageKind.REPLY).count() == 1


def test_list_is_oldest_first_and_pages(api_of: ApiOf, agent: User, acme: Account) -> None:
    conversation = make_conversation(messages=5)
    ids = [str(each) for each in conversation.messages.order_by("created_at").values_list("id", flat=True)]
    client = api_of(agent)

    first = client.get(messages_url(conversation), {"limit": 2})
    second = client.get(first.json()["next"])

    assert ids_of(first) + ids_of(second) == ids[:4]
    assert first.json()["previous"] is None


def test_list_before_and_after_a_message(api_of: ApiOf, agent: User, acme: Account) -> None:
    conversation = make_conversation(messages=5)
    ids = [str(each) for each in conversation.messages.order_by("created_at").values_list("id", flat=True)]
    client, url = api_of(agent), messages_url(conversation)

    before = client.get(url, {"before": ids[4], "limit": "2"})
    earlier = client.get(before.json()["previous"])
    after = client.get(url, {"after": ids[2]})
    between = client.get(url, {"after": ids[0], "before": ids[3]})

    assert ids_of(before) == ids[2:4]
    assert before.json()["next"] is None
    assert ids_of(earlier) == ids[:2]
    assert ids_of(after) == ids[3:]
    assert ids_of(between) == ids[1:3]


def test_list_by_kind_refuses_unknown_filters_and_messages(
    api_of: ApiOf, agent: User, conversation: Conversation
) -> None:
    note = make_message(conversation, kind=MessageKind.NOTE, agent=agent_of(agent))
    elsewhere = make_message(make_conversation())
    client, url = api_of(agent), messages_url(conversation)

    assert ids_of(client.get(url, {"kind": "note"})) == [str(note.id)]
    assert client.get(url, {"kind": "letter"}).status_code == 422
    assert "kind" in str(client.get(url, {"sort": "x"}).json()["errors"]["sort"])
    assert list(client.get(url, {"before": str(elsewhere.id)}).json()["errors"]) == ["before"]


def test_list_keeps_the_place_of_a_deleted_message(api_of: ApiOf, agent: User, conversation: Conversation) -> None:
    client = api_of(agent)
    note = client.post(messages_url(conversation), {"kind": "note", "body_text": "Secret"}).json()

    assert client.delete(message_url(note["id"])).status_code == 204

    last = client.get(messages_url(conversation)).json()["results"][-1]
    assert last["id"] == note["id"]
    assert (last["body_html"], last["body_text"]) == ("", "")
    assert last["deleted_at"] is not None


def test_list_tells_what_the_caller_has_read(api_of: ApiOf, agent: User, acme: Account) -> None:
    conversation = make_conversation(messages=3)
    first, second, third = conversation.messages.order_by("created_at")
    client = api_of(agent)

    assert client.post(f"{message_url(second.id)}/mark-read").status_code == 204
    read = [row["read"] for row in client.get(messages_url(conversation)).json()["results"]]
    client.post(f"{message_url(first.id)}/mark-read")

    assert read == [True, True, False]
    assert ConversationRead.objects.get(agent_id=agent.id).read_until == second.created_at
    assert third.created_at > second.created_at


def test_list_costs_the_same_for_1_and_30(api_of: ApiOf, agent: User, acme: Account, viewer_as: ViewerOf) -> None:
    short, long = make_conversation(), make_conversation()
    for conversation, count in ((short, 1), (long, 30)):
        for _number in range(count):
            message = make_message(conversation, kind=MessageKind.NOTE, agent=agent_of(agent))
            MessageMention.objects.create(message=message, agent=agent_of(agent))
            file = upload_attachment(viewer=viewer_as(agent), file=ContentFile(b"x", name="a"), name="a.txt")
            type(file).objects.filter(id=file.id).update(message=message)
    client = api_of(agent)
    client.get(messages_url(short))

    counts = []
    for conversation in (short, long):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(messages_url(conversation)).status_code == 200
        counts.append(sum(query["sql"].startswith("SELECT") for query in queries))

    assert counts[0] == counts[1] <= 7


def test_reply_costs_few_statements(api_of: ApiOf, agent: User, conversation: Conversation) -> None:
    client = api_of(agent)
    reply = {"kind": "reply", "body_text": "Hi", "seen_seq": last_seq()}
    with CaptureQueriesContext(connection) as queries:
        client.post(messages_url(conversation), reply)

    # Nine of them make the mail and note who takes part.
    assert sum(not query["sql"].startswith("SET ") for query in queries) <= 22


def test_held_reply_costs_few_statements(undo: None, api_of: ApiOf, agent: User, conversation: Conversation) -> None:
    client = api_of(agent)
    reply = {"kind": "reply", "body_text": "Hi", "seen_seq": last_seq()}

    with CaptureQueriesContext(connection) as queries:
        client.post(messages_url(conversation), reply)

    # Two of them begin and end the transaction.
    assert sum(not query["sql"].startswith("SET ") for query in queries) <= 14


def test_edit_and_delete_of_a_reply_in_its_time_for_undo(
    undo: None, api_of: ApiOf, agent: User, conversation: Conversation
) -> None:
    client = api_of(agent)
    reply = client.post(messages_url(conversation), {"kind": "reply", "body_text": "Hi"}).json()

    edited = client.patch(message_url(reply["id"]), {"body_text": "Hello"})
    deleted = client.delete(message_url(reply["id"]))
    draft = client.get(f"/api/v1/conversations/{conversation.id}/draft")

    assert reply["send_at"] is not None
    assert (edited.status_code, edited.json()["body_text"]) == (200, "Hello")
    assert edited.json()["edited_at"] is not None
    assert deleted.status_code == 204
    assert draft.json()["body_text"] == "Hello"


def test_reply_that_has_left_cannot_be_taken_back(
    api_of: ApiOf, agent: User, admin: User, conversation: Conversation
) -> None:
    reply = api_of(agent).post(messages_url(conversation), {"kind": "reply", "body_text": "Hi"}).json()

    answers = [
        api_of(agent).patch(message_url(reply["id"]), {"body_text": "Hello"}),
        api_of(agent).delete(message_url(reply["id"])),
        api_of(admin).delete(message_url(reply["id"])),
    ]

    assert [answer.status_code for answer in answers] == [409, 409, 409]
    assert answers[0].json()["detail"] == "It has left already."


def test_message_of_others_and_of_nobody_is_not_found(
    api_of: ApiOf, agent: User, stranger: User, nordhem: Account, conversation: Conversation
) -> None:
    message = conversation.messages.get()
    theirs = api_of(stranger, at=nordhem)
    unseen = make_message(make_conversation(team=make_team()))

    for client, message_id in ((theirs, message.id), (api_of(agent), uuid4()), (api_of(agent), unseen.id)):
        assert client.patch(message_url(message_id), {"body_text": "x"}).status_code == 404
        assert client.delete(message_url(message_id)).status_code == 404
        assert client.post(f"{message_url(message_id)}/mark-read").status_code == 404
        assert client.post(f"{message_url(message_id)}/retry").status_code == 404
    assert theirs.get(messages_url(conversation)).status_code == 404
    assert api_of(agent).get(messages_url(unseen.conversation_id)).status_code == 404


def test_retry_of_a_reply_that_has_not_failed_is_409(api_of: ApiOf, agent: User, conversation: Conversation) -> None:
    reply = api_of(agent).post(messages_url(conversation), {"kind": "reply", "body_text": "Hi"}).json()

    assert api_of(agent).post(f"{message_url(reply['id'])}/retry").status_code == 409

    Message.objects.filter(id=reply["id"]).update(delivery_state="failed")
    assert api_of(agent).post(f"{message_url(reply['id'])}/retry").json()["delivery"] == {
        "state": "queued",
        "error": None,
    }


def test_schedule_is_seen_by_colleagues(api_of: ApiOf, agent: User, leader: User, conversation: Conversation) -> None:
    send_at = (timezone.now() + timedelta(hours=1)).isoformat()

    api_of(agent).post(messages_url(conversation), {"kind": "reply", "body_text": "Later", "send_at": send_at})

    last = api_of(leader).get(messages_url(conversation)).json()["results"][-1]
    assert (last["body_text"], last["delivery"]["state"]) == ("Later", "queued")
    assert last["send_at"] is not None


def test_newer_messages_leave_out_what_was_deleted(
    api_of: ApiOf, agent: User, leader: User, conversation: Conversation, viewer_as: ViewerOf
) -> None:
    seen_seq = last_seq()
    note = api_of(leader).post(messages_url(conversation), {"kind": "note", "body_text": "Oh"}).json()
    assert len(newer_messages(conversation, viewer_as(agent), seen_seq)) == 1

    api_of(leader).delete(message_url(note["id"]))

    assert newer_messages(conversation, viewer_as(agent), seen_seq) == []
