from datetime import timedelta
from typing import Any

import pytest
import uuid7
from django.utils import timezone

from accounts.models import Account, User
from conversations.enums import Folder, MessageKind, Status
from conversations.models import Category, Conversation
from tests.conversations.conftest import Published
from tests.factories import agent_of, make_agent, make_conversation, make_message, make_tag, make_team
from tests.fixtures.cast import ApiOf


def url(conversation: Conversation, *rest: str) -> str:
    return "/".join(["/api/v1/conversations", str(conversation.id), *rest])


def test_get_conversation_by_id_and_by_display_id(api_of: ApiOf, agent: User) -> None:
    conversation = make_conversation(messages=2)
    api = api_of(agent)

    by_id = api.get(url(conversation))
    by_number = api.get(f"/api/v1/conversations/{conversation.display_id}")

    assert by_id.status_code == by_number.status_code == 200
    assert by_id.json() == by_number.json()
    body = by_id.json()
    assert body["id"] == str(conversation.id)
    assert body["message_count"] == 2
    assert body["classification"] is None
    assert body["following"] is False
    assert body["contact"]["email"] == conversation.contact.email
    assert body["contact"]["company"] is None


def test_get_conversation_that_is_unchanged_is_not_sent_again(api_of: ApiOf, agent: User) -> None:
    api = api_of(agent)
    path = url(make_conversation())
    etag = api.get(path)["ETag"]

    again = api.get(path, headers={"if-none-match": etag})
    api.patch(path, {"priority": "high"})
    changed = api.get(path, headers={"if-none-match": etag})

    assert (again.status_code, changed.status_code) == (304, 200)


@pytest.mark.parametrize("id", ["0", "999999999", "12345678901", "words", str(uuid7.create()), "%00"])
def test_get_conversation_that_is_not_there(api_of: ApiOf, agent: User, id: str) -> None:
    answer = api_of(agent).get(f"/api/v1/conversations/{id}")

    assert answer.status_code == 404


def test_get_conversation_of_a_team_not_ones_own_is_404(api_of: ApiOf, agent: User) -> None:
    conversation = make_conversation(team=make_team())

    got = api_of(agent).get(url(conversation))
    patched = api_of(agent).patch(url(conversation), {"status": "closed"})

    assert (got.status_code, patched.status_code) == (404, 404)


def test_get_conversation_costs_few_statements(api_of: ApiOf, agent: User, django_assert_max_num_queries: Any) -> None:
    conversation = make_conversation(messages=3, team=make_team(agents=[agent]), assignee=agent_of(agent))
    conversation.tags.add(*(make_tag() for _number in range(5)))
    api = api_of(agent)

    with django_assert_max_num_queries(8):
        api.get(url(conversation))


def test_patch_changes_all_that_is_named_at_once(api_of: ApiOf, agent: User, published: Published) -> None:
    conversation = make_conversation(custom_fields={"order": 1, "vip": True})
    conversation.tags.add(make_tag("old"), make_tag("kept"))
    other = make_agent()
    team = make_team(agents=[agent])
    wakes_at = timezone.now() + timedelta(hours=3)

    answer = api_of(agent).patch(
        url(conversation),
        {
            "status": "snoozed",
            "snoozed_until": wakes_at.isoformat(),
            "priority": "urgent",
            "assignee_id": str(other.pk),
            "team_id": str(team.id),
            "subject": "  Another\n subject ",
            "tags": ["KEPT", " new  one ", "New one"],
            "custom_fields": {"order": None, "size": 2.5},
            "category": "billing",
            "folder": "spam",
            "version": 1,
        },
    )

    body = answer.json()
    assert answer.status_code == 200, body
    assert (body["status"], body["priority"], body["subject"]) == ("snoozed", "urgent", "Another subject")
    assert body["assignee"] == {"id": str(other.pk), "name": other.name}
    assert body["team"]["id"] == str(team.id)
    assert body["tags"] == ["kept", "new one"]
    assert body["custom_fields"] == {"vip": True, "size": 2.5}
    assert (body["category"], body["folder"], body["version"]) == ("billing", "spam", 2)
    assert sorted(published()) == [
        "ConversationAssigned",
        "ConversationCategoryChanged",
        "ConversationFieldsChanged",
        "ConversationFolderChanged",
        "ConversationPriorityChanged",
        "ConversationStatusChanged",
        "ConversationSubjectChanged",
        "ConversationTagsChanged",
        "ConversationTeamChanged",
    ]


