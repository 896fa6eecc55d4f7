import pytest

from accounts.models import Account, User
from conversations.actions.delete_message import delete_message
from conversations.actions.edit_message import edit_message
from conversations.actions.write_message import add_note, send_reply
from conversations.enums import MessageKind
from conversations.errors import EmptyMessage, LeftAlready, NotOursToChange
from conversations.models import Conversation, Message, MessageDraft, MessageVersion
from hummdesk.errors import NotFound, PermissionDenied
from tests.conversations.conftest import Published, ViewerOf
from tests.factories import make_conversation, make_mailbox, make_message, make_team


@pytest.fixture
def conversation(acme: Account) -> Conversation:
    acme.settings = {"undo_send_s": 10}
    return make_conversation(messages=1, mailbox_id=make_mailbox(acme).id)


@pytest.fixture
def note(conversation: Conversation, viewer_as: ViewerOf, agent: User) -> Message:
    return add_note(viewer=viewer_as(agent), conversation_id=conversation.id, body_text="Before")


@pytest.fixture
def held(conversation: Conversation, viewer_as: ViewerOf, agent: User) -> Message:
    return send_reply(viewer=viewer_as(agent), conversation_id=conversation.id, body_text="Before", cc=["b@x.example"])


def sent(message: Message) -> Message:
    message.send_at = None
    message.save(update_fields=["send_at"])
    return message


@pytest.mark.parametrize("kind", ["note", "held"])
def test_edit_message_keeps_what_it_said(
    kind: str, request: pytest.FixtureRequest, viewer_as: ViewerOf, agent: User, published: Published
) -> None:
    message: Message = request.getfixturevalue(kind)

    edit_message(viewer=viewer_as(agent), message_id=message.id, body_html="<p>After<script>x()</script></p>")

    message.refresh_from_db()
    assert (message.body_html, message.body_text) == ("<p>After</p>", "After")
    assert message.edited_at is not None
    assert message.conversation.__class__.objects.get().preview == "After"
    assert MessageVersion.objects.get(message=message).body_text == "Before"
    assert published()[-1] == "MessageEdited"


def test_edit_message_to_the_same_is_nothing(
    note: Message, viewer_as: ViewerOf, agent: User, published: Published
) -> None:
    before = published()

    edit_message(viewer=viewer_as(agent), message_id=note.id, body_text="Before ")

    note.refresh_from_db()
    assert note.edited_at is None
    assert published() == before


def test_edit_message_of_somebody_else_is_refused(
    note: Message, viewer_as: ViewerOf, leader: User, published: Published
) -> None:
    before = published()

    with pytest.raises(PermissionDenied):
        edit_message(viewer=viewer_as(leader), message_id=note.id, body_text="After")

    note.refresh_from_db()
    assert note.body_text == "Before"
    assert published() == before


def test_edit_message_that_has_left_is_refused(held: Message, viewer_as: ViewerOf, agent: User) -> None:
    sent(held)

    with pytest.raises(LeftAlready):
        edit_message(viewer=viewer_as(agent), message_id=held.id, body_text="After")

    assert not MessageVersion.objects.exists()


def test_edit_message_without_words_is_refused(note: Message, viewer_as: ViewerOf, agent: User) -> None:
    with pytest.raises(EmptyMessage):
        edit_message(viewer=viewer_as(agent), message_id=note.id)


@pytest.mark.parametrize("kind", [MessageKind.INCOMING, MessageKind.SYSTEM])
def test_message_that_no_agent_wrote_stays_as_it_is(
    kind: MessageKind, conversation: Conversation, viewer_as: ViewerOf, admin: User
) -> None:
    message = make_message(conversation, kind=kind)

    with pytest.raises(NotOursToChange):
        edit_message(viewer=viewer_as(admin), message_id=message.id, body_text="After")
    with pytest.raises(NotOursToChange):
        delete_message(viewer=viewer_as(admin), message_id=message.id)


def test_delete_message_takes_a_reply_back_into_a_draft(
    conversation: Conversation, held: Message, viewer_as: ViewerOf, agent: User, published: Published
) -> None:
    delete_message(viewer=viewer_as(agent), message_id=held.id)

    conversation.refresh_from_db()
    held.refresh_from_db()
    draft = MessageDraft.objects.get(conversation=conversation, agent_id=agent.id)
    assert held.deleted_at is not None
    assert (held.body_text, held.body_html, held.delivery_state, held.send_at) == ("", "", "", None)
    assert MessageVersion.objects.get(message=held).body_text == "Before"
    assert (draft.body_text, draft.cc) == ("Before", ["b@x.example"])
    assert draft.seen_seq > 0
    assert conversation.message_count == 1
    assert conversation.waiting_since is not None
    assert conversation.first_replied_at is None
    assert published()[-1] == "MessageDeleted"


def test_delete_message_leaves_a_newer_draft_alone(
    conversation: Conversation, held: Message, viewer_as: ViewerOf, agent: User
) -> None:
    MessageDraft.objects.create(conversation=conversation, agent_id=agent.id, body_text="Something else")

    delete_message(viewer=viewer_as(agent), message_id=held.id)

    assert MessageDraft.objects.get().body_text == "Something else"


def test_delete_message_twice_is_nothing(
    note: Message, viewer_as: ViewerOf, agent: User, published: Published
) -> None:
    delete_message(viewer=viewer_as(agent), message_id=note.id)
    before = published()

    delete_message(viewer=viewer_as(agent), message_id=note.id)

    assert published() == before
    assert MessageVersion.objects.count() == 1


def test_delete_message_of_somebody_else_needs_the_permission(
    note: Message, viewer_as: ViewerOf, agent: User, leader: User
) -> None:
    mine = add_note(viewer=viewer_as(leader), conversation_id=note.conversation_id, body_text="Mine")

    with pytest.raises(PermissionDenied):
        delete_message(viewer=viewer_as(agent), message_id=mine.id)
    delete_message(viewer=viewer_as(leader), message_id=note.id)

    mine.refresh_from_db()
    note.refresh_from_db()
    assert mine.deleted_at is None
    assert note.deleted_at is not None


def test_delete_message_that_has_left_changes_nothing(
    held: Message, viewer_as: ViewerOf, agent: User, published: Published
) -> None:
    sent(held)
    before = published()

    with pytest.raises(LeftAlready):
        delete_message(viewer=viewer_as(agent), message_id=held.id)

    held.refresh_from_db()
    assert held.deleted_at is None
    assert published() == before


def test_message_of_another_team_is_not_found(viewer_as: ViewerOf, agent: User, acme: Account) -> None:
    message = make_message(make_conversation(team=make_team()), kind=MessageKind.NOTE, agent=agent)

    with pytest.raises(NotFound):
        edit_message(viewer=viewer_as(agent), message_id=message.id, body_text="After")
    with pytest.raises(NotFound):
        delete_message(viewer=viewer_as(agent), message_id=message.id)
