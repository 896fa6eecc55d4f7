from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import Account, User
from conversations.actions.change_conversation import change_conversation
from conversations.enums import IdentityKind, Priority, Status
from conversations.models import (
    AutomationRule,
    Category,
    Company,
    ContactIdentity,
    Conversation,
    ConversationFollow,
    ConversationTag,
)
from hummdesk.events.models import LoggedEvent
from tests.conversations.conftest import ViewerOf
from tests.conversations.promised import answered, at, changed, opened
from tests.factories import agent_of, make_contact, make_conversation, make_tag, make_team
from tests.fixtures.cast import ClientOf
from tests.fixtures.moving import MovedClock
from tests.fixtures.work import RunTasks

HTMX = {"HX-Request": "true"}


def details_of(client_of: ClientOf, user: User, conversation: Conversation) -> str:
    headers = HTMX | {"HX-Target": "conversation-details"}
    return client_of(user).get(f"/conversations/{conversation.display_id}?view=all", headers=headers).content.decode()


def url_of(conversation: Conversation, word: str) -> str:
    return f"/conversations/{conversation.display_id}/{word}"


def test_details_show_the_customer_with_all_that_is_known(client_of: ClientOf, admin: User) -> None:
    company = Company.objects.create(name="Rakennus Oy")
    contact = make_contact("marja@posti.example", name="Marja", company=company, language="fi", phone="+358401234567")
    contact.custom_fields = {"timezone": "Europe/Helsinki", "Plan": "Gold"}
    contact.save()
    for kind, value in ((IdentityKind.PHONE, "+358401234567"), (IdentityKind.EMAIL, "marja@work.example")):
        ContactIdentity.objects.create(contact=contact, kind=kind, value=value)
    make_conversation(contact=make_contact(company=company))

    page = details_of(client_of, admin, make_conversation(contact=contact))

    for text in ("marja@posti.example", "marja@work.example", "+358401234567", "Finnish", "Gold", " there"):
        assert text in page
    assert "Rakennus Oy, 1 by colleagues" in page


@pytest.mark.parametrize("zone", ["../../etc/passwd", "Nowhere/Atall", "", "\x00", 7, None])
def test_details_pass_over_a_time_zone_that_is_none(client_of: ClientOf, admin: User, zone: object) -> None:
    contact = make_contact()
    contact.custom_fields = {"timezone": zone} if zone != "\x00" else {"timezone": "a/\u2028"}
    contact.save()

    assert " there" not in details_of(client_of, admin, make_conversation(contact=contact))


def test_details_list_the_customers_other_conversations_that_the_reader_may_see(
    client_of: ClientOf, agent: User
) -> None:
    conversation = make_conversation()
    make_conversation(contact=conversation.contact, subject="An older one", status=Status.RESOLVED)
    make_conversation(contact=conversation.contact, subject="Of another team", team=make_team())

    page = details_of(client_of, agent, conversation)

    assert "An older one" in page
    assert "Of another team" not in page


def test_details_show_followers_tags_and_fields(client_of: ClientOf, admin: User, leader: User) -> None:
    conversation = make_conversation(custom_fields={"Order": "NH-20418", "Total": 486.5, "Express": True})
    ConversationTag.objects.create(conversation=conversation, tag=make_tag("damaged"))
    ConversationFollow.objects.create(conversation=conversation, agent=agent_of(leader))

    page = details_of(client_of, admin, conversation)

    for text in ('value="damaged"', 'value="NH-20418"', 'value="486.5"', 'value="yes" selected', leader.name):
        assert text in page


