"""What one was told, on its page and by the bell."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from conversations.enums import NotificationKind
from conversations.models import AutomationRule, Notification
from tests.conversations.api.test_notifications import make_notification
from tests.factories import make_conversation, make_message, make_team
from tests.fixtures.cast import ClientOf

HTMX = {"HX-Request": "true"}


def test_page_shows_own_ones_newest_first_in_words(client_of: ClientOf, agent: User, admin: User) -> None:
    conversation = make_conversation(subject="Broken chair")
    make_notification(agent, conversation, actor_kind="agent", actor_id=admin.id)
    make_notification(agent, conversation, kind=NotificationKind.MENTIONED, actor_kind="agent", actor_id=admin.id)
    make_notification(admin, conversation)

    page = client_of(agent).get("/notifications")

    assert [one["text"] for one in page.context["items"]] == [
        "Admin Of Acme mentioned you",
        "Admin Of Acme assigned this to you",
    ]
    assert page.context["unread_count"] == 2


def test_what_a_rule_says_is_on_the_page_and_in_the_bell(client_of: ClientOf, agent: User) -> None:
    rule = AutomationRule.objects.create(name="Lamps", trigger="note_added")
    fields = {"kind": NotificationKind.RULE, "actor_kind": "rule", "actor_id": rule.id, "text": "Broken <again>"}
    told = make_notification(agent, make_conversation(), **fields)
    client = client_of(agent)

    page = client.get("/notifications").content.decode()
    bell = client.get(f"/notifications/bell?new={told.id}", headers=HTMX).content.decode()

    for shown in (page, bell):
        assert "The rule “Lamps” wants you to look" in shown
        assert "Broken &lt;again&gt;" in shown


@pytest.mark.parametrize("kind", NotificationKind.values)
def test_every_kind_has_words_and_a_picture(client_of: ClientOf, agent: User, kind: str) -> None:
    make_notification(agent, kind=kind)

    (item,) = client_of(agent).get("/notifications").context["items"]

    assert item["text"]
    assert item["icon"]


def test_page_asks_the_same_queries_for_many(client_of: ClientOf, agent: User) -> None:
    client = client_of(agent)
    make_notification(agent, make_conversation())
    client.get("/notifications")
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get("/notifications")
    for _number in range(20):
        make_notification(agent, make_conversation())

    with CaptureQueriesContext(connection) as many:
        client.get("/notifications")

    assert len(many) == len(few)


def test_unread_ones_alone_and_next_page(client_of: ClientOf, agent: User) -> None:
    for number in range(35):
        make_notification(agent, read_at="2026-11-23T00:00:00Z" if number % 7 == 0 else None)
    client = client_of(agent)

    unread = client.get("/notifications?show=unread")
    first = client.get("/notifications")
    rest = client.get(first.context["next_url"], headers=HTMX | {"HX-Target": "more-notifications"})

    assert len(unread.context["items"]) == 30
    assert rest.content.count(b"told-link") == 5
    assert rest.content.strip().startswith(b"<li")


def test_opening_one_leads_to_its_message_and_reads_it(client_of: ClientOf, agent: User) -> None:
    conversation = make_conversation()
    message = make_message(conversation)
    notification = make_notification(agent, conversation, message=message)

    answer = client_of(agent).get(f"/notifications/{notification.id}")

    assert answer["Location"] == f"/conversations/{conversation.display_id}#message-{message.id}"
    assert Notification.objects.get().read_at is not None


@pytest.mark.parametrize("of_whom", ["another", "nobody", "hidden"])
def test_what_is_not_ones_own_is_not_there(client_of: ClientOf, agent: User, admin: User, of_whom: str) -> None:
    hidden = make_conversation(team=make_team())
    ids = {
        "another": make_notification(admin, make_conversation()).id,
        "nobody": uuid4(),
        "hidden": make_notification(agent, hidden).id,
    }

    answer = client_of(agent).get(f"/notifications/{ids[of_whom]}")

    assert answer.status_code == 404
    assert not Notification.objects.exclude(read_at=None).exists()


def test_one_is_marked_read_and_unread_again(client_of: ClientOf, agent: User) -> None:
    notification = make_notification(agent, make_conversation())
    client, url = client_of(agent), f"/notifications/{notification.id}/read"

    answer = client.post(url, headers=HTMX)
    assert b'id="bell"' in answer.content
    assert b"badge" not in answer.content
    assert Notification.objects.get().read_at is not None

    client.post(url, {"unread": "1"})
    assert Notification.objects.get().read_at is None


def test_all_are_marked_read(client_of: ClientOf, agent: User, admin: User) -> None:
    make_notification(agent)
    make_notification(admin)

    client_of(agent).post("/notifications/read")

    assert [one.agent_id for one in Notification.objects.filter(read_at=None)] == [admin.id]


def test_bell_counts_and_tells_of_a_new_one(client_of: ClientOf, agent: User, admin: User) -> None:
    new = make_notification(agent, make_conversation(subject="Broken chair"))
    foreign = make_notification(admin, make_conversation(subject="Not for you"))
    client = client_of(agent)

    told = client.get(f"/notifications/bell?new={new.id}", headers=HTMX).content.decode()
    plain = client.get("/notifications/bell", headers=HTMX).content.decode()
    not_mine = client.get(f"/notifications/bell?new={foreign.id}", headers=HTMX).content.decode()
    nonsense = client.get("/notifications/bell?new=x", headers=HTMX).content.decode()

    assert 'class="badge num">1<' in told
    assert "Broken chair" in told
    assert "toast" not in plain + not_mine + nonsense
