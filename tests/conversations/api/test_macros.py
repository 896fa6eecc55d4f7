"""Macros by the API."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from zeal import zeal_ignore  # type: ignore[import-untyped]

from accounts.models import Account, User
from conversations.enums import Channel, Sharing, Status
from conversations.models import Conversation, Macro, Message
from hummdesk.events.models import LoggedEvent
from hummdesk.tenancy.context import account_context
from tests.accounts.api.clients import problem
from tests.conversations.conftest import Published
from tests.factories import agent_of, make_agent, make_contact, make_conversation, make_team
from tests.fixtures.cast import ApiOf

MACROS = "/api/v1/macros"
REPLY = {"type": "reply", "text": "Hi {{contact.first_name}}, about #{{conversation.display_id}}: {{account.name}}"}
CLOSING: list[dict[str, Any]] = [
    REPLY,
    {"type": "note", "text": "Done by {{agent.name}}"},
    {"type": "assign", "agent_id": "me"},
    {"type": "add_tags", "tags": ["refund"]},
    {"type": "priority", "priority": "high"},
    {"type": "status", "status": "resolved"},
]


def _macro(owner: User, *actions: dict[str, Any], **fields: Any) -> Macro:
    return Macro.objects.create(
        **{"name": "Macro", "owner": agent_of(owner), "actions": list(actions or [REPLY]), **fields}
    )


def _conversation(name: str = "Maija Virtanen", **fields: Any) -> Conversation:
    """One that is answered by chat, which needs no mailbox."""
    return make_conversation(contact=make_contact(name=name), messages=1, channel=Channel.API, **fields)


def _at(macro: Macro, word: str = "") -> str:
    return f"{MACROS}/{macro.id}{word and '/'}{word}"


def test_macro_is_made_read_changed_and_deleted(api_of: ApiOf, agent: User) -> None:
    api = api_of(agent)

    made = api.post(MACROS, {"name": " Close ", "actions": CLOSING})
    url = f"{MACROS}/{made.json()['id']}"
    changed = api.patch(url, {"name": "Close it", "version": 1})

    assert made.status_code == 201, made.content
    assert (made.json()["name"], made.json()["visibility"], made.json()["team"]) == ("Close", "own", None)
    assert made.json()["actions"] == CLOSING
    assert made.json()["owner"]["id"] == str(agent.id)
    assert (changed.json()["name"], changed.json()["version"]) == ("Close it", 2)
    assert problem(api.patch(url, {"name": "Stale", "version": 1})) == (409, "conflict")
    assert api.get(url).json() == changed.json()
    assert api.delete(url).status_code == 204
    assert problem(api.get(url)) == (404, "not_found")


@pytest.mark.parametrize(
    ("field", "body"),
    [
        ("name", {"actions": [REPLY]}),
        ("actions", {"name": "x"}),
        ("actions", {"name": "x", "actions": []}),
        ("actions.0", {"name": "x", "actions": [{"type": "reply", "text": "{{contact.password}}"}]}),
        ("actions.0", {"name": "x", "actions": [{"type": "assign", "agent_id": str(uuid4())}]}),
        ("actions.1", {"name": "x", "actions": [REPLY, {"type": "team", "team_id": str(uuid4())}]}),
        ("actions.0", {"name": "x", "actions": [{"type": "category", "category": "nothing"}]}),
        ("team_id", {"name": "x", "actions": [REPLY], "visibility": "team"}),
        ("team_id", {"name": "x", "actions": [REPLY], "visibility": "team", "team_id": str(uuid4())}),
    ],
)
def test_create_macro_refuses(api_of: ApiOf, admin: User, field: str, body: Any) -> None:
    answer = api_of(admin).post(MACROS, body)

    assert problem(answer) == (422, "validation_error")
    assert field in answer.json()["errors"]
    assert not Macro.objects.exists()


def test_macros_are_seen_by_those_they_are_for(api_of: ApiOf, agent: User, leader: User) -> None:
    ours, theirs = make_team(agents=[agent]), make_team(agents=[leader])
    seen = {
        _macro(agent).id,
        _macro(leader, visibility=Sharing.TEAM, team=ours).id,
        _macro(leader, visibility=Sharing.ACCOUNT).id,
    }
    hidden = [_macro(leader), _macro(agent, visibility=Sharing.TEAM, team=theirs)]
    api = api_of(agent)

    listed = api.get(MACROS).json()["results"]

    assert {row["id"] for row in listed} == {str(macro_id) for macro_id in seen}
    for macro in hidden:
        conversation = str(_conversation().id)
        assert problem(api.get(_at(macro))) == (404, "not_found")
        assert problem(api.delete(_at(macro))) == (404, "not_found")
        assert problem(api.post(_at(macro, "apply"), {"conversation_id": conversation})) == (404, "not_found")


def test_macros_for_everybody_are_kept_by_who_manages_templates(api_of: ApiOf, agent: User, leader: User) -> None:
    shared = _macro(leader, visibility=Sharing.ACCOUNT)
    own = _macro(agent)
    api = api_of(agent)
    body = {"name": "x", "actions": [REPLY], "visibility": "account"}

    assert problem(api.post(MACROS, body)) == (403, "permission_denied")
    assert problem(api.patch(_at(shared), {"name": "Mine"})) == (403, "permission_denied")
    assert problem(api.patch(_at(shared), {"visibility": "own"})) == (403, "permission_denied")
    assert problem(api.patch(_at(own), {"visibility": "account"})) == (403, "permission_denied")
    assert problem(api.delete(_at(shared))) == (403, "permission_denied")
    assert api_of(leader).post(MACROS, body).status_code == 201
    own.refresh_from_db()
    shared.refresh_from_db()
    assert (own.visibility, shared.name) == ("own", "Macro")


def test_macros_of_a_team_are_kept_by_its_members(api_of: ApiOf, agent: User) -> None:
    ours, theirs = make_team(agents=[agent]), make_team()
    api = api_of(agent)
    body = {"name": "x", "actions": [REPLY], "visibility": "team"}

    made = api.post(MACROS, {**body, "team_id": str(ours.id)})
    back = api.patch(f"{MACROS}/{made.json()['id']}", {"visibility": "own"})

    assert made.json()["team"] == {"id": str(ours.id), "name": ours.name}
    assert (back.json()["visibility"], back.json()["team"]) == ("own", None)
    assert problem(api.post(MACROS, {**body, "team_id": str(theirs.id)})) == (403, "permission_denied")


def test_preview_shows_what_would_happen(api_of: ApiOf, agent: User, published: Published) -> None:
    macro = _macro(agent, *CLOSING)
    conversation = _conversation(name="<b>Maija</b> Virtanen")

    answer = api_of(agent).post(_at(macro, "preview"), {"conversation_id": str(conversation.display_id)})

    assert answer.status_code == 200, answer.content
    reply, note = answer.json()["texts"]
    assert reply["body_text"] == f"Hi <b>Maija</b>, about #{conversation.display_id}: Acme"
    assert reply["body_html"] == f"<p>Hi &lt;b&gt;Maija&lt;/b&gt;, about #{conversation.display_id}: Acme</p>"
    assert note["body_text"] == "Done by Agent Of Acme"
    assert answer.json()["changes"] == {
        "assignee_id": str(agent.id),
        "add_tags": ["refund"],
        "priority": "high",
        "status": "resolved",
    }
    assert not published()


def test_apply_does_all_that_the_macro_says(api_of: ApiOf, agent: User, published: Published) -> None:
    macro = _macro(agent, *CLOSING)
    conversation = _conversation(name="<img src=x onerror=alert(1)> Virtanen")

    answer = api_of(agent).post(_at(macro, "apply"), {"conversation_id": str(conversation.id)})

    assert answer.status_code == 200, answer.content
    changed = answer.json()
    assert (changed["id"], changed["status"], changed["priority"]) == (str(conversation.id), "resolved", "high")
    assert (changed["assignee"]["id"], changed["tags"]) == (str(agent.id), ["refund"])
    reply = Message.objects.get(conversation=conversation, kind="reply")
    note = Message.objects.get(conversation=conversation, kind="note")
    assert "<img" not in reply.body_html
    assert reply.body_text.startswith("Hi <img, about #")
    assert note.body_text == "Done by Agent Of Acme"
    assert changed["message_count"] == 3
    macro.refresh_from_db()
    assert macro.usage_count == 1
    assert published()[0] == "MacroApplied"
    assert {"ReplySent", "NoteAdded", "ConversationStatusChanged", "ConversationTagsChanged"} < set(published())


def test_apply_changes_nothing_when_one_action_fails(api_of: ApiOf, agent: User, published: Published) -> None:
    """An e-mail conversation without a mailbox can't be answered."""
    macro = _macro(agent, {"type": "note", "text": "x"}, REPLY, {"type": "priority", "priority": "urgent"})
    conversation = make_conversation(messages=1)

    answer = api_of(agent).post(_at(macro, "apply"), {"conversation_id": str(conversation.id)})

    assert problem(answer) == (409, "conflict")
    assert Message.objects.filter(conversation=conversation).count() == 1
    conversation.refresh_from_db()
    macro.refresh_from_db()
    assert (conversation.priority, macro.usage_count) == ("normal", 0)
    assert not published()


