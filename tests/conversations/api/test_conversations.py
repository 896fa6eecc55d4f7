import base64
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Account, User
from conversations.enums import Folder, MessageKind, Priority
from conversations.models import Category, Conversation, ConversationTag
from conversations.queries.conversations import DUE_SOON
from hummdesk.api.renderers import iso_utc
from hummdesk.tenancy.context import account_context
from teams.models import SlaPolicy
from tests.accounts.api.clients import problem
from tests.factories import agent_of, make_contact, make_conversation, make_message, make_tag, make_team
from tests.fixtures.cast import ApiClient, ApiOf

CONVERSATIONS = "/api/v1/conversations"
ORDERINGS = ["-last_activity_at", "created_at", "-priority", "sla_due_at"]


def walk(api: ApiClient, url: str, between: Callable[[], None] = lambda: None) -> list[str]:
    """Return the ids on all pages, doing something between them."""
    seen: list[str] = []
    following: str | None = url
    while following:
        page = api.get(following).json()
        seen += [row["id"] for row in page["results"]]
        following = page["next"]
        between()
    return seen


def _full_conversation(admin: User, due_at: datetime) -> Conversation:
    """A conversation with something in every field that a list shows."""
    conversation = make_conversation(
        contact=make_contact("bo@customers.example", name="Bo"),
        messages=2,
        subject="Late",
        priority=Priority.HIGH,
        assignee=agent_of(admin),
        team=make_team("Returns"),
        category=Category.objects.create(name="Bikes", slug="bikes"),
        custom_fields={"order": 17},
        sla_policy=SlaPolicy.objects.create(name="Gold"),
        sla_due_at=due_at,
        first_response_due_at=due_at,
    )
    for name in ("b", "a"):
        ConversationTag.objects.create(conversation=conversation, tag=make_tag(name))
    conversation.refresh_from_db()
    return conversation


def test_list_shows_all_that_the_contract_names(api_of: ApiOf, admin: User) -> None:
    due_at = timezone.now() + DUE_SOON / 2
    conversation = _full_conversation(admin, due_at)

    row = api_of(admin).get(CONVERSATIONS).json()["results"][0]

    assert row == {
        "id": str(conversation.id),
        "display_id": conversation.display_id,
        "subject": "Late",
        "status": "open",
        "priority": "high",
        "channel": "email",
        "category": "bikes",
        "contact": {"id": str(conversation.contact_id), "name": "Bo", "email": "bo@customers.example"},
        "assignee": {"id": str(admin.id), "name": admin.name},
        "team": {"id": str(conversation.team_id), "name": "Returns"},
        "tags": ["a", "b"],
        "custom_fields": {"order": 17},
        "message_count": 2,
        "unread": True,
        "last_message": {
            "id": str(conversation.last_message_id),
            "kind": "incoming",
            "author": {"type": "contact", "id": str(conversation.contact_id), "name": "Bo"},
            "preview": conversation.preview,
            "created_at": row["last_activity_at"],
        },
        "last_activity_at": iso_utc(conversation.last_activity_at),
        "waiting_since": iso_utc(conversation.waiting_since or due_at),
        "snoozed_until": None,
        "sla": {
            "policy": "Gold",
            "first_response_due_at": iso_utc(due_at),
            "resolution_due_at": None,
            "state": "due_soon",
            "breached_at": None,
        },
        "folder": "inbox",
        "merged_into": None,
        "language": "",
        "version": conversation.version,
        "created_at": iso_utc(conversation.created_at),
        "updated_at": iso_utc(conversation.updated_at),
        "resolved_at": None,
    }


def test_list_shows_what_is_not_there_as_null(api_of: ApiOf, admin: User) -> None:
    make_conversation()

    row = api_of(admin).get(CONVERSATIONS).json()["results"][0]

    assert [name for name, value in row.items() if value is None] == [
        "category",
        "assignee",
        "team",
        "last_message",
        "waiting_since",
        "snoozed_until",
        "sla",
        "merged_into",
        "resolved_at",
    ]
    assert (row["unread"], row["tags"]) == (False, [])


def test_list_names_the_agent_who_wrote_last(api_of: ApiOf, admin: User, agent: User) -> None:
    make_message(make_conversation(messages=1), kind=MessageKind.REPLY, agent=agent)

    row = api_of(admin).get(CONVERSATIONS).json()["results"][0]

    assert row["last_message"]["author"] == {"type": "agent", "id": str(agent.id), "name": agent.name}
    assert row["waiting_since"] is None


def test_list_shows_an_agent_their_own_their_teams_and_those_of_no_team(api_of: ApiOf, agent: User) -> None:
    own = make_conversation(team=make_team(), assignee=agent_of(agent))
    of_team = make_conversation(team=make_team(agents=[agent]))
    of_nobody = make_conversation()
    make_conversation(team=make_team())

    seen = walk(api_of(agent), CONVERSATIONS)

    assert set(seen) == {str(one.id) for one in (own, of_team, of_nobody)}


def test_list_shows_nothing_of_another_account(api_of: ApiOf, admin: User, nordhem: Account) -> None:
    with account_context(nordhem):
        foreign = make_conversation(messages=1)

    api = api_of(admin)

    assert walk(api, CONVERSATIONS) == []
    assert walk(api, f"{CONVERSATIONS}?contact_id={foreign.contact_id}") == []


def test_list_leaves_out_other_folders_and_what_is_merged_away(api_of: ApiOf, admin: User) -> None:
    there, spam = make_conversation(), make_conversation(folder=Folder.SPAM)
    make_conversation(merged_into=there)

    api = api_of(admin)

    assert walk(api, CONVERSATIONS) == [str(there.id)]
    assert walk(api, f"{CONVERSATIONS}?folder=spam") == [str(spam.id)]