@pytest.mark.parametrize(("first", "second"), [("ς", "σ"), ("s", "ſ"), ("µ", "μ")])
@pytest.mark.parametrize("field", ["tags", "add_tags"])
def test_words_that_are_one_tag_to_the_database_are_one(
    api_of: ApiOf, agent: User, field: str, first: str, second: str
) -> None:
    """Python and PostgreSQL do not agree on which letters differ in their case alone."""
    conversation = make_conversation()
    conversation.tags.add(make_tag(first))

    for names in ([second], [second, first]):
        answer = api_of(agent).patch(url(conversation), {field: names})

        assert (answer.status_code, answer.json().get("tags")) == (200, [first])


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"status": "asleep"}, "status"),
        ({"status": "snoozed"}, "snoozed_until"),
        ({"status": "snoozed", "snoozed_until": "2020-01-01T00:00:00Z"}, "snoozed_until"),
        ({"status": "snoozed", "snoozed_until": "2099-01-01T00:00:00Z"}, "snoozed_until"),
        ({"status": "open", "snoozed_until": "2030-01-01T00:00:00Z"}, "snoozed_until"),
        ({"snoozed_until": (timezone.now() + timedelta(days=1)).isoformat()}, "snoozed_until"),
        ({"priority": "extreme"}, "priority"),
        ({"assignee_id": str(uuid7.create())}, "assignee_id"),
        ({"assignee_id": "me"}, "assignee_id"),
        ({"team_id": str(uuid7.create())}, "team_id"),
        ({"category": "none-such"}, "category"),
        ({"subject": "   "}, "subject"),
        ({"subject": "x" * 301}, "subject"),
        ({"tags": ["x" * 51]}, "tags"),
        ({"tags": [" "]}, "tags"),
        ({"tags": [f"tag {number}" for number in range(31)]}, "tags"),
        ({"tags": "word"}, "tags"),
        ({"custom_fields": {"list": [1]}}, "custom_fields"),
        ({"custom_fields": {"x" * 61: 1}}, "custom_fields"),
        ({"custom_fields": {f"field {number}": 1 for number in range(51)}}, "custom_fields"),
        ({"folder": "attic"}, "folder"),
        ({"display_id": 5}, "display_id"),
    ],
)
def test_patch_that_is_refused_changes_nothing(
    api_of: ApiOf, agent: User, published: Published, changes: dict[str, Any], field: str
) -> None:
    conversation = make_conversation()
    before = Conversation.objects.filter(id=conversation.id).values().get()

    answer = api_of(agent).patch(url(conversation), {"priority": "high", **changes})

    assert answer.status_code == 422, answer.content
    assert any(name.split(".")[0] == field for name in answer.json()["errors"])
    assert Conversation.objects.filter(id=conversation.id).values().get() == before
    assert published() == []


def test_patch_names_every_field_at_fault(api_of: ApiOf, agent: User) -> None:
    changes = {"team_id": str(uuid7.create()), "category": "none-such"}

    answer = api_of(agent).patch(url(make_conversation()), changes)

    assert set(answer.json()["errors"]) == {"team_id", "category"}


def test_patch_on_a_stale_version_is_a_conflict(api_of: ApiOf, agent: User, published: Published) -> None:
    conversation = make_conversation()
    api = api_of(agent)
    api.patch(url(conversation), {"priority": "high", "version": 1})

    answer = api.patch(url(conversation), {"priority": "low", "version": 1})

    conversation.refresh_from_db()
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert (conversation.priority, conversation.version) == ("high", 2)
    assert published() == ["ConversationPriorityChanged"]


def test_patch_that_gives_a_conversation_away_still_answers_it(api_of: ApiOf, agent: User) -> None:
    conversation = make_conversation()
    team = make_team()

    answer = api_of(agent).patch(url(conversation), {"team_id": str(team.id)})

    assert answer.json()["team"]["id"] == str(team.id)
    assert api_of(agent).get(url(conversation)).status_code == 404


def test_patch_snoozes_until_the_customer_writes(api_of: ApiOf, agent: User) -> None:
    answer = api_of(agent).patch(url(make_conversation()), {"status": "snoozed", "snoozed_until": None})

    body = answer.json()
    assert (body["status"], body["snoozed_until"]) == ("snoozed", None)


