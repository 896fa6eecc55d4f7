import pytest

from accounts.models import User
from conversations.actions.answer_join import join_named, keep_apart
from conversations.actions.merge_conversations import merge_conversations
from conversations.actions.receive_message import IncomingText, open_conversation, receive_message
from conversations.actions.split_conversation import split_conversation
from conversations.actions.undo_move import undo_move
from conversations.models import Conversation, Message
from conversations.queries.timeline import newest_event
from hummdesk.errors import NotFound, PermissionDenied
from teams.access import Viewer
from tests.conversations.conftest import Published, ViewerOf
from tests.factories import make_contact, make_conversation, make_team


@pytest.fixture
def acting(viewer_as: ViewerOf, admin: User) -> Viewer:
    return viewer_as(admin)


@pytest.fixture
def named(acting: Viewer) -> Conversation:
    return make_conversation(messages=1)


@pytest.fixture
def asking(named: Conversation) -> Message:
    text = IncomingText(body_html="<p>Me too</p>", body_text="Me too", names_conversation=named.id)
    return open_conversation(contact=make_contact("eve@elsewhere.example"), subject="Me too", text=text)


def now(message: Message) -> tuple[object, ...]:
    message.refresh_from_db()
    return message.conversation_id, message.asks_to_join, message.sender_doubt


def test_a_message_that_names_another_conversation_asks(asking: Message, named: Conversation) -> None:
    assert asking.asks_to_join
    assert asking.conversation_id != named.id


def test_joined_it_is_in_the_other_one_and_its_sender_stays_unverified(
    acting: Viewer, asking: Message, named: Conversation
) -> None:
    target = join_named(viewer=acting, message_id=asking.id)

    assert target.id == named.id
    assert now(asking) == (named.id, False, "unverified")
    assert target.contact_id == named.contact_id


def test_a_join_is_undone_by_the_event_of_the_merge(acting: Viewer, asking: Message, named: Conversation) -> None:
    before = asking.conversation_id
    join_named(viewer=acting, message_id=asking.id)
    event = newest_event(named.id, "ConversationAbsorbed")
    assert event is not None

    undo_move(viewer=acting, conversation_id=named.id, seq=event.seq)

    assert now(asking) == (before, True, "")


def test_what_the_same_stranger_writes_later_is_unverified_by_the_channel_s_word(
    acting: Viewer, asking: Message, named: Conversation
) -> None:
    join_named(viewer=acting, message_id=asking.id)
    assert asking.contact is not None
    text = IncomingText(body_html="<p>Well?</p>", body_text="Well?", sender_doubt="unverified")

    later = receive_message(conversation=asking.conversation, contact=asking.contact, text=text)

    assert now(later) == (named.id, False, "unverified")


def test_a_merge_by_hand_answers_the_question_too(acting: Viewer, asking: Message, named: Conversation) -> None:
    merge_conversations(viewer=acting, conversation_id=asking.conversation_id, into=named.id)

    assert now(asking) == (named.id, False, "unverified")


def test_one_that_was_merged_is_joined_where_it_went(acting: Viewer, asking: Message, named: Conversation) -> None:
    end = make_conversation(messages=1)
    merge_conversations(viewer=acting, conversation_id=named.id, into=end.id)

    assert join_named(viewer=acting, message_id=asking.id).id == end.id


def test_kept_apart_nobody_is_asked_until_somebody_wants_to_be(
    acting: Viewer, asking: Message, published: Published
) -> None:
    place = asking.conversation_id

    keep_apart(viewer=acting, message_id=asking.id)
    keep_apart(viewer=acting, message_id=asking.id)
    assert now(asking) == (place, False, "")

    keep_apart(viewer=acting, message_id=asking.id, ask_again=True)

    assert now(asking) == (place, True, "")
    assert published() == ["JoinQuestionChanged"] * 2


def test_kept_apart_it_can_still_be_joined(acting: Viewer, asking: Message, named: Conversation) -> None:
    keep_apart(viewer=acting, message_id=asking.id)

    assert join_named(viewer=acting, message_id=asking.id).id == named.id


def test_a_message_that_names_nothing_joins_nothing(acting: Viewer, named: Conversation) -> None:
    message = named.messages.get()

    for act in (join_named, keep_apart):
        with pytest.raises(NotFound):
            act(viewer=acting, message_id=message.id)


def test_who_may_not_see_either_one_joins_nothing(
    viewer_as: ViewerOf, agent: User, asking: Message, named: Conversation
) -> None:
    Conversation.objects.filter(id=named.id).update(team=make_team())

    with pytest.raises(NotFound):
        join_named(viewer=viewer_as(agent), message_id=asking.id)
    assert now(asking)[1:] == (True, "")


def test_who_may_not_write_answers_nothing(viewer_as: ViewerOf, agent: User, asking: Message) -> None:
    reader = viewer_as(agent)
    reader = Viewer(reader.agent, frozenset(one for one in reader.permissions if one != "reply"))

    for act in (join_named, keep_apart):
        with pytest.raises(PermissionDenied):
            act(viewer=reader, message_id=asking.id)
    assert now(asking)[1:] == (True, "")


def test_what_is_split_off_belongs_to_who_wrote_it(acting: Viewer, named: Conversation) -> None:
    colleague = make_contact("dora@customers.example")
    text = IncomingText(body_html="<p>And mine?</p>", body_text="And mine?")
    message = receive_message(conversation=named, contact=colleague, text=text)

    new = split_conversation(viewer=acting, conversation_id=named.id, message_ids=[message.id])

    assert new.contact_id == colleague.id
