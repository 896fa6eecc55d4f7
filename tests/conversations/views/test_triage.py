import json
import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from conversations.enums import Folder, Status
from conversations.models import ConversationFollow, Macro
from tests.factories import agent_of, make_conversation, make_team
from tests.fixtures.cast import ClientOf

HTMX = {"HX-Request": "true", "HX-Target": "toasts"}


def fields_of(answer: Any) -> list[tuple[str, str]]:
    """Return what the form of a toast posts."""
    toasts = answer.content.decode().rpartition('id="toasts"')[2]
    toasts = answer.content.decode().partition('id="toasts"')[2] or answer.content.decode()
    hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', toasts)
    return [(name, unescape(value)) for name, value in hidden if name != "csrfmiddlewaretoken"]


def body_of(answer: Any) -> dict[str, list[str]]:
    body: dict[str, list[str]] = {}
    for name, value in fields_of(answer):
        body.setdefault(name, []).append(value)
    return body


def test_conversation_change_answers_with_the_conversation_and_the_way_back(client_of: ClientOf, admin: User) -> None:
    conversation = make_conversation()
    client = client_of(admin)
    url = f"/conversations/{conversation.display_id}/change?view=all"

    answer = client.post(url, {"status": "resolved"}, headers={"HX-Request": "true", "HX-Target": "conversation"})

    conversation.refresh_from_db()
    assert conversation.status == Status.RESOLVED
    assert 'id="conversation"' in answer.content.decode()
    assert fields_of(answer)[-2:] == [("status", "open"), ("is_undo", "on")]


@pytest.mark.parametrize(
    ("sent", "back"),
    [
        ({"assignee": "me"}, ("assignee", "none")),
        ({"priority": "urgent"}, ("priority", "normal")),
        ({"subject": "Other words"}, ("subject", "Subject")),
        ({"folder": "spam"}, ("folder", "inbox")),
        ({"add_tags": ["oak"]}, ("remove_tags", "oak")),
        ({"status": "snoozed", "snoozed_until": ""}, ("status", "open")),
    ],
)
def test_conversation_change_is_undone_by_what_its_toast_posts(
    client_of: ClientOf, admin: User, sent: dict[str, str], back: tuple[str, str]
) -> None:
    conversation = make_conversation(subject="Subject")
    url = f"/conversations/{conversation.display_id}/change"
    client = client_of(admin)
    answer = client.post(url, sent, headers=HTMX)

    undone = client.post(url, body_of(answer), headers=HTMX)

    assert back in fields_of(answer)
    assert "Undone" in undone.content.decode()
    conversation.refresh_from_db()
    assert (conversation.status, conversation.assignee, conversation.priority) == (Status.OPEN, None, "normal")
    assert (conversation.subject, conversation.folder) == ("Subject", Folder.INBOX)
    assert not conversation.tags.exists()


def test_conversation_change_back_to_its_sleep_knows_until_when(client_of: ClientOf, admin: User) -> None:
    until = timezone.now() + timedelta(days=2)
    conversation = make_conversation(status=Status.SNOOZED, snoozed_until=until)
    url = f"/conversations/{conversation.display_id}/change"
    client = client_of(admin)
    answer = client.post(url, {"status": "resolved"}, headers=HTMX)

    client.post(url, body_of(answer), headers=HTMX)

    conversation.refresh_from_db()
    assert (conversation.status, conversation.snoozed_until) == (Status.SNOOZED, until)


def test_conversation_change_snoozes_by_the_clock_of_the_agent(client_of: ClientOf, admin: User) -> None:
    conversation = make_conversation()
    admin.timezone = "Europe/Helsinki"
    admin.save()
    on = (timezone.now() + timedelta(days=10)).date()

    client_of(admin).post(
        f"/conversations/{conversation.display_id}/change",
        {"status": "snoozed", "snoozed_until": f"{on}T09:30"},
    )

    conversation.refresh_from_db()
    assert conversation.snoozed_until is not None
    assert timezone.localtime(conversation.snoozed_until).hour != 9 or admin.timezone != "Europe/Helsinki"
    assert conversation.snoozed_until.minute == 30
    assert conversation.snoozed_until.hour in (6, 7)


@pytest.mark.parametrize(
    "sent",
    [
        {"status": "gone"},
        {"status": ""},
        {"assignee": "x"},
        {"team": "x"},
        {"priority": "most"},
        {"sla_policy": "x"},
        {"status": "snoozed", "snoozed_until": "2020-01-01T10:00"},
        {"status": "snoozed", "snoozed_until": "some day"},
    ],
)
def test_conversation_change_to_what_there_is_not_is_422(
    client_of: ClientOf, admin: User, sent: dict[str, str]
) -> None:
    conversation = make_conversation()

    answer = client_of(admin).post(f"/conversations/{conversation.display_id}/change", sent)

    assert answer.status_code == 422
    conversation.refresh_from_db()
    assert (conversation.status, conversation.version) == (Status.OPEN, 1)


