import base64
import json
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import Account, User
from conversations.enums import Status
from conversations.queries.inbox import inbox_finds
from conversations.queries.inbox import inbox_page as page_of_list
from conversations.queries.inbox_counts import inbox_counts, tab_counts
from conversations.queries.inbox_lists import inbox_list
from conversations.queries.inbox_rows import InboxRow
from conversations.queries.search import SearchStart
from hummdesk.errors import NotFound, ValidationFailed
from hummdesk.keyset import KeysetPage
from teams.access import Viewer
from tests.conversations.conftest import ViewerOf
from tests.factories import agent_of, make_contact, make_conversation, make_searchable, make_team


def numbers(page: KeysetPage[InboxRow]) -> list[int]:
    return [row.display_id for row in page.rows]


def inbox_page(viewer: Viewer, word: str, **asked: Any) -> KeysetPage[InboxRow]:
    return page_of_list(viewer, inbox_list(viewer, word), **asked)


def found(viewer: Viewer, word: str, text: str) -> list[int]:
    start = SearchStart(0, timezone.now())
    finds, _following = inbox_finds(viewer, inbox_list(viewer, word), text, start=start, limit=30)
    return [find.row.display_id for find in finds]


def test_inbox_page_shows_each_view_what_belongs_there(
    acme: Account, viewer_as: ViewerOf, admin: User, agent: User
) -> None:
    team = make_team()
    mine = make_conversation(assignee=agent_of(admin))
    free = make_conversation(status=Status.PENDING)
    of_team = make_conversation(team=team, assignee=agent_of(agent))
    asleep = make_conversation(status=Status.SNOOZED)
    done = make_conversation(status=Status.RESOLVED)
    viewer = viewer_as(admin)

    assert numbers(inbox_page(viewer, "mine")) == [mine.display_id]
    assert numbers(inbox_page(viewer, "unassigned")) == [free.display_id]
    assert numbers(inbox_page(viewer, "all")) == [of_team.display_id, free.display_id, mine.display_id]
    assert numbers(inbox_page(viewer, "snoozed")) == [asleep.display_id]
    assert numbers(inbox_page(viewer, "closed")) == [done.display_id]
    assert numbers(inbox_page(viewer, f"team-{team.id}")) == [of_team.display_id]
    counts = inbox_counts(viewer)
    assert [counts.lists[name] for name in ("mine", "unassigned", "all", "snoozed", "spam")] == [1, 1, 3, 1, 0]
    assert {entry.id: entry.count for entry in counts.teams if entry.count} == {team.id: 1}
    assert tab_counts(viewer) == {"mine": 1, "unassigned": 1, "all": 3}


@pytest.mark.parametrize("view", ["", "team-x", "closed ", "team-"])
def test_inbox_page_of_an_unknown_view_is_not_found(
    acme: Account, viewer_as: ViewerOf, admin: User, view: str
) -> None:
    with pytest.raises(NotFound):
        inbox_page(viewer_as(admin), view)


def test_inbox_page_goes_through_all_rows_once_while_rows_move(
    acme: Account, viewer_as: ViewerOf, admin: User
) -> None:
    made = [make_conversation(messages=1) for _ in range(7)]
    viewer = viewer_as(admin)

    first = inbox_page(viewer, "all", limit=3)
    make_conversation(messages=1)
    second = inbox_page(viewer, "all", limit=3, after=first.next_cursor)
    third = inbox_page(viewer, "all", limit=3, after=second.next_cursor)

    assert numbers(first) + numbers(second) + numbers(third) == [row.display_id for row in reversed(made)]
    assert third.next_cursor is None


def _forged(at: str) -> str:
    return base64.urlsafe_b64encode(json.dumps(["-last_activity_at", 0, at, str(UUID(int=0))]).encode()).decode()


_EARLY, _NAIVE = _forged("0001-01-01T00:00:00+23:59"), _forged("2026-01-01T00:00:00")


@pytest.mark.parametrize("at", ["9999-12-31T23:59:59+23:59", "2026-11-23T00:00:00-23:59"])
def test_inbox_page_takes_a_cursor_in_any_zone(acme: Account, viewer_as: ViewerOf, admin: User, at: str) -> None:
    make_conversation(messages=1)

    assert len(inbox_page(viewer_as(admin), "all", after=_forged(at)).rows) <= 1


@pytest.mark.parametrize("cursor", ["x", "AAAA", "%00", "ä", "MjAyNi0wMS0wMVQwMDowMDowMHx4", _EARLY, _NAIVE])
def test_inbox_page_refuses_a_forged_cursor(acme: Account, viewer_as: ViewerOf, admin: User, cursor: str) -> None:
    with pytest.raises(ValidationFailed):
        inbox_page(viewer_as(admin), "all", after=cursor)


def test_inbox_page_finds_by_number_subject_name_and_address(acme: Account, viewer_as: ViewerOf, admin: User) -> None:
    contact = make_contact("maija@paint.example", name="Maija Virtanen")
    conversation = make_conversation(contact=contact, subject="Oak 100%", messages=1)
    make_searchable(conversation, make_conversation(subject="Something else", messages=1))
    viewer = viewer_as(admin)

    for text in (f"#{conversation.display_id}", "oak", "100%", "virtanen", "MAIJA@paint"):
        assert found(viewer, "all", text) == [conversation.display_id]
    assert found(viewer, "all", "_") == []


@pytest.mark.parametrize("count", [1, 30])
def test_inbox_page_takes_one_query_whatever_it_shows(
    acme: Account,
    viewer_as: ViewerOf,
    admin: User,
    agent: User,
    django_assert_num_queries: DjangoAssertNumQueries,
    count: int,
) -> None:
    for _ in range(count):
        make_conversation(messages=1, assignee=agent_of(agent), team=make_team())
    viewer = viewer_as(admin)

    with django_assert_num_queries(1):
        page = inbox_page(viewer, "all")

    assert len(page.rows) == count
    assert {(row.assignee_name, row.is_unread) for row in page.rows} == {(agent.name, True)}