def test_apply_that_names_a_gone_agent_changes_nothing(api_of: ApiOf, agent: User, published: Published) -> None:
    gone = make_agent(is_active=False)
    macro = _macro(agent, REPLY, {"type": "assign", "agent_id": str(gone.pk)})

    answer = api_of(agent).post(_at(macro, "apply"), {"conversation_id": str(_conversation().id)})

    assert problem(answer) == (422, "validation_error")
    assert not published()


def test_apply_writes_before_it_gives_away(api_of: ApiOf, agent: User) -> None:
    macro = _macro(agent, {"type": "team", "team_id": str(make_team().id)}, REPLY)
    conversation = _conversation()

    answer = api_of(agent).post(_at(macro, "apply"), {"conversation_id": str(conversation.id)})

    assert answer.status_code == 200, answer.content
    assert Message.objects.filter(conversation=conversation, kind="reply").exists()


def test_apply_to_many_has_a_result_for_each(api_of: ApiOf, agent: User) -> None:
    macro = _macro(agent, *CLOSING)
    good = [_conversation(name=f"Customer {number}") for number in range(3)]
    mute = make_conversation(messages=1)
    theirs = make_conversation(team=make_team())
    asked = [str(good[0].id), str(mute.id), str(theirs.id), "nonsense", str(good[1].display_id), str(good[2].id)]

    with zeal_ignore():  # each is written in by itself
        answer = api_of(agent).post(_at(macro, "apply"), {"conversation_ids": [*asked, str(good[0].display_id)]})

    assert answer.status_code == 200, answer.content
    results = answer.json()["results"]
    assert [(row["id"], row["status"]) for row in results] == list(
        zip(asked, [200, 409, 404, 404, 200, 200], strict=True)
    )
    assert results[4]["conversation"]["status"] == "resolved"
    assert results[1]["error"]["code"] == "conflict"
    assert Message.objects.filter(kind="reply").count() == 3
    mute.refresh_from_db()
    assert mute.status == Status.OPEN
    macro.refresh_from_db()
    assert macro.usage_count == 3
    assert LoggedEvent.objects.filter(type="MacroApplied").count() == 3


