"""Saved views by the API."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Account, User
from conversations.enums import Sharing
from conversations.models import Category, ConversationTag, SavedView
from conversations.queries import saved_views
from hummdesk.tenancy.context import account_context
from tests.accounts.api.clients import problem
from tests.factories import agent_of, make_conversation, make_tag, make_team
from tests.fixtures.cast import ApiOf

VIEWS = "/api/v1/views"


def _view(owner: User, **fields: Any) -> SavedView:
    return SavedView.objects.create(**{"name": "View", "owner": agent_of(owner), **fields})


def test_view_is_made_read_changed_and_deleted(api_of: ApiOf, agent: User) -> None:
    api = api_of(agent)
    body = {
        "name": "Mine",
        "filters": {"assignee_id": "me", "status": ["open", "pending"], "unread": True},
        "ordering": "-priority",
        "columns": ["display_id", "subject", "display_id"],
    }

    made = api.post(VIEWS, body)
    url = f"{VIEWS}/{made.json()['id']}"
    changed = api.patch(url, {"filters": {"tag": "vip"}, "version": 1})

    assert made.status_code == 201, made.content
    assert made.json()["filters"] == {"assignee_id": "me", "status": "open,pending", "unread": "true"}
    assert (made.json()["ordering"], made.json()["columns"]) == ("-priority", ["display_id", "subject"])
    assert made.json()["count"] is None
    assert (changed.json()["filters"], changed.json()["name"]) == ({"tag": "vip"}, "Mine")
    assert problem(api.patch(url, {"name": "Stale", "version": 1})) == (409, "conflict")
    assert api.get(url).json() == changed.json()
    assert api.delete(url).status_code == 204
    assert not SavedView.objects.exists()


@pytest.mark.parametrize(
    ("field", "body"),
    [
        ("name", {"filters": {}}),
        ("name", {"name": "x" * 81}),
        ("filters.nothing", {"name": "x", "filters": {"nothing": "1"}}),
        ("filters.status.0", {"name": "x", "filters": {"status": "gone"}}),
        ("filters.team_id", {"name": "x", "filters": {"team_id": "7"}}),
        ("filters", {"name": "x", "filters": {"status": {"a": 1}}}),
        ("filters", {"name": "x", "filters": ["status"]}),
        ("ordering", {"name": "x", "ordering": "password"}),
        ("columns.0", {"name": "x", "columns": ["password"]}),
        ("visibility", {"name": "x", "visibility": "world"}),
        ("team_id", {"name": "x", "visibility": "team"}),
    ],
)
def test_create_view_refuses(api_of: ApiOf, admin: User, field: str, body: Any) -> None:
    answer = api_of(admin).post(VIEWS, body)

    assert problem(answer) == (422, "validation_error")
    assert field in answer.json()["errors"]
    assert not SavedView.objects.exists()


def test_filters_of_a_view_are_those_of_the_list(api_of: ApiOf, agent: User) -> None:
    filters = {
        "status": "open",
        "assignee_id": "none",
        "sla": "ok",
        "q": "from:maija",
        "created_after": "2026-01-01T00:00:00Z",
    }
    api = api_of(agent)

    made = api.post(VIEWS, {"name": "x", "filters": filters})

    assert made.json()["filters"] == filters
    assert api.get("/api/v1/conversations", filters).status_code == 200


def test_filter_that_is_left_empty_is_none(api_of: ApiOf, agent: User) -> None:
    made = api_of(agent).post(VIEWS, {"name": "All", "filters": {"status": "", "priority": "high"}})

    assert made.status_code == 201
    assert made.json()["filters"] == {"priority": "high"}


def test_views_are_seen_by_those_they_are_for(api_of: ApiOf, agent: User, leader: User) -> None:
    ours, theirs = make_team(agents=[agent]), make_team(agents=[leader])
    seen = {
        str(view.id)
        for view in (
            _view(agent),
            _view(leader, visibility=Sharing.TEAM, team=ours),
            _view(leader, visibility=Sharing.ACCOUNT),
        )
    }
    hidden = [_view(leader), _view(leader, visibility=Sharing.TEAM, team=theirs)]
    api = api_of(agent)

    assert {row["id"] for row in api.get(VIEWS).json()["results"]} == seen
    for view in hidden:
        assert problem(api.get(f"{VIEWS}/{view.id}")) == (404, "not_found")
        assert problem(api.get(f"{VIEWS}/{view.id}/count")) == (404, "not_found")
    assert problem(api.post(VIEWS, {"name": "x", "visibility": "account"})) == (403, "permission_denied")


def test_counts_are_those_of_the_list(api_of: ApiOf, agent: User, leader: User) -> None:
    tag = make_tag("vip")
    category = Category.objects.first()
    assert category is not None
    mine = make_conversation(assignee=agent_of(agent), category=category)
    ConversationTag.objects.create(conversation=mine, tag=tag)
    make_conversation(assignee=agent_of(leader), team=make_team())
    make_conversation(status="pending")
    make_conversation(folder="spam")
    filters = [
        {},
        {"assignee_id": "me"},
        {"tag": "vip"},
        {"category": category.slug},
        {"category": f"{category.slug},none"},
        {"status": "pending,snoozed"},
        {"folder": "spam"},
        {"status": "closed"},
    ]
    for position, each in enumerate(filters):
        _view(leader, visibility=Sharing.ACCOUNT, filters=each, position=position)

    for user in (agent, leader):
        api = api_of(user)
        listed = [len(api.get("/api/v1/conversations", each).json()["results"]) for each in filters]
        views = api.get(f"{VIEWS}?counts=true").json()["results"]
        assert [view["count"] for view in views] == [{"count": count, "is_capped": False} for count in listed]
        alone = [api.get(f"{VIEWS}/{view['id']}/count").json() for view in views]
        assert alone == [view["count"] for view in views]


def test_count_stops_at_its_cap(api_of: ApiOf, agent: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved_views, "COUNTED_MOST", 2)
    monkeypatch.setattr("conversations.serializers.saved_views.COUNTED_MOST", 2)
    view = _view(agent)
    url = f"{VIEWS}/{view.id}/count"
    api = api_of(agent)
    counts = []

    for _number in range(4):
        make_conversation()
        counts.append(api.get(url).json())

    assert counts == [
        {"count": 1, "is_capped": False},
        {"count": 2, "is_capped": False},
        {"count": 2, "is_capped": True},
        {"count": 2, "is_capped": True},
    ]


def test_view_whose_filters_are_not_taken_any_more_has_no_count(api_of: ApiOf, agent: User) -> None:
    _view(agent, filters={"colour": "red"}, position=1)
    _view(agent, filters={"status": "open"}, position=2)
    make_conversation()
    api = api_of(agent)

    views = api.get(f"{VIEWS}?counts=true").json()["results"]

    assert [view["count"] for view in views] == [None, {"count": 1, "is_capped": False}]
    assert problem(api.get(f"{VIEWS}/{views[0]['id']}/count")) == (422, "validation_error")


def test_list_views_with_counts_takes_the_same_queries_for_1_and_30(api_of: ApiOf, agent: User) -> None:
    api = api_of(agent)
    _view(agent, filters={"tag": "vip"})
    with CaptureQueriesContext(connection) as few:
        api.get(f"{VIEWS}?counts=true")
    for number in range(29):
        _view(agent, filters={"tag": f"tag-{number}", "category": "other", "q": "word"})

    with CaptureQueriesContext(connection) as many:
        answer = api.get(f"{VIEWS}?counts=true")

    assert len(answer.json()["results"]) == 30
    assert len(few) == len(many)


def test_view_with_a_search_is_counted_alone(api_of: ApiOf, agent: User) -> None:
    view = _view(agent, filters={"q": "is:unassigned"})
    make_conversation()
    api = api_of(agent)

    assert api.get(f"{VIEWS}?counts=true").json()["results"][0]["count"] is None
    assert api.get(f"{VIEWS}/{view.id}/count").json() == {"count": 1, "is_capped": False}


@pytest.mark.parametrize("call", ["get", "patch", "delete"])
def test_view_of_another_account_is_not_there(
    api_of: ApiOf, admin: User, stranger: User, nordhem: Account, call: str
) -> None:
    with account_context(nordhem):
        view = _view(stranger, visibility=Sharing.ACCOUNT)

    assert problem(getattr(api_of(admin), call)(f"{VIEWS}/{view.id}", {})) == (404, "not_found")
