from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Account, User
from conversations.enums import MessageKind, Status
from conversations.models import Attachment, Conversation, ConversationTag
from conversations.queries import search_matches
from conversations.queries.search import SearchStart, search_condition, search_conversations
from conversations.queries.search_matches import Reach
from tests.conversations.conftest import ViewerOf
from tests.factories import (
    agent_of,
    make_contact,
    make_conversation,
    make_message,
    make_searchable,
    make_tag,
    make_team,
)

Found = Callable[[str], list[Conversation]]


@pytest.fixture
def found(acme: Account, viewer_as: ViewerOf, admin: User) -> Found:
    """Make a function that returns the conversations that the admin finds, the best first.

    It checks beside that the condition for lists finds the same ones.
    """
    viewer = viewer_as(admin)

    def ask(text: str) -> list[Conversation]:
        page = search_conversations(viewer, text, start=SearchStart(0, timezone.now()), limit=50)
        ids = [match.conversation_id for match in page.matches]
        assert set(Conversation.objects.filter(search_condition(viewer, text)).values_list("id", flat=True)) == set(
            ids
        )
        return [Conversation.objects.get(id=found_id) for found_id in ids]

    return ask


def said(text: str, *, language: str = "", at: datetime | None = None, **fields: Any) -> Conversation:
    """Make a conversation in which a customer said this, and which can be searched for."""
    conversation = make_conversation(language=language, **fields)
    make_message(conversation, body_text=text, created_at=at or timezone.now())
    make_searchable(conversation)
    return conversation


@pytest.mark.parametrize(
    ("language", "text", "asked"),
    [
        ("fi", "Laskussa on virhe", "laskun"),
        ("fi", "En ole saanut tilaustani", "tilaukseni"),
        ("sv", "Jag väntar på en faktura", "fakturor"),
        ("sv", "Leveranserna är sena", "leverans"),
        ("en", "Two invoices are wrong", "invoice"),
        ("en", "I am returning the table", "returned"),
        ("de", "Die Rechnung ist falsch", "rechnung"),
        ("", "plain words", "plain"),
    ],
)
def test_word_is_found_in_its_other_forms(found: Found, language: str, text: str, asked: str) -> None:
    conversation = said(text, language=language)
    said("Something else", language="en")

    assert found(asked) == [conversation]


def test_words_may_stand_in_subject_text_name_tag_and_file(found: Found) -> None:
    contact = make_contact("maija@paint.example", name="Maija Virtanen")
    conversation = make_conversation(subject="Broken tile", contact=contact)
    message = make_message(conversation, body_text="It came in pieces")
    ConversationTag.objects.create(conversation=conversation, tag=make_tag("warranty"))
    Attachment.objects.create(message=message, name="Photo_of-tile.JPG", size_bytes=1)
    make_searchable(conversation)
    said("tile", subject="Another")

    for text in ("broken pieces", "virtanen tile", "maija@paint.example tile", "paint warranty", "photo pieces"):
        assert found(text) == [conversation], text
    assert found("broken absent") == []


@pytest.mark.parametrize("text", ["virtann", "Virtane", "rtanen", "virtanan", "vanhanen virtann -x", "from:virtann"])
def test_name_is_found_by_its_part_and_misspelt(found: Found, text: str) -> None:
    conversation = said("Hello", contact=make_contact("m@paint.example", name="Maija Vanhanen-Virtanen"))
    said("Hello", contact=make_contact("x@paint.example", name="Somebody Else"))

    assert found(text) == [conversation]


def test_phrase_is_words_in_a_row(found: Found) -> None:
    conversation = said("the oak floor is late", language="en")
    said("the floor is of oak", language="en")

    assert found('"oak floors"') == [conversation]
    assert len(found("oak floor")) == 2


def test_excluded_word_is_in_no_message_of_the_conversation(found: Found) -> None:
    conversation = said("needle and hay")
    other = make_conversation()
    make_message(other, body_text="needle")
    make_message(other, body_text="thread")
    make_searchable(other)

    assert found("needle -thread") == [conversation]
    assert found("-thread") == [conversation]
    assert found("-needle") == []


def test_word_of_no_weight_hides_nothing(found: Found) -> None:
    conversation = said("Where is the invoice", language="en")

    assert found("the invoice") == [conversation]


