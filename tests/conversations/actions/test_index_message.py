import random

import pytest
from django.db import connection

from accounts.models import Account, User
from conversations.actions.delete_message import delete_message
from conversations.actions.edit_message import edit_message
from conversations.actions.index_message import reindex_contacts, reindex_conversations
from conversations.actions.merge_conversations import merge_conversations
from conversations.actions.receive_message import IncomingText, open_conversation
from conversations.actions.split_conversation import split_conversation
from conversations.actions.undo_move import undo_move
from conversations.actions.write_message import add_note, send_reply
from conversations.enums import MessageKind
from conversations.models import Conversation, ConversationTag, Message, SearchEntry
from conversations.search_index import INDEXED_CHARS, write_entries
from hummdesk.events.models import LoggedEvent
from tests.conversations.conftest import ViewerOf
from tests.factories import make_contact, make_conversation, make_mailbox, make_message, make_searchable, make_tag


def entries(words: str) -> list[str]:
    """Return the ids of messages that hold all of these lexemes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT message_id FROM conversations_searchentry WHERE vector @@ %s::tsquery", [words])
        return [str(row[0]) for row in cursor.fetchall()]


def test_received_message_is_found_in_the_same_transaction(acme: Account) -> None:
    message = open_conversation(
        contact=make_contact("maija.virtanen@paint.example", name="Maija Virtanen"),
        subject="Rikkinäinen laatta",
        text=IncomingText(body_html="<p>x</p>", body_text="Hei, laatta tuli meille rikki viime viikolla eikä kelpaa"),
    )

    assert message.language == "fi"
    for words in ("'laat'", "'@virtanen'", "'@maija.virtanen@paint.example'", "'^own'", "'@paint.example'"):
        assert entries(words) == [str(message.id)], words


def test_reply_and_note_are_found_by_text_and_author(acme: Account, viewer_as: ViewerOf, agent: User) -> None:
    conversation = make_conversation(mailbox_id=make_mailbox(acme).id)
    viewer = viewer_as(agent)

    reply = send_reply(viewer=viewer, conversation_id=conversation.id, body_text="halibut", cc=["boss@paint.example"])
    note = add_note(viewer=viewer, conversation_id=conversation.id, body_text="mackerel")

    assert entries("'halibut' & '^to' & '>boss@paint.example'") == [str(reply.id)]
    assert entries("'mackerel'") == [str(note.id)]
    assert set(entries(f"'<{viewer.agent.email}'")) == {str(reply.id), str(note.id)}


def test_deleted_messages_and_system_lines_are_left_out(acme: Account) -> None:
    conversation = make_conversation(messages=1)
    make_message(conversation, kind=MessageKind.SYSTEM)
    Message.objects.filter(kind=MessageKind.INCOMING).update(deleted_at="2026-01-01T00:00:00Z")

    make_searchable(conversation)

    assert not SearchEntry.objects.exists()


def test_reindexed_conversation_is_found_by_its_new_subject_and_tags(acme: Account) -> None:
    conversation = make_conversation(messages=2, subject="Before", language="en")
    make_searchable(conversation)
    Conversation.objects.update(subject="Afterwards")
    ConversationTag.objects.create(conversation=conversation, tag=make_tag("Very Late"))

    count = reindex_conversations(conversation_ids=[conversation.id])

    assert count == 2
    assert len(entries("'afterward' & '~very' & '~late'")) == 2
    assert entries("'befor'") == []


def test_reindexed_contact_is_found_by_the_new_name(acme: Account) -> None:
    contact = make_contact("maija@paint.example", name="Maija Virtanen")
    make_searchable(make_conversation(messages=1, contact=contact))
    contact.name = "Maija Järvinen"
    contact.save()

    reindex_contacts(contact_ids=[contact.id])

    assert len(entries("'@järvinen' & '@jarvinen' & '@maija'")) == 1
    assert entries("'@virtanen'") == []


def test_edited_message_is_found_by_its_new_words_and_a_deleted_one_by_none(
    acme: Account, viewer_as: ViewerOf, agent: User
) -> None:
    viewer = viewer_as(agent)
    note = add_note(viewer=viewer, conversation_id=make_conversation().id, body_text="halibut")

    edit_message(viewer=viewer, message_id=note.id, body_text="mackerel")
    after_edit = (entries("'halibut'"), entries("'mackerel'"))
    delete_message(viewer=viewer, message_id=note.id)

    assert after_edit == ([], [str(note.id)])
    assert entries("'mackerel'") == []


def test_moved_messages_are_found_where_they_are(acme: Account, viewer_as: ViewerOf, admin: User) -> None:
    viewer = viewer_as(admin)
    source, target = make_conversation(messages=2), make_conversation(messages=1)
    make_searchable(source, target)

    merge_conversations(viewer=viewer, conversation_id=source.id, into=target.id)
    assert set(SearchEntry.objects.values_list("conversation_id", flat=True)) == {target.id}

    undo_move(viewer=viewer, conversation_id=source.id, seq=LoggedEvent.objects.get(type="ConversationMerged").seq)
    assert SearchEntry.objects.filter(conversation=source).count() == 2

    message = source.messages.latest("created_at")
    new = split_conversation(viewer=viewer, conversation_id=source.id, message_ids=[message.id])
    assert SearchEntry.objects.get(message=message).conversation_id == new.id


def _distinct_words() -> str:
    return " ".join(f"w{number:x}" for number in range(150_000))


def _hyphenated() -> str:
    sign = random.Random(1)
    return " ".join("-".join(f"{sign.randrange(46_656):x}" for _part in range(6)) for _word in range(40_000))


@pytest.mark.parametrize(
    "text",
    [
        "x" * 1_000_000,
        _distinct_words(),
        _hyphenated(),
        "\U0001d518" * 250_000,
        " ".join("ä" * 3 + chr(0x4E00 + number % 20_000) * 2 + str(number) for number in range(60_000)),
        "a.b/c@d.e " * 100_000,
        "'\\''" * 100_000,
    ],
    ids=["one word", "distinct words", "hyphens", "letters of four bytes", "Chinese", "addresses", "quotes"],
)
def test_no_text_is_too_much_for_the_index(acme: Account, text: str) -> None:
    conversation = make_conversation(subject="needle")
    message = make_message(conversation, body_text=text)

    write_entries([message.id])

    assert entries("'needl' | 'needle'") == [str(message.id)]
    assert INDEXED_CHARS <= 100_000


@pytest.mark.parametrize("name", ['O\'Brien \\ "x" <y>', "'", "\\", "a:1A | b", "ﬁ İ ß", "x" * 200, "\u0085\u2028"])
def test_no_name_breaks_the_index(acme: Account, name: str) -> None:
    conversation = make_conversation(contact=make_contact(name=name), messages=1)

    make_searchable(conversation)

    assert SearchEntry.objects.count() == 1
