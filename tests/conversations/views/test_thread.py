"""Every kind and state of a message, the lines between them, and what the head says."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Account, User
from conversations.actions.change_conversation import change_conversation
from conversations.actions.delete_message import delete_message
from conversations.actions.edit_message import edit_message
from conversations.actions.merge_conversations import merge_conversations
from conversations.actions.split_conversation import split_conversation
from conversations.enums import DeliveryState, Folder, MessageKind, Status
from conversations.models import Attachment, Conversation, MessageMention
from hummdesk.safe_html import sanitise_html
from tests.conversations.conftest import ViewerOf
from tests.factories import agent_of, make_contact, make_conversation, make_message
from tests.fixtures.cast import ClientOf

HTMX = {"HX-Request": "true", "HX-Target": "conversation"}


@pytest.fixture
def conversation(acme: Account) -> Conversation:
    return make_conversation(messages=1)


def page_of_thread(client_of: ClientOf, user: User, conversation: Conversation, query: str = "") -> str:
    answer = client_of(user).get(f"/conversations/{conversation.display_id}?view=all{query}", headers=HTMX)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_kinds_of_messages_are_told_apart(client_of: ClientOf, admin: User, conversation: Conversation) -> None:
    agent = agent_of(admin)
    for kind in (MessageKind.REPLY, MessageKind.NOTE):
        make_message(conversation, kind=kind, agent=agent, body_text=f"A {kind}")
    make_message(conversation, kind=MessageKind.SYSTEM, body_text="By the machine")

    page = page_of_thread(client_of, admin, conversation)

    assert [f'class="msg {css}"' in page for css in ("in", "out", "note")] == [True] * 3
    assert "msg system" in page
    assert "Note, team only" in page


def test_copies_and_quotes_and_edits_show_at_the_message(
    client_of: ClientOf, admin: User, conversation: Conversation
) -> None:
    message = make_message(
        conversation,
        kind=MessageKind.REPLY,
        agent=agent_of(admin),
        cc=["a@x.example", "b@x.example", "c@x.example", "d@x.example"],
        quoted_html="<p>Earlier</p>",
        edited_at=timezone.now(),
    )

    page = page_of_thread(client_of, admin, conversation)

    assert f"to {conversation.contact.email}, cc a@x.example, b@x.example, c@x.example and 1 more" in page
    assert re.search(r'<details class="quoted".*?Earlier', page, re.DOTALL)
    assert "Edited" in page
    assert f'id="message-{message.id}"' in page


def test_mention_stands_out_in_a_note_but_not_in_attributes(
    client_of: ClientOf, admin: User, agent: User, conversation: Conversation
) -> None:
    name = agent_of(agent).name
    body = sanitise_html(f'<p>@{name} and <a href="https://x.example/" title="@{name}">this</a></p>')
    note = make_message(conversation, kind=MessageKind.NOTE, agent=agent_of(admin), body_html=body)
    MessageMention.objects.create(message=note, agent=agent_of(agent))

    page = page_of_thread(client_of, admin, conversation)

    assert f'<span class="mention">@{name}</span> and' in page
    assert f'title="@{name}"' in page


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"delivery_state": DeliveryState.QUEUED}, "Queued"),
        ({"delivery_state": DeliveryState.SENT}, "Sent"),
        ({"delivery_state": DeliveryState.DELIVERED}, "Delivered"),
        ({"delivery_state": DeliveryState.FAILED, "delivery_error": "Refused."}, "Not sent. Refused."),
        ({"delivery_state": DeliveryState.BOUNCED}, "It came back."),
    ],
)
def test_reply_shows_how_it_fares(
    client_of: ClientOf, admin: User, conversation: Conversation, fields: dict[str, str], text: str
) -> None:
    make_message(conversation, kind=MessageKind.REPLY, agent=agent_of(admin), **fields)

    page = page_of_thread(client_of, admin, conversation)

    assert text in page
    assert ("/retry" in page) == text.startswith(("Not sent.", "It came back."))


def test_held_reply_says_when_it_leaves_and_can_be_taken_back(
    client_of: ClientOf, admin: User, agent: User, conversation: Conversation
) -> None:
    leaves_at = timezone.now() + timedelta(seconds=8)
    make_message(conversation, kind=MessageKind.REPLY, agent=agent_of(admin), send_at=leaves_at)
    scheduled = make_conversation(messages=1)
    later = timezone.now() + timedelta(days=2)
    make_message(scheduled, kind=MessageKind.REPLY, agent=agent_of(admin), send_at=later, is_scheduled=True)

    soon = page_of_thread(client_of, admin, conversation)
    planned = page_of_thread(client_of, admin, scheduled)
    others = page_of_thread(client_of, agent, conversation)

    assert f'data-leaves="{leaves_at.isoformat()}"' in soon
    assert 'class="held"' in soon
    assert re.search(r"Sends \w{3} \d", planned)
    assert 'class="held"' not in others


def test_deleted_note_says_by_whom_and_keeps_quiet(
    client_of: ClientOf, admin: User, conversation: Conversation, viewer_as: ViewerOf
) -> None:
    note = make_message(conversation, kind=MessageKind.NOTE, agent=agent_of(admin), body_text="A secret")
    delete_message(viewer=viewer_as(admin), message_id=note.id)

    page = page_of_thread(client_of, admin, conversation)

    assert f"Deleted by {agent_of(admin).name}" in page
    assert "A secret" not in page


def test_reply_that_its_author_took_back_is_not_told_of(
    client_of: ClientOf, admin: User, conversation: Conversation, viewer_as: ViewerOf
) -> None:
    reply = make_message(
        conversation, kind=MessageKind.REPLY, agent=agent_of(admin), send_at=timezone.now() + timedelta(minutes=5)
    )
    delete_message(viewer=viewer_as(admin), message_id=reply.id)

    assert f"message-{reply.id}" not in page_of_thread(client_of, admin, conversation)


def test_files_are_tiles_but_for_pictures_in_the_text(
    client_of: ClientOf, admin: User, conversation: Conversation
) -> None:
    message = make_message(conversation, body_html='<p>See <img src="cid:one"></p>')
    fields = {"message": message, "size_bytes": 3, "content_type": "image/png"}
    inline = Attachment.objects.create(
        file=ContentFile(b"png", name="a"), name="one.png", content_id="one", is_inline=True, **fields
    )
    tile = Attachment.objects.create(
        file=ContentFile(b"png", name="b"), thumbnail=ContentFile(b"t", name="t"), name="two.png", **fields
    )

    page = page_of_thread(client_of, admin, conversation)

    assert f'<img src="/attachments/{inline.id}"' in page
    assert "one.png" not in page
    assert f'src="/attachments/{tile.id}/thumbnail"' in page
    assert re.search(rf'href="/attachments/{tile.id}" download="two.png" data-picture', page)


def test_changes_are_lines_and_three_of_them_fold(
    client_of: ClientOf, admin: User, conversation: Conversation, viewer_as: ViewerOf
) -> None:
    viewer = viewer_as(admin)
    change_conversation(viewer=viewer, conversation_id=conversation.id, changes={"priority": "urgent"})
    change_conversation(viewer=viewer, conversation_id=conversation.id, changes={"add_tags": ["oak"]})

    two = page_of_thread(client_of, admin, conversation)
    change_conversation(viewer=viewer, conversation_id=conversation.id, changes={"subject": "New <b>"})
    three = page_of_thread(client_of, admin, conversation)

    assert "set the priority to <b>Urgent</b>" in two
    assert "added the tag <b>oak</b>" in two
    assert "changes</span>" not in two
    assert "3 changes" in three
    assert "changed the subject to <b>New &lt;b&gt;</b>" in three


def test_merge_is_a_line_with_a_link_and_undo_until_it_is_undone(
    client_of: ClientOf, admin: User, conversation: Conversation, viewer_as: ViewerOf
) -> None:
    source = make_conversation(messages=1, contact=conversation.contact)
    merge_conversations(viewer=viewer_as(admin), conversation_id=source.id, into=conversation.id)

    page = page_of_thread(client_of, admin, conversation)
    found = re.search(rf'formaction="(/conversations/{conversation.display_id}/moves/\d+/undo)\?view=all"', page)
    assert found
    answer = client_of(admin).post(found[1], headers=HTMX)

    assert f'href="/conversations/{source.display_id}?view=all">#{source.display_id}</a>' in page
    assert "undid a merge" in answer.content.decode()
    assert "/undo" not in answer.content.decode()
    source.refresh_from_db()
    assert source.merged_into_id is None


def test_merged_conversation_says_where_it_went(
    client_of: ClientOf, admin: User, conversation: Conversation, viewer_as: ViewerOf
) -> None:
    source = make_conversation(messages=1, contact=conversation.contact)
    message = source.messages.get()
    merge_conversations(viewer=viewer_as(admin), conversation_id=source.id, into=conversation.id)

    page = page_of_thread(client_of, admin, source)

    assert f"Merged into #{conversation.display_id}" in page
    assert f"message-{message.id}" in page


def test_split_is_a_line_with_undo(
    client_of: ClientOf, admin: User, conversation: Conversation, viewer_as: ViewerOf
) -> None:
    message = make_message(conversation)
    new = split_conversation(viewer=viewer_as(admin), conversation_id=conversation.id, message_ids=[message.id])

    page = page_of_thread(client_of, admin, conversation)

    assert f"#{new.display_id}</a>" in page
    assert re.search(r"/moves/\d+/undo", page)


@pytest.mark.parametrize(
    ("fields", "text", "label"),
    [
        ({"status": Status.SNOOZED}, "Snoozed until", "Wake"),
        ({"folder": Folder.SPAM}, "Spam", "Not spam"),
        ({"folder": Folder.TRASH}, "In the trash", "Restore"),
    ],
)
def test_head_says_what_is_out_of_the_ordinary(
    client_of: ClientOf, admin: User, acme: Account, fields: dict[str, Any], text: str, label: str
) -> None:
    conversation = make_conversation(messages=1, **fields)

    page = page_of_thread(client_of, admin, conversation)

    assert re.search(rf'class="thread-banner">.*?{text}.*?>{label}</button>', page, re.DOTALL)


def test_what_came_since_the_last_look_is_marked_and_stays_so(
    client_of: ClientOf, admin: User, conversation: Conversation
) -> None:
    first = page_of_thread(client_of, admin, conversation)
    for _number in range(2):
        make_message(conversation)

    second = page_of_thread(client_of, admin, conversation)
    found = re.search(r'data-conversation-id="[^"]*" hx-get="([^"]*)"', second)
    assert found
    again = client_of(admin).get(found[1].replace("&amp;", "&"), headers=HTMX).content.decode()

    assert "since you last looked" not in first
    assert "2 new since you last looked" in second
    assert "2 new since you last looked" in again
    assert "since you last looked" not in page_of_thread(client_of, admin, conversation)


def test_long_thread_begins_with_the_newest(client_of: ClientOf, admin: User, acme: Account) -> None:
    conversation = make_conversation(messages=60)

    short = page_of_thread(client_of, admin, conversation)
    whole = page_of_thread(client_of, admin, conversation, "&messages=200")

    assert short.count('class="msg in"') == 50
    assert "messages=200" in short
    assert whole.count('class="msg in"') == 60
    assert "Show earlier" not in whole


def test_thread_takes_the_same_few_queries_for_one_message_as_for_thirty(
    client_of: ClientOf, admin: User, acme: Account
) -> None:
    one, thirty = make_conversation(messages=1), make_conversation(messages=30)
    for message in thirty.messages.all():
        Attachment.objects.create(message=message, file="x", name="x", size_bytes=1)
    counts = []
    client = client_of(admin)

    for conversation in (one, thirty):
        url = f"/conversations/{conversation.display_id}?view=all"
        client.get(url, headers=HTMX)
        with CaptureQueriesContext(connection) as queries:
            client.get(url, headers=HTMX)
        counts.append(len(queries))

    assert counts[0] == counts[1]
    assert counts[0] <= 12


def test_customers_name_is_text(client_of: ClientOf, admin: User, acme: Account) -> None:
    conversation = make_conversation(messages=1, contact=make_contact(name="<script>alert(1)</script>"))

    assert "<script>alert" not in page_of_thread(client_of, admin, conversation)


def test_note_can_be_edited_in_place(
    client_of: ClientOf, admin: User, conversation: Conversation, viewer_as: ViewerOf
) -> None:
    note = make_message(conversation, kind=MessageKind.NOTE, agent=agent_of(admin), body_text="Befor")
    edit_message(viewer=viewer_as(admin), message_id=note.id, body_text="Before")
    client = client_of(admin)

    form = client.get(f"/messages/{note.id}/edit", headers=HTMX).content.decode()
    empty = client.post(f"/messages/{note.id}/edit", {"body": " "}, headers=HTMX)
    saved = client.post(f"/messages/{note.id}/edit", {"body": "After"}, headers=HTMX)

    assert ">Before</textarea>" in form
    assert (empty.status_code, saved.status_code) == (422, 200)
    assert "After" in saved.content.decode()
    note.refresh_from_db()
    assert note.body_text == "After"
