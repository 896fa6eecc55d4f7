from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Account, User
from conversations.enums import Folder, Priority, Status
from conversations.models import Category
from hummdesk.tenancy.context import account_context
from tests.accounts.api.clients import problem
from tests.factories import agent_of, make_conversation, make_team
from tests.fixtures.cast import ApiOf

STATS = "/api/v1/conversations/stats"


def test_stats_count_what_is_unfinished(api_of: ApiOf, admin: User) -> None:
    now, team = timezone.now(), make_team()
    category = Category.objects.create(name="Bikes", slug="bikes")
    make_conversation(assignee=agent_of(admin), team=team, category=category, priority=Priority.URGENT)
    make_conversation(team=team, sla_due_at=now - timedelta(minutes=1))
    make_conversation(status=Status.PENDING, sla_breached_at=now)
    make_conversation(status=Status.SNOOZED)
    make_conversation(status=Status.CLOSED, team=team, sla_breached_at=now)
    make_conversation(folder=Folder.TRASH)

    stats = api_of(admin).get(STATS).json()

    assert stats == {
        "open": 2,
        "pending": 1,
        "snoozed": 1,
        "resolved_today": 1,
        "unassigned": 3,
        "mine": 1,
        "breached": 2,
        "by_priority": {"low": 0, "normal": 3, "high": 0, "urgent": 1},
        "by_team": {str(team.id): 2, "none": 2},
        "by_category": {"bikes": 1, "none": 3},
        "avg_first_response_s": None,
        "avg_resolution_s": stats["avg_resolution_s"],
    }


def test_stats_of_an_empty_account_are_zeros(api_of: ApiOf, admin: User) -> None:
    stats = api_of(admin).get(STATS).json()

    assert (stats["open"], stats["by_team"], stats["avg_resolution_s"]) == (0, {}, None)


def test_stats_average_what_was_answered_and_resolved_in_the_range(api_of: ApiOf, admin: User) -> None:
    end = timezone.now().replace(microsecond=0) - timedelta(days=30)
    for minutes in (10, 20):
        at = end - timedelta(hours=1)
        made = at - timedelta(minutes=minutes)
        make_conversation(created_at=made, first_replied_at=at)
        make_conversation(created_at=made, resolved_at=at, status=Status.RESOLVED)
    # What happens at the end itself is not in it.
    make_conversation(created_at=end - timedelta(days=9), first_replied_at=end)
    make_conversation(created_at=end - timedelta(days=9), resolved_at=end, status=Status.RESOLVED)

    stats = api_of(admin).get(STATS, {"from": (end - timedelta(hours=1)).isoformat(), "to": end.isoformat()}).json()

    assert (stats["avg_first_response_s"], stats["avg_resolution_s"]) == (900.0, 900.0)


def test_stats_average_over_seven_days_unless_told(api_of: ApiOf, admin: User) -> None:
    now = timezone.now()
    for days_ago in (6, 8):
        at = now - timedelta(days=days_ago)
        make_conversation(created_at=at - timedelta(minutes=days_ago), first_replied_at=at)

    stats = api_of(admin).get(STATS).json()

    assert stats["avg_first_response_s"] == 360.0


def test_today_begins_at_midnight_of_the_account(api_of: ApiOf, admin: User, acme: Account) -> None:
    # In a zone where it is a little after midnight now; Etc/GMT+3 is three hours behind UTC.
    now = timezone.now()
    made = now - timedelta(days=3)
    hours_behind = now.hour if now.hour <= 12 else now.hour - 24
    Account.objects.filter(id=acme.id).update(timezone=f"Etc/GMT{hours_behind:+d}")
    offset = timedelta(minutes=now.minute, seconds=now.second, microseconds=now.microsecond)
    make_conversation(created_at=made, status=Status.RESOLVED, resolved_at=now - offset / 2)
    make_conversation(created_at=made, status=Status.RESOLVED, resolved_at=now - offset - timedelta(minutes=1))

    assert api_of(admin).get(STATS).json()["resolved_today"] == 1


def test_stats_count_only_what_the_caller_may_see(api_of: ApiOf, agent: User, nordhem: Account) -> None:
    now = timezone.now()
    make_conversation(team=make_team(agents=[agent]))
    hidden = make_team()
    for fields in ({}, {"first_replied_at": now}, {"status": Status.RESOLVED}):
        make_conversation(team=hidden, **fields)
    with account_context(nordhem):
        make_conversation()

    stats = api_of(agent).get(STATS).json()

    assert (stats["open"], stats["resolved_today"], list(stats["by_team"].values())) == (1, 0, [1])
    assert (stats["avg_first_response_s"], stats["avg_resolution_s"]) == (None, None)


def test_stats_take_the_same_queries_for_1_and_30(api_of: ApiOf, admin: User) -> None:
    api = api_of(admin)
    make_conversation()
    api.get(STATS)
    with CaptureQueriesContext(connection) as few:
        api.get(STATS)
    for number in range(29):
        make_conversation(team=make_team(), priority=Priority.values[number % 4])

    with CaptureQueriesContext(connection) as many:
        answer = api.get(STATS)

    assert answer.json()["open"] == 30
    assert len(many) == len(few)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"from": "2026-01-02T00:00:00Z", "to": "2026-01-01T00:00:00Z"}, "from"),
        ({"from": "2024-01-01T00:00:00Z", "to": "2026-01-01T00:00:00Z"}, "from"),
        ({"to": "soon"}, "to"),
        ({"team": "x"}, "team"),
    ],
)
def test_stats_over_a_range_that_is_none_are_422(
    api_of: ApiOf, admin: User, given: Mapping[str, Any], field: str
) -> None:
    answer = api_of(admin).get(f"{STATS}?{urlencode(given)}")

    assert problem(answer) == (422, "validation_error")
    assert list(answer.json()["errors"]) == [field]