@pytest.mark.parametrize(
    ("left", "text", "tone"),
    [
        (timedelta(minutes=38, seconds=30), "38m left", "chip-warn"),
        (timedelta(hours=1, minutes=20, seconds=30), "1h 20m left", ""),
        (timedelta(days=3, minutes=5), "3d left", ""),
        (timedelta(minutes=-6, seconds=-30), "6m over", "chip-danger"),
    ],
)
def test_details_show_how_much_time_is_left(
    client_of: ClientOf, admin: User, left: timedelta, text: str, tone: str
) -> None:
    due = timezone.now() + left
    conversation = make_conversation(first_response_due_at=due, sla_due_at=due)

    page = details_of(client_of, admin, conversation)

    assert page.count("data-due") == 1
    assert "First reply</dt>" in page
    assert f"<span>{text}</span>" in page
    assert f'class="chip num{" " + tone if tone else ""}"' in page


def test_details_draw_how_the_time_has_run(
    clock: MovedClock, client_of: ClientOf, admin: User, viewer_as: ViewerOf, run_tasks: RunTasks
) -> None:
    conversation, viewer = opened(), viewer_as(admin)
    clock.go(hours=1)
    changed(viewer, conversation, status="snoozed", snoozed_until=at(12))
    run_tasks()
    paused = details_of(client_of, admin, conversation)
    changed(viewer, conversation, status="open")
    clock.go(hours=5)
    run_tasks()
    late = details_of(client_of, admin, conversation)
    answered(viewer, conversation, status="resolved")
    run_tasks()
    done = details_of(client_of, admin, conversation)

    assert "Paused since" in paused
    assert "1h of 4h" in paused
    assert 'class="part-pause"' in paused
    assert "Late since" in late
    assert 'class="part-run" x="0" y="0" width="667"' in late
    assert 'class="part-late" x="667"' in late
    assert "Too late: 6h of 4h" in done
    assert "Kept: 6h of 24h" in done
    assert "style=" not in late


def test_details_of_a_finished_conversation_have_no_clock(client_of: ClientOf, admin: User) -> None:
    conversation = make_conversation(resolution_due_at=timezone.now(), status=Status.RESOLVED)

    assert "data-due" not in details_of(client_of, admin, conversation)