@pytest.mark.parametrize(
    "body", [{}, {"conversation_id": "1", "conversation_ids": ["1"]}, {"conversation_ids": []}, {"other": 1}]
)
def test_apply_takes_one_or_many(api_of: ApiOf, agent: User, body: Any) -> None:
    assert problem(api_of(agent).post(_at(_macro(agent), "apply"), body)) == (422, "validation_error")


def test_macro_and_conversation_of_another_account_are_not_there(
    api_of: ApiOf, admin: User, stranger: User, nordhem: Account
) -> None:
    with account_context(nordhem):
        theirs = _macro(stranger, visibility=Sharing.ACCOUNT)
        conversation = str(_conversation().id)
    ours = _macro(admin, visibility=Sharing.ACCOUNT)
    api = api_of(admin)

    for word in ("apply", "preview"):
        body = {"conversation_id": conversation}
        assert problem(api.post(_at(theirs, word), body)) == (404, "not_found")
        assert problem(api.post(_at(ours, word), body)) == (404, "not_found")


def test_list_macros_takes_the_same_queries_for_1_and_30(api_of: ApiOf, agent: User) -> None:
    api = api_of(agent)
    team = make_team(agents=[agent])
    _macro(agent, visibility=Sharing.TEAM, team=team)
    with CaptureQueriesContext(connection) as few:
        api.get(MACROS)
    for _number in range(29):
        _macro(agent, visibility=Sharing.TEAM, team=make_team(agents=[agent]))

    with CaptureQueriesContext(connection) as many:
        answer = api.get(MACROS)

    assert len(answer.json()["results"]) == 30
    assert len(few) == len(many)
