from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from conversations.enums import Channel, Priority, Status
from conversations.models import Category, Conversation, ConversationRead, ConversationTag
from conversations.queries.conversations import DUE_SOON
from hummdesk.api.renderers import iso_utc
from teams.models import SlaPolicy
from tests.accounts.api.clients import problem
from tests.factories import agent_of, make_conversation, make_tag, make_team
from tests.fixtures.cast import ApiClient, ApiOf

CONVERSATIONS = "/api/v1/conversations"


@pytest.fixture
def api(api_of: ApiOf, admin: User) -> ApiClient:
    return api_of(admin)


def found(api: ApiClient, **filters: Any) -> list[int]:
    answer = api.get(CONVERSATIONS, filters)
    assert answer.status_code == 200, answer.content
    return sorted(row["display_id"] for row in answer.json()["results"])


def test_filters_that_a_form_leaves_empty_are_none(api: ApiClient) -> None:
    number = make_conversation().display_id

    assert found(api, status="", assignee_id="", q="", created_after="", unread="") == [number]
    assert api.get(CONVERSATIONS, {"nonsense": ""}).status_code == 422


def test_status_takes_one_several_and_repeated_words(api: ApiClient) -> None:
    numbers = {status: make_conversation(status=status).display_id for status in Status}

    assert found(api, status="open") == [numbers[Status.OPEN]]
    assert found(api, status="open,pending") == [numbers[Status.OPEN], numbers[Status.PENDING]]
    assert found(api, status=["snoozed", "closed"]) == [numbers[Status.SNOOZED], numbers[Status.CLOSED]]


@pytest.mark.parametrize(
    ("name", "value", "fields"),
    [
        ("priority", "urgent", {"priority": Priority.URGENT}),
        ("channel", "api", {"channel": Channel.API}),
    ],
)
def test_filter_by_a_word(api: ApiClient, name: str, value: str, fields: Mapping[str, Any]) -> None:
    wanted = make_conversation(**fields)
    make_conversation()

    assert found(api, **{name: value}) == [wanted.display_id]


def test_assignee_is_an_id_me_or_none(api: ApiClient, admin: User, agent: User) -> None:
    mine, theirs = (make_conversation(assignee=agent_of(user)).display_id for user in (admin, agent))
    nobodys = make_conversation().display_id

    assert found(api, assignee_id="me") == [mine]
    assert found(api, assignee_id=agent.id) == [theirs]
    assert found(api, assignee_id="none") == [nobodys]


def test_team_is_an_id_or_none(api: ApiClient) -> None:
    team = make_team()
    of_team, of_none = make_conversation(team=team).display_id, make_conversation().display_id

    assert found(api, team_id=team.id) == [of_team]
    assert found(api, team_id="none") == [of_none]


def test_tags_mean_any_of_them(api: ApiClient) -> None:
    tags = [make_tag(name) for name in ("red", "green", "blue")]
    numbers = []
    for tag in tags:
        conversation = make_conversation()
        ConversationTag.objects.create(conversation=conversation, tag=tag)
        numbers.append(conversation.display_id)

    assert found(api, tag="red") == numbers[:1]
    assert found(api, tag="red,green") == numbers[:2]
    assert found(api, tag="nobody-has-it") == []


def test_category_is_a_slug_or_none(api: ApiClient) -> None:
    category = Category.objects.create(name="Bikes", slug="bikes")
    of_it, of_none = make_conversation(category=category).display_id, make_conversation().display_id

    assert found(api, category="bikes") == [of_it]
    assert found(api, category="none") == [of_none]
    assert found(api, category="bikes,none") == [of_it, of_none]


def test_contact_is_an_id(api: ApiClient) -> None:
    wanted = make_conversation()
    make_conversation()

    assert found(api, contact_id=wanted.contact_id) == [wanted.display_id]


def test_unread_is_what_came_after_the_callers_mark(api: ApiClient, admin: User, agent: User) -> None:
    fresh, seen, seen_by_another = (make_conversation(messages=1) for _number in range(3))
    later = timezone.now() + timedelta(seconds=1)
    ConversationRead.objects.create(conversation=seen, agent=agent_of(admin), read_until=later)
    ConversationRead.objects.create(conversation=seen_by_another, agent=agent_of(agent), read_until=later)

    assert found(api, unread="true") == [fresh.display_id, seen_by_another.display_id]
    assert found(api, unread="false") == [seen.display_id]