def test_conversation_change_without_script_goes_back_to_it(client_of: ClientOf, admin: User) -> None:
    conversation = make_conversation()

    answer = client_of(admin).post(f"/conversations/{conversation.display_id}/change?view=all", {"assignee": "me"})

    assert answer.status_code == 303
    assert answer["Location"] == f"/conversations/{conversation.display_id}?view=all"


def test_triage_in_another_team_is_not_found(client_of: ClientOf, agent: User) -> None:
    hidden = make_conversation(team=make_team())
    client = client_of(agent)

    assert client.post(f"/conversations/{hidden.display_id}/change", {"status": "closed"}).status_code == 404
    assert client.post("/inbox/mark", {"ids": [hidden.id], "mark": "unread"}).status_code == 404
    assert client.get(f"/inbox/pick/tag?conversation={hidden.display_id}").status_code == 404
    hidden.refresh_from_db()
    assert hidden.status == Status.OPEN


def test_inbox_change_says_what_failed_and_takes_back_the_rest(client_of: ClientOf, agent: User) -> None:
    waiting, sleeping = make_conversation(), make_conversation(status=Status.SNOOZED, snoozed_until=None)
    hidden = make_conversation(team=make_team())
    client = client_of(agent)
    ids = [str(row.id) for row in (waiting, sleeping, hidden)]

    answer = client.post("/inbox/change?view=all", {"ids": ids, "status": "resolved"}, headers=HTMX)
    text = unescape(answer.content.decode())
    client.post("/inbox/change?view=all", body_of(answer), headers=HTMX)

    assert "Resolved 2 conversations. 1 was left as it is: There is nothing here" in text
    statuses = [type(row).objects.get(id=row.id).status for row in (waiting, sleeping, hidden)]
    assert statuses == [Status.OPEN, Status.SNOOZED, Status.OPEN]


def test_inbox_change_takes_at_most_200(client_of: ClientOf, admin: User) -> None:
    answer = client_of(admin).post("/inbox/change", {"ids": ["1"] * 201, "status": "resolved"})

    assert answer.status_code == 422


