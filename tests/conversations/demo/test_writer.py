from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import pytest
from django.db import DataError, IntegrityError
from django.utils import timezone

from accounts.models import Account, User
from conversations.actions.receive_message import IncomingText, open_conversation
from conversations.actions.reconcile_loads import reconcile_loads
from conversations.actions.summarise import PREVIEW_LENGTH
from conversations.demo.accounts import DEMO_SLUGS, load_demo_account
from conversations.demo.script import DemoConversation, generate
from conversations.demo.topics import load_topics
from conversations.demo.writer import DemoPlace, linkless_html, write_conversations
from conversations.models import Contact, ContactIdentity, Conversation, Message
from conversations.queries.unread import unread_by
from hummdesk.errors import AccountRequired
from hummdesk.events.actor import Actor
from hummdesk.markup import one_line, text_to_html
from hummdesk.tenancy.context import platform_context
from teams.access import Viewer
from teams.models import AgentLoad
from tests.factories import agent_of, make_agent, make_contact, make_team, make_user

COUNT = 150


@pytest.fixture
def place(acme: Account, admin: User, leader: User, agent: User) -> DemoPlace:
    """Four agents and the demo's teams."""
    fourth = make_agent(make_user("agent2@acme.example"))
    teams = load_demo_account("acme").teams
    team_ids = {team.slug: make_team(f"Demo {team.name}").id for team in teams}
    return DemoPlace([admin.id, leader.id, agent.id, fourth.pk], team_ids, mailbox_id=None)


@pytest.fixture
def script() -> Sequence[DemoConversation]:
    """What is written."""
    return script_of(COUNT)


def script_of(count: int, *, seed: int = 1, now: datetime | None = None) -> list[DemoConversation]:
    return list(generate("acme", count, seed=seed, now=now or timezone.now()))


def test_loads_are_what_was_written(place: DemoPlace, script: Sequence[DemoConversation]) -> None:
    write_conversations(script, place)

    assert sum(AgentLoad.objects.values_list("current_load", flat=True)) > 0
    assert reconcile_loads(actor=Actor.system()) == []


def test_written_conversations_are_those_of_the_script(place: DemoPlace, script: Sequence[DemoConversation]) -> None:
    written = write_conversations(script, place)

    rows = list(Conversation.objects.select_related("contact", "category").order_by("display_id"))
    assert written == len(rows) == COUNT
    for row, one in zip(rows, script, strict=True):
        assert (row.subject, row.status, row.priority) == (one.subject, one.status, one.priority)
        assert row.contact.email == one.contact.email
        assert row.category is not None
        assert row.category.slug == one.category
        assert row.assignee_id == (None if one.assignee is None else place.agent_ids[one.assignee])
        assert row.team_id == (None if one.team is None else place.team_ids[one.team])
        assert {tag.name for tag in row.tags.all()} == set(one.tags)


def test_written_rows_repeat_what_their_messages_say(place: DemoPlace, script: Sequence[DemoConversation]) -> None:
    write_conversations(script, place)

    for row in Conversation.objects.all():
        messages = list(row.messages.order_by("created_at"))
        last = messages[-1]
        assert row.message_count == len(messages)
        assert row.preview == one_line(last.body_text, PREVIEW_LENGTH) != ""
        assert (row.last_message_id, row.last_message_kind) == (last.id, last.kind)
        assert row.last_message_at == last.created_at
        assert row.created_at == messages[0].created_at
        assert row.last_activity_at >= last.created_at


def test_written_rows_pass_the_validation_of_their_models(
    place: DemoPlace, script: Sequence[DemoConversation]
) -> None:
    write_conversations(script[-30:], place)

    for model in (Conversation, Message, Contact, ContactIdentity):
        for row in model._default_manager.all():
            row.full_clean(validate_unique=False, exclude=["custom_fields"])


def test_next_conversation_gets_the_next_number(place: DemoPlace, script: Sequence[DemoConversation]) -> None:
    write_conversations(script, place)
    highest = Conversation.objects.order_by("-display_id").values_list("display_id", flat=True)[0]

    text = IncomingText(body_html="<p>Hi</p>", body_text="Hi")
    message = open_conversation(contact=make_contact(), subject="After the demo", text=text)

    assert message.conversation.display_id == highest + 1


def test_second_run_finds_the_contacts_of_the_first(place: DemoPlace) -> None:
    now = timezone.now()
    write_conversations(script_of(COUNT, now=now), place)
    contact_count = Contact.objects.count()

    write_conversations(script_of(COUNT, now=now), place)

    assert Contact.objects.count() == contact_count
    assert Conversation.objects.count() == 2 * COUNT


def test_other_seed_adds_to_what_is_there(place: DemoPlace, script: Sequence[DemoConversation]) -> None:
    write_conversations(script, place)

    written = write_conversations(script_of(COUNT, seed=2), place)

    assert written == COUNT
    assert Conversation.objects.count() == 2 * COUNT


def test_failure_in_a_later_batch_leaves_nothing(
    place: DemoPlace, script: Sequence[DemoConversation], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("conversations.demo.writer.BATCH_SIZE", 50)
    long_subject = "x" * 301
    broken = [*script[:120], *[replace(one, subject=long_subject) for one in script[120:]]]

    with pytest.raises(DataError, match="character varying"):
        write_conversations(broken, place)

    assert Conversation.objects.count() == Contact.objects.count() == 0


def test_constraints_are_in_force(place: DemoPlace, script: Sequence[DemoConversation]) -> None:
    finished = next(one for one in script if one.status == "closed")
    impossible = replace(finished, resolved_at=None)

    with pytest.raises(IntegrityError, match="finished_has_a_time"):
        write_conversations([impossible], place)


def test_read_marks_follow_the_script(place: DemoPlace, script: Sequence[DemoConversation], agent: User) -> None:
    write_conversations(script, place)

    viewer = Viewer(agent_of(agent), frozenset())
    unread = set(Conversation.objects.filter(unread_by(viewer)).values_list("subject", "created_at"))

    assert unread == {(one.subject, one.created_at) for one in script if not one.is_read and one.resolved_at is None}
    assert 0 < len(unread) < 30


def test_writing_without_an_account_is_refused(place: DemoPlace, script: Sequence[DemoConversation]) -> None:
    with platform_context(), pytest.raises(AccountRequired):
        write_conversations(script, place)


@pytest.mark.parametrize("slug", DEMO_SLUGS)
def test_linkless_html_is_that_of_the_product(slug: str) -> None:
    languages = load_demo_account(slug).languages
    topics = [topic for language in languages for topic in load_topics(slug, language)]
    wordings = [wording for topic in topics for turn in topic.turns for wording in turn.wordings]

    assert [wording for wording in wordings if linkless_html(wording) != text_to_html(wording)] == []
