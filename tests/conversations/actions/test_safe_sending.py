"""A reply that its author would have written otherwise, had they seen what came meanwhile."""

import pytest

from accounts.models import Account, User
from conversations.actions.receive_message import IncomingText, receive_message
from conversations.actions.write_message import add_note, send_reply
from conversations.errors import NewerMessages
from conversations.models import Conversation
from hummdesk.events.queries import last_seq
from tests.conversations.conftest import Published, ViewerOf
from tests.factories import make_conversation, make_mailbox


@pytest.fixture
def conversation(acme: Account) -> Conversation:
    return make_conversation(messages=1, mailbox_id=make_mailbox(acme).id)


def customer_writes(conversation: Conversation) -> None:
    text = IncomingText(body_html="<p>One more\n thing</p>", body_text="One more\n thing")
    receive_message(conversation=conversation, contact=conversation.contact, text=text)


def test_send_reply_after_the_customer_wrote_is_refused_with_what_is_new(
    conversation: Conversation, viewer_as: ViewerOf, agent: User, published: Published
) -> None:
    seen_seq = last_seq()
    customer_writes(conversation)

    with pytest.raises(NewerMessages) as refusal:
        send_reply(viewer=viewer_as(agent), conversation_id=conversation.id, body_text="Hi", seen_seq=seen_seq)

    [new] = refusal.value.more["new"]
    assert new["seq"] > seen_seq
    assert (new["kind"], new["preview"]) == ("incoming", "One more thing")
    assert new["author"] == {
        "type": "contact",
        "id": conversation.contact_id,
        "name": conversation.contact.display_name,
    }
    assert conversation.messages.count() == 2
    assert published() == ["MessageReceived"]


def test_send_reply_after_a_colleague_wrote_is_refused(
    conversation: Conversation, viewer_as: ViewerOf, agent: User, leader: User
) -> None:
    seen_seq = last_seq()
    send_reply(viewer=viewer_as(leader), conversation_id=conversation.id, body_text="I know")
    add_note(viewer=viewer_as(leader), conversation_id=conversation.id, body_text="Done")

    with pytest.raises(NewerMessages) as refusal:
        send_reply(viewer=viewer_as(agent), conversation_id=conversation.id, body_text="Hi", seen_seq=seen_seq)

    assert [new["kind"] for new in refusal.value.more["new"]] == ["reply", "note"]


def test_send_reply_by_force_is_sent(conversation: Conversation, viewer_as: ViewerOf, agent: User) -> None:
    seen_seq = last_seq()
    customer_writes(conversation)

    send_reply(viewer=viewer_as(agent), conversation_id=conversation.id, body_text="Hi", seen_seq=seen_seq, force=True)

    assert conversation.messages.count() == 3


def test_send_reply_is_not_refused_for_what_its_author_wrote_or_had_seen(
    conversation: Conversation, viewer_as: ViewerOf, agent: User
) -> None:
    customer_writes(conversation)
    seen_seq = last_seq()
    add_note(viewer=viewer_as(agent), conversation_id=conversation.id, body_text="Mine")

    send_reply(viewer=viewer_as(agent), conversation_id=conversation.id, body_text="Hi", seen_seq=seen_seq)

    assert conversation.messages.count() == 4