def test_people_are_found_by_what_they_wrote_and_got(found: Found, viewer_as: ViewerOf, admin: User) -> None:
    contact = make_contact("maija@paint.example", name="Maija Virtanen")
    asked = said("needle", contact=contact)
    answered = make_conversation(contact=contact)
    make_message(answered, kind=MessageKind.REPLY, agent=admin, body_text="thread", cc=["boss@paint.example"])
    make_searchable(answered)

    assert found("from:virtanen") == [asked]
    assert found("from:maija needle") == [asked]
    assert found("from:maija thread") == []
    assert found("to:maija@paint.example") == [answered]
    assert found("to:boss") == [answered]
    assert found("from:me") == [answered]
    assert found("-from:me") == [asked]


def test_operators_narrow_down(found: Found, admin: User) -> None:
    team = make_team("Deliveries")
    tag = make_tag("Very late")
    one = said("needle", team=team, assignee=agent_of(admin))
    two = said("needle", status=Status.RESOLVED)
    ConversationTag.objects.create(conversation=two, tag=tag)

    for words in ("", "needle "):
        assert found(f"{words}team:deliv") == [one]
        assert found(f"{words}team:none") == [two]
        assert found(f"{words}is:mine") == [one]
        assert found(f"{words}assignee:me is:open") == [one]
        assert found(f"{words}assignee:none") == [two]
        assert found(f"{words}is:unassigned") == [two]
        assert found(f'{words}tag:"very LATE"') == [two]
        assert found(f"{words}-tag:absent #{one.display_id}") == [one]
        assert found(f"{words}is:resolved") == [two]
        assert set(found(f"{words}is:resolved is:open")) == {one, two}
        assert found(f"{words}-is:open") == [two]
        assert found(f"{words}is:unread") == [one]
        assert found(f"{words}#{two.display_id}") == [two]
        assert found(f"{words}#999999") == []
    assert found(str(one.display_id)) == [one]


def test_attachment_is_asked_of_the_message(found: Found) -> None:
    conversation = make_conversation()
    Attachment.objects.create(message=make_message(conversation, body_text="needle"), name="a.pdf", size_bytes=1)
    make_searchable(conversation)
    other = said("needle")

    assert found("has:attachment") == [conversation]
    assert found("needle -has:attachment") == [other]


def test_days_begin_and_end_in_the_time_zone_of_the_account(found: Found, acme: Account) -> None:
    zone = ZoneInfo(acme.timezone)
    early = said("needle", at=datetime(2026, 3, 1, 0, 30, tzinfo=zone))
    late = said("needle", at=datetime(2026, 3, 2, 0, 30, tzinfo=zone))

    for words in ("", "needle "):
        assert found(f"{words}before:2026-03-02") == [early]
        assert found(f"{words}after:2026-03-02") == [late]
        assert found(f"{words}after:2026-03-01 before:2026-03-02") == [early]
        assert found(f"{words}before:2026-03-01") == []


@pytest.mark.parametrize("reach", list(Reach))
def test_all_ways_find_the_same(
    acme: Account, viewer_as: ViewerOf, admin: User, reach: Reach, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversations = {said("needle", subject=f"Number {number}").id for number in range(5)}
    said("hay")
    monkeypatch.setattr(search_matches, "_ways", lambda _scope: [reach])

    page = search_conversations(viewer_as(admin), "needle", start=SearchStart(0, timezone.now()), limit=50)

    assert {match.conversation_id for match in page.matches} == conversations


def test_way_with_too_few_finds_is_followed_by_the_next(found: Found, monkeypatch: pytest.MonkeyPatch) -> None:
    conversation = said("needle")
    monkeypatch.setattr(search_matches, "_ways", lambda _scope: [Reach.RECENT, Reach.FAR, Reach.ALL])

    assert found("needle") == [conversation]


def test_search_speaks_to_postgresql_in_parameters_only(found: Found) -> None:
    for text in ("'; DROP TABLE conversations_searchentry; --", "%s %(x)s", "{0} {conversations}", "from:'x' tag:'y'"):
        found(text)

    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('conversations_searchentry')")
        assert cursor.fetchone()[0] is not None