def test_inbox_change_of_a_whole_list_goes_on_in_steps_and_back(
    client_of: ClientOf, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("conversations.views.triage.BULK_MOST", 2)
    rows = [make_conversation(messages=1) for _ in range(5)]
    client = client_of(admin)
    url = "/inbox/change?view=unassigned"

    first = client.post(url, {"matching": "on", "assignee": "me"}, headers=HTMX)
    second = client.post(url, body_of(first), headers=HTMX)
    last = client.post(url, body_of(second), headers=HTMX)
    undone = client.post(url, body_of(last), headers=HTMX)

    assert "2 of 5" in first.content.decode()
    assert "4 of 5" in second.content.decode()
    assert "Assigned 5 conversations to" in last.content.decode()
    assert "Undone" in undone.content.decode()
    assert {type(row).objects.get(id=row.id).assignee_id for row in rows} == {None}


def test_inbox_change_of_a_whole_list_can_be_stopped(
    client_of: ClientOf, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("conversations.views.triage.BULK_MOST", 2)
    for _ in range(3):
        make_conversation(messages=1)
    client = client_of(admin)
    first = client.post("/inbox/change?view=all", {"matching": "on", "status": "resolved"}, headers=HTMX)

    answer = client.post("/inbox/change?view=all", body_of(first) | {"is_stopped": "on"}, headers=HTMX)

    assert "Resolved 2 conversations" in answer.content.decode()


@pytest.mark.parametrize(
    "groups",
    [
        "x",
        "{}1",
        "[" * 100_000,
        "9" * 5000,
        '[{"ids": [1], "changes": {}}]',
        '[{"ids": [], "changes": {"tags": 1}}]',
        '[{"ids": ["1"], "changes": {"add_tags": [1]}}]',
        '[{"ids": ["1"], "changes": {"category": "\\u0000"}}]',
        '[{"ids": ["1"], "changes": {"subject": "\\ud800"}}]',
        '[{"ids": ["1"], "changes": {"status": "snoozed", "snoozed_until": "2027-02-31T00:00:00Z"}}]',
    ],
)
def test_inbox_change_with_forged_groups_is_422(client_of: ClientOf, admin: User, groups: str) -> None:
    assert client_of(admin).post("/inbox/change", {"groups": groups}).status_code == 422


@pytest.mark.parametrize("moment", ["0001-01-01T00:00+14:00", "9999-12-31T23:59-12:00", "9999-12-31T23:59"])
def test_a_moment_out_of_all_bounds_is_refused(client_of: ClientOf, admin: User, moment: str) -> None:
    User.objects.filter(id=admin.id).update(timezone="America/New_York")
    row, client = make_conversation(), client_of(admin)

    change = {"status": "snoozed", "snoozed_until": moment}
    snoozed = client.post(f"/conversations/{row.display_id}/change", change)
    until = client.post("/inbox/change?view=all", {"matching": "on", "priority": "high", "until": moment})
    picked = client.get("/inbox/pick/snooze", {"typed": moment})

    assert (snoozed.status_code, picked.status_code) == (422, 200)
    assert until.status_code in {303, 422}


def test_a_moment_with_an_offset_that_no_place_has_is_kept_in_utc(client_of: ClientOf, admin: User) -> None:
    row = make_conversation()
    moment = f"{timezone.now() + timedelta(days=3):%Y%m%dT%H0000}+23:59:59.999999"

    answer = client_of(admin).post(
        f"/conversations/{row.display_id}/change", {"status": "snoozed", "snoozed_until": moment}
    )

    assert answer.status_code == 303


def test_picker_of_macros_names_where_each_is_applied(client_of: ClientOf, admin: User) -> None:
    macro = Macro.objects.create(name="Say hello", owner=agent_of(admin), visibility="account")

    answer = client_of(admin).get("/inbox/pick/macro", headers=HTMX)

    assert f'data-name="macro" data-value="/macros/{macro.id}/apply"' in answer.content.decode()
    assert client_of(admin).get("/inbox/pick/macro").status_code == 404


def test_thread_menu_marks_without_script(client_of: ClientOf, admin: User) -> None:
    client = client_of(admin)
    conversation = make_conversation(messages=1)
    page = client.get(f"/conversations/{conversation.display_id}?view=all").content.decode()
    form = re.search(r'<form id="mark-form" action="([^"]+)" method="post"', page)
    assert form
    assert f'name="ids" value="{conversation.display_id}"' in page
    assert 'form="mark-form" name="mark" value="unread"' in page
    assert 'form="mark-form" name="mark" value="follow"' in page

    answer = client.post(unescape(form[1]), {"ids": conversation.display_id, "mark": "follow"})

    assert (answer.status_code, answer["Location"]) == (303, "/inbox?view=all")
    assert 'name="mark" value="unfollow"' in client.get(f"/conversations/{conversation.display_id}").content.decode()


def test_inbox_mark_unread_and_follow_and_back(client_of: ClientOf, admin: User) -> None:
    conversation = make_conversation(messages=1)
    client = client_of(admin)
    client.get(f"/conversations/{conversation.display_id}")

    unread = client.post("/inbox/mark", {"ids": [conversation.id], "mark": "unread"}, headers=HTMX)
    assert "row unread" in client.get("/inbox?view=all").content.decode()
    client.post("/inbox/mark", body_of(unread), headers=HTMX)
    assert "row unread" not in client.get("/inbox?view=all").content.decode()

    follow = client.post("/inbox/mark", {"ids": [conversation.id], "mark": "toggle-follow"}, headers=HTMX)
    assert ConversationFollow.objects.filter(agent_id=admin.id).exists()
    client.post("/inbox/mark", body_of(follow), headers=HTMX)
    assert not ConversationFollow.objects.exists()


@pytest.mark.parametrize("kind", ["assignee", "team", "tag", "priority", "snooze", "status", "category", "sla"])
def test_inbox_pick_is_a_page_for_one_and_a_list_for_any(client_of: ClientOf, admin: User, kind: str) -> None:
    conversation = make_conversation(team=make_team())
    client = client_of(admin)

    page = client.get(f"/inbox/pick/{kind}?conversation={conversation.display_id}&view=all").content.decode()
    piece = client.get(f"/inbox/pick/{kind}", headers=HTMX).content.decode()

    assert f'action="/conversations/{conversation.display_id}/change?view=all"' in page
    assert "<html" not in piece
    assert 'role="listbox"' in piece


def test_inbox_pick_understands_a_time_in_words(client_of: ClientOf, admin: User) -> None:
    piece = client_of(admin).get("/inbox/pick/snooze?typed=2h", headers=HTMX).content.decode()

    assert piece.count('role="option"') == 1


def test_inbox_pick_of_what_there_is_not_is_404(client_of: ClientOf, admin: User) -> None:
    client = client_of(admin)

    assert client.get("/inbox/pick/weather").status_code == 404
    assert client.get("/inbox/pick/tag?conversation=x").status_code == 404
    assert client.get("/inbox/pick/tag?conversation=99999").status_code == 404


def test_toast_carries_json_that_the_form_reads(client_of: ClientOf, admin: User) -> None:
    row = make_conversation()

    answer = client_of(admin).post("/inbox/change", {"ids": [row.id], "add_tags": ['"<oak>']}, headers=HTMX)

    assert json.loads(body_of(answer)["groups"][0]) == [{"ids": [str(row.id)], "changes": {"remove_tags": ['"<oak>']}}]