def test_list_takes_the_same_queries_for_1_and_30(api_of: ApiOf, admin: User) -> None:
    api = api_of(admin)
    make_conversation(messages=1)
    api.get(CONVERSATIONS)
    with CaptureQueriesContext(connection) as few:
        api.get(CONVERSATIONS)
    tag, team = make_tag(), make_team()
    for _number in range(29):
        conversation = make_conversation(messages=1, team=team, assignee=agent_of(admin))
        ConversationTag.objects.create(conversation=conversation, tag=tag)

    with CaptureQueriesContext(connection) as many:
        answer = api.get(CONVERSATIONS)

    assert len(answer.json()["results"]) == 30
    assert len(many) == len(few) <= 8
    assert not any("COUNT(" in query["sql"].upper() for query in many)


def _three_hundred() -> list[Conversation]:
    """Conversations with ties in every order, of which a third have a promise."""
    start, contact = timezone.now() - timedelta(days=1), make_contact()
    rows = [
        Conversation(
            contact=contact,
            priority=Priority.values[number % 4],
            created_at=start + timedelta(seconds=number // 7),
            last_activity_at=start + timedelta(seconds=number // 5),
            sla_due_at=start + timedelta(minutes=number // 9) if number % 3 == 0 else None,
        )
        for number in range(305)
    ]
    return Conversation.objects.bulk_create(rows)


def _in_order(made: list[Conversation], ordering: str) -> list[str]:
    late = timezone.now() + timedelta(days=999)
    keys: dict[str, Callable[[Conversation], Any]] = {
        "-last_activity_at": lambda row: (row.last_activity_at, row.id),
        "created_at": lambda row: (row.created_at, row.id),
        "-priority": lambda row: (Priority.values.index(row.priority), row.last_activity_at, row.id),
        "sla_due_at": lambda row: (row.sla_due_at or late, row.id),
    }
    return [str(row.id) for row in sorted(made, key=keys[ordering], reverse=ordering.startswith("-"))]


@pytest.mark.parametrize("ordering", ORDERINGS)
def test_pages_go_through_all_rows_in_order_while_others_come(api_of: ApiOf, admin: User, ordering: str) -> None:
    made = _three_hundred()
    contact = make_contact()

    seen = walk(
        api_of(admin),
        f"{CONVERSATIONS}?ordering={ordering}&limit=40",
        between=lambda: _stir(contact),
    )

    old = {str(row.id) for row in made}
    assert [one for one in seen if one in old] == _in_order(made, ordering)
    assert len(seen) == len(set(seen))


def _stir(contact: Any) -> None:
    """A new conversation that stands at the top of the list by activity, and one that goes."""
    make_conversation(contact=contact, priority=Priority.URGENT, last_activity_at=timezone.now())
    Conversation.objects.filter(contact=contact).earliest("created_at").delete()


@pytest.mark.parametrize("ordering", ORDERINGS)
def test_pages_lead_back_to_the_first(api_of: ApiOf, admin: User, ordering: str) -> None:
    made = _three_hundred()
    api = api_of(admin)
    link: str | None = f"{CONVERSATIONS}?ordering={ordering}&limit=150"
    last: dict[str, Any] = {}
    while link:
        last = api.get(link).json()
        link = last["next"]

    middle = api.get(last["previous"]).json()
    first = api.get(middle["previous"]).json()

    back = [row["id"] for page in (first, middle, last) for row in page["results"]]
    assert back == _in_order(made, ordering)
    assert first["previous"] is None


def test_row_that_moves_up_is_not_lost_to_the_others(api_of: ApiOf, admin: User) -> None:
    made = _three_hundred()
    moved = made[150]

    def move() -> None:
        Conversation.objects.filter(id=moved.id).update(last_activity_at=timezone.now())

    seen = walk(api_of(admin), f"{CONVERSATIONS}?limit=50", between=move)

    assert [one for one in seen if one != str(moved.id)] == [
        one for one in _in_order(made, "-last_activity_at") if one != str(moved.id)
    ]


def _word(*values: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode()


ID, NOW = "0190a000-0000-7000-8000-000000000000", "2026-01-01T00:00:00+00:00"


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "åäö",
        _word("-last_activity_at", 0, NOW),
        _word("-last_activity_at", 0, None, ID),
        _word("-last_activity_at", 0, NOW, "1 OR 1=1"),
        _word("-last_activity_at", 0, "0001-01-01T00:00:00+23:59", ID),
        _word("created_at", 0, NOW, ID),
        _word("-priority", 0, 2**40, NOW, ID),
    ],
)
def test_forged_cursor_of_the_list_is_422(api_of: ApiOf, admin: User, cursor: str) -> None:
    answer = api_of(admin).get(CONVERSATIONS, {"cursor": cursor})

    assert problem(answer) == (422, "validation_error")
    assert list(answer.json()["errors"]) == ["cursor"]


def test_unknown_ordering_of_the_list_is_422_and_names_the_known(api_of: ApiOf, admin: User) -> None:
    answer = api_of(admin).get(f"{CONVERSATIONS}?ordering=subject")

    assert problem(answer) == (422, "validation_error")
    assert all(name in answer.json()["errors"]["ordering"][0] for name in ORDERINGS)


def test_list_is_for_people_who_are_signed_in(api_of: ApiOf) -> None:
    assert problem(api_of(None).get(CONVERSATIONS)) == (401, "not_authenticated")