def test_patch_puts_a_conversation_away_and_back(api_of: ApiOf, agent: User) -> None:
    conversation = make_conversation()
    api = api_of(agent)

    def listed() -> list[Any]:
        return list(api.get("/api/v1/conversations").json()["results"])

    api.patch(url(conversation), {"folder": "trash"})
    while_away = listed()
    api.patch(url(conversation), {"folder": "inbox"})

    assert (while_away, len(listed())) == ([], 1)


def test_follow_and_unfollow_are_told_once(api_of: ApiOf, agent: User, published: Published) -> None:
    conversation = make_conversation()
    api = api_of(agent)

    statuses = [api.put(url(conversation, "follow")).status_code for _time in range(2)]
    following = api.get(url(conversation)).json()["following"]
    statuses += [api.delete(url(conversation, "follow")).status_code for _time in range(2)]

    assert statuses == [204] * 4
    assert following is True
    assert published() == ["ConversationFollowed", "ConversationFollowed"]


def test_merge_answers_the_target_and_both_stay_readable(api_of: ApiOf, agent: User) -> None:
    source, target = make_conversation(messages=2), make_conversation(messages=1)
    api = api_of(agent)

    answer = api.post(url(source, "merge"), {"into": str(target.display_id)})

    assert answer.status_code == 200, answer.content
    assert (answer.json()["id"], answer.json()["message_count"]) == (str(target.id), 3)
    assert api.get(url(source)).json()["merged_into"] == str(target.id)
    assert [row["id"] for row in api.get("/api/v1/conversations").json()["results"]] == [str(target.id)]


def test_merged_conversation_shows_nothing_to_who_may_not_see_the_target(api_of: ApiOf, agent: User) -> None:
    source, target = make_conversation(messages=2), make_conversation(messages=1)
    api = api_of(agent)
    api.post(url(source, "merge"), {"into": str(target.id)})
    before = [row["id"] for row in api.get(url(source, "messages")).json()["results"]]

    Conversation.objects.filter(id=target.id).update(team=make_team())

    assert len(before) == 2
    assert api.get(url(source, "messages")).json()["results"] == []
    assert api.get(url(source, f"messages?before={before[1]}")).status_code == 422


def test_split_answers_the_new_conversation(api_of: ApiOf, agent: User) -> None:
    conversation = make_conversation(messages=2)
    message = conversation.messages.order_by("created_at").first()
    assert message is not None

    answer = api_of(agent).post(url(conversation, "split"), {"message_ids": [str(message.id)], "subject": "Apart"})

    body = answer.json()
    assert answer.status_code == 201, body
    assert (body["subject"], body["message_count"], body["last_message"]["id"]) == ("Apart", 1, str(message.id))


def test_undo_of_a_merge_by_the_event_of_either_side(api_of: ApiOf, agent: User) -> None:
    source, target = make_conversation(messages=1), make_conversation(messages=1)
    api = api_of(agent)
    for side in (source, target):
        api.post(url(source, "merge"), {"into": str(target.id)})
        events = api.get(url(side, "events")).json()["results"]
        seq = max(event["seq"] for event in events if event["undoable"])

        answer = api.post(url(side, "events", str(seq), "undo"))

        assert answer.status_code == 200, answer.content
        assert api.get(url(source)).json()["merged_into"] is None
        assert api.get(url(source)).json()["message_count"] == 1


def test_trash_and_closed_need_no_more_than_reply(api_of: ApiOf, agent: User) -> None:
    conversation = make_conversation(status=Status.CLOSED, folder=Folder.TRASH)

    answer = api_of(agent).patch(url(conversation), {"status": "snoozed", "snoozed_until": None})

    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")


def test_category_may_be_named_by_id_and_taken_away(api_of: ApiOf, agent: User, acme: Account) -> None:
    category = Category.objects.get(slug="order")
    conversation = make_conversation()
    make_message(conversation, kind=MessageKind.NOTE, agent=agent)
    api = api_of(agent)

    named = api.patch(url(conversation), {"category": str(category.id)}).json()["category"]
    none = api.patch(url(conversation), {"category": None}).json()["category"]

    assert (named, none) == ("order", None)
