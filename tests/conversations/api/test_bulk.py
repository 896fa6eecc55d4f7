from typing import Any

import pytest
import uuid7

from accounts.models import Account, User
from conversations.enums import Status
from conversations.models import Conversation
from tests.conversations.conftest import Published
from tests.factories import make_conversation, make_tag, make_team
from tests.fixtures.cast import ApiOf

PATH = "/api/v1/conversations/bulk"


def test_bulk_answers_each_in_the_order_asked_and_once(api_of: ApiOf, agent: User, published: Published) -> None:
    first, second = make_conversation(), make_conversation()
    hidden = make_conversation(team=make_team())
    closed = make_conversation(status=Status.CLOSED)
    ids = [str(second.display_id), str(hidden.id), str(first.id), "nonsense", str(second.id).upper(), str(closed.id)]
    changes = {"status": "snoozed", "snoozed_until": None, "add_tags": ["vip"]}

    answer = api_of(agent).post(PATH, {"ids": ids, "changes": changes})

    assert answer.status_code == 200, answer.content
    results = answer.json()["results"]
    assert [(one["id"], one["status"]) for one in results] == [
        (str(second.display_id), 200),
        (str(hidden.id), 404),
        (str(first.id), 200),
        ("nonsense", 404),
        (str(closed.id), 409),
    ]
    assert results[0]["conversation"]["tags"] == ["vip"]
    assert results[1]["error"]["code"] == "not_found"
    assert list(closed.tags.all()) == []
    assert sorted(published()) == ["ConversationStatusChanged"] * 2 + ["ConversationTagsChanged"] * 2


@pytest.mark.parametrize(
    "body",
    [
        {"ids": [], "changes": {"priority": "high"}},
        {"ids": ["1"] * 201, "changes": {"priority": "high"}},
        {"ids": ["1"]},
        {"ids": ["1"], "changes": {"priority": "extreme"}},
        {"ids": ["1"], "changes": {"priority": "high", "assignee_id": str(uuid7.create())}},
        {"ids": ["1"], "changes": {"unknown": 1}},
        {"ids": [["1"]], "changes": {}},
    ],
)
def test_bulk_that_no_conversation_could_take_is_refused_as_a_whole(
    api_of: ApiOf, agent: User, published: Published, body: dict[str, Any]
) -> None:
    conversation = make_conversation()
    if body["ids"] == ["1"]:
        body = {**body, "ids": [str(conversation.id)]}

    answer = api_of(agent).post(PATH, body)

    conversation.refresh_from_db()
    assert answer.status_code == 422, answer.content
    assert conversation.priority == "normal"
    assert published() == []


def test_bulk_with_one_conversation_that_is_full_leaves_that_one_alone(api_of: ApiOf, agent: User) -> None:
    full, other = make_conversation(), make_conversation()
    full.tags.add(*(make_tag() for _number in range(30)))

    answer = api_of(agent).post(
        PATH, {"ids": [str(full.id), str(other.id)], "changes": {"priority": "high", "add_tags": ["one more"]}}
    )

    assert [one["status"] for one in answer.json()["results"]] == [422, 200]
    full.refresh_from_db()
    assert (full.priority, full.version) == ("normal", 1)


def test_bulk_of_two_hundred_costs_few_statements_each(
    acme: Account, api_of: ApiOf, agent: User, django_assert_max_num_queries: Any
) -> None:
    rows = [make_conversation() for _number in range(200)]
    api = api_of(agent)

    with django_assert_max_num_queries(20 + 3 * len(rows)):
        answer = api.post(PATH, {"ids": [str(row.id) for row in rows], "changes": {"status": "resolved"}})

    assert {one["status"] for one in answer.json()["results"]} == {200}
    assert set(Conversation.objects.values_list("status", flat=True)) == {"resolved"}


def test_bulk_with_an_idempotency_key_is_done_once(api_of: ApiOf, agent: User, published: Published) -> None:
    body = {"ids": [str(make_conversation().id)], "changes": {"priority": "high"}}
    api = api_of(agent)

    answers = [api.post(PATH, body, headers={"idempotency-key": "k"}).json() for _time in range(2)]

    assert answers[0] == answers[1]
    assert published() == ["ConversationPriorityChanged"]
