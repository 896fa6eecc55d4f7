"""Notifications by the API."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Account, User
from conversations.enums import NotificationKind
from conversations.models import AutomationRule, Conversation, Notification
from tests.accounts.api.clients import problem
from tests.factories import agent_of, make_conversation, make_team
from tests.fixtures.cast import ApiOf

NOTIFICATIONS = "/api/v1/notifications"


def make_notification(user: User, conversation: Conversation | None = None, **fields: Any) -> Notification:
    fields.setdefault("kind", NotificationKind.ASSIGNED)
    fields.setdefault("event_seq", Notification.objects.count() + 1)
    return Notification.objects.create(agent=agent_of(user), conversation=conversation, **fields)


def test_list_has_the_callers_own_newest_first(api_of: ApiOf, agent: User, admin: User) -> None:
    conversation = make_conversation()
    first = make_notification(agent, conversation, actor_kind="agent", actor_id=admin.id)
    second = make_notification(agent, kind=NotificationKind.WEBHOOK_DISABLED)
    make_notification(admin, conversation)

    results = api_of(agent).get(NOTIFICATIONS).json()["results"]

    assert [row["id"] for row in results] == [str(second.id), str(first.id)]
    assert results[1]["conversation"] == {
        "id": str(conversation.id),
        "display_id": conversation.display_id,
        "subject": conversation.subject,
    }
    assert results[1]["actor"] == {"type": "agent", "id": str(admin.id), "name": agent_of(admin).name}
    assert results[0]["conversation"] is None
    assert results[0]["actor"] == {"type": "system", "id": None, "name": None}


def test_list_has_what_a_rule_says(api_of: ApiOf, agent: User) -> None:
    rule = AutomationRule.objects.create(name="Lamps", trigger="note_added")
    make_notification(agent, kind=NotificationKind.RULE, actor_kind="rule", actor_id=rule.id, text="Broken again")

    (told,) = api_of(agent).get(NOTIFICATIONS).json()["results"]

    assert told["text"] == "Broken again"
    assert told["actor"] == {"type": "rule", "id": str(rule.id), "name": "Lamps"}


def test_list_pages_by_keyset(api_of: ApiOf, agent: User) -> None:
    ids = [str(make_notification(agent).id) for _number in range(5)][::-1]
    api = api_of(agent)

    first = api.get(f"{NOTIFICATIONS}?limit=3").json()
    make_notification(agent)
    second = api.get(first["next"]).json()

    assert [row["id"] for row in first["results"] + second["results"]] == ids
    assert second["next"] is None


def test_list_filters(api_of: ApiOf, agent: User) -> None:
    unread = make_notification(agent)
    read = make_notification(agent, kind=NotificationKind.REPLY, read_at="2026-11-23T00:00:00Z")
    api = api_of(agent)

    def found(query: str) -> list[str]:
        return [row["id"] for row in api.get(f"{NOTIFICATIONS}?{query}").json()["results"]]

    assert found("unread=true") == [str(unread.id)]
    assert found("unread=false") == [str(read.id)]
    assert found("kind=reply") == [str(read.id)]
    assert problem(api.get(f"{NOTIFICATIONS}?kind=nothing")) == (422, "validation_error")
    assert problem(api.get(f"{NOTIFICATIONS}?agent_id=1")) == (422, "validation_error")


def test_notification_of_what_may_not_be_seen_any_more_is_left_out(api_of: ApiOf, agent: User) -> None:
    make_notification(agent, make_conversation(team=make_team()))
    seen = make_notification(agent, make_conversation())
    api = api_of(agent)

    assert [row["id"] for row in api.get(NOTIFICATIONS).json()["results"]] == [str(seen.id)]
    assert api.get(f"{NOTIFICATIONS}/unread-count").json() == {"count": 1, "has_more": False}


def test_list_costs_the_same_with_1_and_30_rows(api_of: ApiOf, agent: User) -> None:
    api, costs = api_of(agent), []
    for count in (1, 29):
        for _number in range(count):
            make_notification(agent, make_conversation(), actor_kind="agent", actor_id=agent.id)
        with CaptureQueriesContext(connection) as statements:
            api.get(NOTIFICATIONS)
        costs.append(len(statements))

    assert costs[0] == costs[1]


def test_unread_are_counted_up_to_a_hundred(api_of: ApiOf, agent: User) -> None:
    for _number in range(101):
        make_notification(agent)

    assert api_of(agent).get(f"{NOTIFICATIONS}/unread-count").json() == {"count": 100, "has_more": True}


def test_reading_one_and_all(api_of: ApiOf, agent: User, admin: User) -> None:
    one, other = make_notification(agent), make_notification(agent)
    foreign = make_notification(admin)
    api = api_of(agent)

    answers = [api.post(f"{NOTIFICATIONS}/{one.id}/read").status_code for _twice in range(2)]
    one.refresh_from_db()
    read_at = one.read_at
    all_read = api.post(f"{NOTIFICATIONS}/read-all")

    one.refresh_from_db()
    other.refresh_from_db()
    foreign.refresh_from_db()
    assert [*answers, all_read.status_code] == [204, 204, 204]
    assert one.read_at == read_at
    assert other.read_at is not None
    assert foreign.read_at is None


@pytest.mark.parametrize("whose", ["colleague", "nobody"])
def test_reading_what_is_not_ones_own_is_not_found(api_of: ApiOf, agent: User, admin: User, whose: str) -> None:
    notification_id = make_notification(admin).id if whose == "colleague" else uuid4()

    assert problem(api_of(agent).post(f"{NOTIFICATIONS}/{notification_id}/read")) == (404, "not_found")


def test_settings_are_the_callers_own(api_of: ApiOf, acme: Account, agent: User, admin: User) -> None:
    api = api_of(agent)

    before = api.get(f"{NOTIFICATIONS}/settings").json()
    changed = api.patch(f"{NOTIFICATIONS}/settings", {"reply": False, "assigned": True}).json()
    again = api.patch(f"{NOTIFICATIONS}/settings", {"mentioned": False}).json()

    mail = dict.fromkeys(NotificationKind.values, False) | {"assigned": True, "mentioned": True}
    assert before == dict.fromkeys(NotificationKind.values, True) | {"mail": mail}
    assert changed == {**before, "reply": False}
    assert again == {**before, "reply": False, "mentioned": False}
    assert api_of(admin).get(f"{NOTIFICATIONS}/settings").json() == before
    by_mail = api.patch(f"{NOTIFICATIONS}/settings", {"mail": {"reply": True, "mentioned": False}}).json()
    assert by_mail == {**again, "mail": mail | {"reply": True, "mentioned": False}}
    assert problem(api.patch(f"{NOTIFICATIONS}/settings", {"mail": {"dancing": True}})) == (422, "validation_error")
    assert problem(api.patch(f"{NOTIFICATIONS}/settings", {"dancing": True})) == (422, "validation_error")
    assert problem(api.patch(f"{NOTIFICATIONS}/settings", {"reply": "perhaps"})) == (422, "validation_error")