def test_details_cost_the_same_with_one_and_with_many(
    client_of: ClientOf, admin: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    bare, full = make_conversation(), make_conversation(custom_fields={str(number): number for number in range(20)})
    for number in range(20):
        make_conversation(contact=full.contact)
        ContactIdentity.objects.create(contact=full.contact, kind=IdentityKind.PHONE, value=str(number))
        ConversationTag.objects.create(conversation=full, tag=make_tag())
    client = client_of(admin)
    headers = HTMX | {"HX-Target": "conversation-details"}
    url = "/conversations/{}?view=all"
    for one in (bare, full):
        client.get(url.format(one.display_id), headers=headers)
    with CaptureQueriesContext(connection) as few:
        client.get(url.format(bare.display_id), headers=headers)

    with django_assert_num_queries(len(few)):
        client.get(url.format(full.display_id), headers=headers)


def test_history_tells_who_changed_what_from_what_to_what(
    client_of: ClientOf, admin: User, viewer_as: ViewerOf, acme: Account
) -> None:
    conversation = make_conversation(custom_fields={"Order": "1"})
    changes = {
        "status": "pending",
        "priority": "high",
        "assignee_id": str(admin.id),
        "add_tags": ["damaged"],
        "custom_fields": {"Order": "<2>"},
    }
    change_conversation(viewer=viewer_as(admin), conversation_id=conversation.id, changes=changes)

    answer = client_of(admin).get(url_of(conversation, "history"), headers=HTMX | {"HX-Target": "history"})

    page = answer.content.decode()
    assert "<html" not in page
    for text in ("Status changed", ">Open</del>", ">Pending</ins>", ">High</ins>", "damaged", "&lt;2&gt;", admin.name):
        assert text in page


def test_history_is_a_page_of_its_own_without_script(client_of: ClientOf, admin: User) -> None:
    answer = client_of(admin).get(url_of(make_conversation(), "history"))

    assert "<html" in answer.content.decode()
    assert "Nothing has changed yet." in answer.content.decode()


def test_history_names_the_rule_that_did_it(
    client_of: ClientOf, admin: User, viewer_as: ViewerOf, acme: Account
) -> None:
    conversation = make_conversation()
    change_conversation(
        viewer=viewer_as(admin), conversation_id=conversation.id, changes={"priority": Priority.URGENT}
    )
    event = LoggedEvent.objects.get(object_id=conversation.id)
    rule = AutomationRule.objects.create(name="Loud customers first", trigger="message_received")
    event.actor_kind, event.actor_id = "rule", rule.id
    event.save()

    page = client_of(admin).get(url_of(conversation, "history")).content.decode()

    assert "by Loud customers first" in page


@pytest.mark.parametrize(
    ("value", "kind", "kept"),
    [
        (" NH-1 ", "text", "NH-1"),
        ("12", "text", "12"),
        ("12", "number", 12),
        ("1,5", "number", 1.5),
        ("yes", "switch", True),
        ("no", "switch", False),
        ("text", "", "text"),
    ],
)
def test_field_is_kept_as_its_kind(client_of: ClientOf, admin: User, value: str, kind: str, kept: object) -> None:
    conversation = make_conversation(custom_fields={"Other": 1})

    answer = client_of(admin).post(
        url_of(conversation, "field"), {"name": "Order", "value": value, "kind": kind}, headers=HTMX
    )

    conversation.refresh_from_db()
    assert answer.status_code == 200
    assert conversation.custom_fields == {"Other": 1, "Order": kept}
    assert type(conversation.custom_fields["Order"]) is type(kept)
    assert 'id="conversation-fields"' in answer.content.decode()


def test_field_without_value_is_gone(client_of: ClientOf, admin: User) -> None:
    conversation = make_conversation(custom_fields={"Order": "1"})

    client_of(admin).post(url_of(conversation, "field"), {"name": "Order", "value": " "}, headers=HTMX)

    conversation.refresh_from_db()
    assert conversation.custom_fields == {}


@pytest.mark.parametrize(
    "posted",
    [
        {"name": "", "value": "1"},
        {"name": "x" * 61, "value": "1"},
        {"name": "Order", "value": "x" * 1001},
        {"name": "Order", "value": "twelve", "kind": "number"},
        {"name": "Order", "value": "NaN", "kind": "number"},
        {"name": "Order", "value": "1e99", "kind": "number"},
        {"name": "Order", "value": "[1]", "kind": "number"},
        {"name": "Order", "value": "[" * 1000, "kind": "number"},
        {"name": "Order", "value": "1", "kind": "gone"},
    ],
)
def test_field_that_cant_be_kept_is_refused_in_place(client_of: ClientOf, admin: User, posted: dict[str, str]) -> None:
    conversation = make_conversation(custom_fields={"Order": 1})

    answer = client_of(admin).post(url_of(conversation, "field"), posted, headers=HTMX)
    without_script = client_of(admin).post(url_of(conversation, "field"), posted)

    conversation.refresh_from_db()
    assert (answer.status_code, without_script.status_code) == (422, 422)
    assert "field-fault" in answer.content.decode()
    assert conversation.custom_fields == {"Order": 1}


def test_category_is_picked_without_script(client_of: ClientOf, admin: User) -> None:
    category = Category.objects.first()
    assert category is not None
    conversation = make_conversation(category=category)

    page = (
        client_of(admin).get(f"/inbox/pick/category?view=all&conversation={conversation.display_id}").content.decode()
    )

    assert f'name="category" value="{category.id}" aria-current="true"' in page
    assert 'name="category" value="none"' in page


@pytest.mark.parametrize(("method", "word"), [("get", "history"), ("post", "field")])
def test_what_is_another_teams_is_not_found(client_of: ClientOf, agent: User, method: str, word: str) -> None:
    conversation = make_conversation(team=make_team())

    answer = getattr(client_of(agent), method)(url_of(conversation, word), {"name": "a", "value": "b"})

    assert answer.status_code == 404