def test_sla_filter_agrees_with_the_state_shown(api: ApiClient) -> None:
    now, policy = timezone.now(), SlaPolicy.objects.create(name="Gold")
    for due_at, breached_at in [
        (now + DUE_SOON * 2, None),
        (now + DUE_SOON / 2, None),
        (now - DUE_SOON, None),
        (now + DUE_SOON * 2, now),
        (None, None),
    ]:
        make_conversation(sla_policy=policy, sla_due_at=due_at, sla_breached_at=breached_at)
    make_conversation()

    rows = api.get(CONVERSATIONS).json()["results"]
    states = {row["display_id"]: row["sla"]["state"] for row in rows if row["sla"]}

    assert sorted(states.values()) == ["breached", "breached", "due_soon", "ok", "ok"]
    for state in ("ok", "due_soon", "breached"):
        assert found(api, sla=state) == sorted(number for number, shown in states.items() if shown == state)


def test_q_finds_by_the_subject(api: ApiClient) -> None:
    wanted = make_conversation(subject="Zebra crossing", messages=1)
    make_conversation(subject="Other", messages=1)

    assert found(api, q=f"#{wanted.display_id}") == [wanted.display_id]


@pytest.mark.parametrize("column", ["created", "updated"])
def test_after_includes_its_moment_and_before_does_not(api: ApiClient, column: str) -> None:
    at = timezone.now().replace(microsecond=0) - timedelta(days=3)
    early, late = make_conversation(), make_conversation()
    for row, moment in ((early, at - timedelta(seconds=1)), (late, at)):
        Conversation.objects.filter(id=row.id).update(**{f"{column}_at": moment})

    assert found(api, **{f"{column}_after": iso_utc(at)}) == [late.display_id]
    assert found(api, **{f"{column}_before": iso_utc(at)}) == [early.display_id]


def test_filters_must_all_hold(api: ApiClient, admin: User) -> None:
    wanted = make_conversation(assignee=agent_of(admin), priority=Priority.HIGH)
    make_conversation(assignee=agent_of(admin))
    make_conversation(priority=Priority.HIGH)

    assert found(api, assignee_id="me", priority="high") == [wanted.display_id]


@pytest.mark.parametrize(
    ("filters", "field"),
    [
        ({"status": "new"}, "status.0"),
        ({"status": "open,new"}, "status.1"),
        ({"priority": "5"}, "priority.0"),
        ({"assignee_id": "you"}, "assignee_id"),
        ({"team_id": "me"}, "team_id"),
        ({"contact_id": "1"}, "contact_id"),
        ({"unread": "perhaps"}, "unread"),
        ({"sla": "bad"}, "sla"),
        ({"created_after": "yesterday"}, "created_after"),
        ({"folder": "attic"}, "folder"),
    ],
)
def test_value_that_a_filter_does_not_know_is_422(api: ApiClient, filters: Mapping[str, str], field: str) -> None:
    answer = api.get(CONVERSATIONS, filters)

    assert problem(answer) == (422, "validation_error")
    assert list(answer.json()["errors"]) == [field]


@pytest.mark.parametrize("name", ["colour", "assignee__user__password", "status__in", "order_by"])
def test_unknown_filter_is_422_and_names_the_known(api: ApiClient, name: str) -> None:
    answer = api.get(CONVERSATIONS, {name: "x"})

    assert problem(answer) == (422, "validation_error")
    text = answer.json()["errors"][name][0]
    assert all(known in text for known in ("status", "assignee_id", "created_after", "folder", "sla"))


def test_no_filter_shows_an_agent_more_than_they_may_see(api_of: ApiOf, agent: User) -> None:
    team = make_team()
    hidden = make_conversation(team=team)

    api = api_of(agent)

    for filters in ({"team_id": team.id}, {"contact_id": hidden.contact_id}, {"q": f"#{hidden.display_id}"}):
        assert found(api, **filters) == []
