"""Merges and splits, and the way back from both."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Account, User
from conversations.actions.change_conversation import change_conversation
from conversations.actions.merge_conversations import merge_conversations
from conversations.actions.receive_message import IncomingText, receive_message
from conversations.actions.split_conversation import split_conversation
from conversations.actions.undo_move import undo_move
from conversations.enums import Folder, MessageKind, Status
from conversations.errors import MergedAway, NotUndoable
from conversations.models import Conversation
from conversations.queries.timeline import messages_of
from hummdesk.errors import Conflict, NotFound, ValidationFailed
from hummdesk.events.models import LoggedEvent
from teams.access import Viewer
from tests.conversations.conftest import Published, ViewerOf
from tests.factories import make_conversation, make_message, make_team

SUMMARY = ("message_count", "preview", "last_message_id", "last_message_at", "waiting_since", "first_replied_at")


@pytest.fixture
def viewer(viewer_as: ViewerOf, agent: User) -> Viewer:
    return viewer_as(agent)


def newest_seq(event_type: str) -> int:
    return LoggedEvent.objects.filter(type=event_type).latest("seq").seq


def summary_of(conversation: Conversation) -> tuple[object, ...]:
    found: tuple[object, ...] = Conversation.objects.values_list(*SUMMARY, "status").get(id=conversation.id)
    return found


def write(conversation: Conversation, *, is_automatic: bool = False) -> Conversation:
    text = IncomingText(body_html="<p>More</p>", body_text="More", is_automatic=is_automatic)
    return receive_message(conversation=conversation, contact=conversation.contact, text=text).conversation


def test_merge_moves_the_messages_and_closes_the_source(
    acme: Account, viewer: Viewer, agent: User, published: Published
) -> None:
    source, target = make_conversation(messages=2), make_conversation(messages=1)
    reply = make_message(target, kind=MessageKind.REPLY, agent=agent)
    newest = make_message(source, body_text="the newest")

    merge_conversations(viewer=viewer, conversation_id=source.id, into=target.id)

    source.refresh_from_db()
    target.refresh_from_db()
    assert (source.merged_into_id, source.status, source.message_count) == (target.id, Status.CLOSED, 0)
    assert (target.message_count, target.preview, target.last_message_id) == (5, "the newest", newest.id)
    assert (target.waiting_since, target.first_replied_at) == (newest.created_at, reply.created_at)
    assert (source.version, target.version) == (2, 2)
    assert published() == ["ConversationMerged", "ConversationAbsorbed", "ConversationStatusChanged"]


def test_merge_keeps_both_timelines_readable(acme: Account, viewer: Viewer) -> None:
    source, target = make_conversation(messages=2), make_conversation(messages=1)
    its_messages = set(source.messages.values_list("id", flat=True))

    merge_conversations(viewer=viewer, conversation_id=source.id, into=target.id)

    source.refresh_from_db()
    assert set(messages_of(source, viewer).values_list("id", flat=True)) == its_messages
    assert messages_of(target, viewer).count() == 3


def test_merge_hands_no_held_reply_to_another_customer(acme: Account, viewer: Viewer, agent: User) -> None:
    """A reply goes to the customer of the conversation that it leaves from."""
    source = make_conversation(messages=1)
    stranger, same = make_conversation(messages=1), make_conversation(contact=source.contact)
    held = make_message(source, kind=MessageKind.REPLY, agent=agent, send_at=timezone.now() + timedelta(hours=1))

    with pytest.raises(Conflict):
        merge_conversations(viewer=viewer, conversation_id=source.id, into=stranger.id)

    merge_conversations(viewer=viewer, conversation_id=source.id, into=same.id)
    held.refresh_from_db()
    assert held.conversation_id == same.id


def test_merge_opens_a_finished_target_for_one_who_waits(acme: Account, viewer: Viewer) -> None:
    source, target = make_conversation(messages=1), make_conversation(status=Status.RESOLVED)

    merge_conversations(viewer=viewer, conversation_id=source.id, into=target.id)

    target.refresh_from_db()
    assert (target.status, target.waiting_since is not None) == (Status.OPEN, True)


@pytest.mark.parametrize("status", [Status.RESOLVED, Status.CLOSED])
def test_merge_of_a_finished_one_leaves_a_finished_target(acme: Account, viewer: Viewer, status: Status) -> None:
    source, target = make_conversation(status=status), make_conversation(status=Status.CLOSED)

    merge_conversations(viewer=viewer, conversation_id=source.id, into=target.id)

    target.refresh_from_db()
    assert target.status == Status.CLOSED


def test_merge_that_is_refused_changes_nothing(acme: Account, viewer: Viewer, published: Published) -> None:
    source, target, end = (make_conversation(messages=1) for _number in range(3))
    hidden = make_conversation(team=make_team())
    merge_conversations(viewer=viewer, conversation_id=target.id, into=end.id)
    before, events = summary_of(source), published()

    for into, error in (
        (source.id, ValidationFailed),
        (hidden.id, ValidationFailed),
        ("nonsense", ValidationFailed),
        (target.id, Conflict),
    ):
        with pytest.raises(error):
            merge_conversations(viewer=viewer, conversation_id=source.id, into=into)
    with pytest.raises(MergedAway):
        merge_conversations(viewer=viewer, conversation_id=target.id, into=source.id)
    with pytest.raises(NotFound):
        merge_conversations(viewer=viewer, conversation_id=hidden.id, into=source.id)

    assert summary_of(source) == before
    assert published() == events


def test_mail_to_a_merged_conversation_lands_at_the_end_of_the_chain(acme: Account, viewer: Viewer) -> None:
    first, second, third = (make_conversation(messages=1) for _number in range(3))
    merge_conversations(viewer=viewer, conversation_id=first.id, into=second.id)
    merge_conversations(viewer=viewer, conversation_id=second.id, into=third.id)

    landed = write(first)

    assert landed.id == third.id
    third.refresh_from_db()
    assert third.message_count == 4


def test_merged_conversation_cannot_be_changed(acme: Account, viewer: Viewer) -> None:
    source, target = make_conversation(messages=1), make_conversation()
    merge_conversations(viewer=viewer, conversation_id=source.id, into=target.id)

    with pytest.raises(MergedAway):
        change_conversation(viewer=viewer, conversation_id=source.id, changes={"status": "open"})


@pytest.mark.parametrize("status", list(Status))
def test_undo_of_a_merge_puts_back_what_was(acme: Account, viewer: Viewer, status: Status) -> None:
    source, target = make_conversation(messages=2), make_conversation(messages=1)
    change_conversation(
        viewer=viewer,
        conversation_id=source.id,
        changes={"status": status}
        | ({"snoozed_until": timezone.now() + timedelta(hours=1)} if status == Status.SNOOZED else {}),
    )
    before = (summary_of(source), summary_of(target))
    merge_conversations(viewer=viewer, conversation_id=source.id, into=target.id)

    undo_move(viewer=viewer, conversation_id=source.id, seq=newest_seq("ConversationMerged"))

    assert (summary_of(source), summary_of(target)) == before
    source.refresh_from_db()
    assert source.merged_into_id is None


def test_undo_of_a_merge_leaves_what_came_since(acme: Account, viewer: Viewer, published: Published) -> None:
    source, target = make_conversation(messages=1), make_conversation(messages=1)
    merge_conversations(viewer=viewer, conversation_id=source.id, into=target.id)
    write(source)

    undo_move(viewer=viewer, conversation_id=target.id, seq=newest_seq("ConversationAbsorbed"))

    assert (source.messages.count(), target.messages.count()) == (1, 2)
    assert published()[-3:] == ["ConversationUnmerged", "ConversationReleased", "ConversationStatusChanged"]


def test_undo_of_a_merge_whose_snooze_is_over_is_open(acme: Account, viewer: Viewer) -> None:
    source = make_conversation(status=Status.SNOOZED)
    merge_conversations(viewer=viewer, conversation_id=source.id, into=make_conversation().id)
    event = LoggedEvent.objects.get(type="ConversationMerged")
    event.data["snoozed_until_before"] = (timezone.now() - timedelta(hours=1)).isoformat()
    event.save(update_fields=["data"])

    undo_move(viewer=viewer, conversation_id=source.id, seq=event.seq)

    source.refresh_from_db()
    assert (source.status, source.snoozed_until) == (Status.OPEN, None)


def test_undo_of_a_merge_waits_for_that_of_a_later_one(acme: Account, viewer: Viewer) -> None:
    first, second, third = (make_conversation(messages=1) for _number in range(3))
    merge_conversations(viewer=viewer, conversation_id=first.id, into=second.id)
    inner = newest_seq("ConversationMerged")
    merge_conversations(viewer=viewer, conversation_id=second.id, into=third.id)
    outer = newest_seq("ConversationMerged")

    with pytest.raises(NotUndoable):
        undo_move(viewer=viewer, conversation_id=first.id, seq=inner)
    undo_move(viewer=viewer, conversation_id=second.id, seq=outer)
    undo_move(viewer=viewer, conversation_id=first.id, seq=inner)

    assert [conversation.messages.count() for conversation in (first, second, third)] == [1, 1, 1]


def test_undo_of_an_older_merge_of_the_same_two_is_refused(acme: Account, viewer: Viewer) -> None:
    source, target = make_conversation(messages=1), make_conversation(messages=1)
    merge_conversations(viewer=viewer, conversation_id=source.id, into=target.id)
    older = newest_seq("ConversationMerged")
    undo_move(viewer=viewer, conversation_id=source.id, seq=older)
    merge_conversations(viewer=viewer, conversation_id=source.id, into=target.id)

    with pytest.raises(NotUndoable):
        undo_move(viewer=viewer, conversation_id=source.id, seq=older)

    source.refresh_from_db()
    assert source.merged_into_id == target.id


def test_split_makes_a_conversation_like_the_old_one(
    acme: Account, viewer: Viewer, agent: User, published: Published
) -> None:
    team = make_team(agents=[agent])
    old = make_conversation(messages=3, team=team, priority="high")
    first, second, third = old.messages.order_by("created_at")

    new = split_conversation(viewer=viewer, conversation_id=old.id, message_ids=[third.id, second.id])

    old.refresh_from_db()
    new.refresh_from_db()
    assert (old.message_count, old.last_message_id) == (1, first.id)
    assert (new.message_count, new.last_message_id, new.waiting_since) == (2, third.id, second.created_at)
    assert (new.team_id, new.contact_id, new.priority, new.subject) == (team.id, old.contact_id, "high", old.subject)
    assert new.display_id > old.display_id
    assert new.created_at == second.created_at
    assert published() == ["MessagesSplit", "ConversationOpened"]


def test_split_that_is_refused_changes_nothing(acme: Account, viewer: Viewer, published: Published) -> None:
    old, other = make_conversation(messages=2), make_conversation(messages=1)
    own = list(old.messages.values_list("id", flat=True))
    foreign = list(other.messages.values_list("id", flat=True))
    count = Conversation.objects.count()

    for ids in ([], own, foreign, [own[0], foreign[0]]):
        with pytest.raises(ValidationFailed):
            split_conversation(viewer=viewer, conversation_id=old.id, message_ids=ids)

    assert Conversation.objects.count() == count
    assert old.messages.count() == 2
    assert published() == []


def test_split_makes_no_conversation_of_deleted_messages_alone(acme: Account, viewer: Viewer, agent: User) -> None:
    old = make_conversation(messages=2)
    deleted = make_message(old, kind=MessageKind.NOTE, agent=agent, deleted_at=timezone.now())

    with pytest.raises(ValidationFailed):
        split_conversation(viewer=viewer, conversation_id=old.id, message_ids=[deleted.id])


def test_undo_of_a_split_puts_the_messages_back_and_the_new_one_away(acme: Account, viewer: Viewer) -> None:
    old = make_conversation(messages=2)
    before = summary_of(old)
    ids = list(old.messages.order_by("created_at").values_list("id", flat=True)[:1])
    new = split_conversation(viewer=viewer, conversation_id=old.id, message_ids=ids)

    undo_move(viewer=viewer, conversation_id=old.id, seq=newest_seq("MessagesSplit"))

    new.refresh_from_db()
    assert summary_of(old) == before
    assert (new.merged_into_id, new.status) == (old.id, Status.CLOSED)
    assert write(new).id == old.id


def test_undo_of_a_split_keeps_a_new_conversation_that_has_gone_on(acme: Account, viewer: Viewer) -> None:
    old = make_conversation(messages=2)
    ids = list(old.messages.order_by("created_at").values_list("id", flat=True)[:1])
    new = split_conversation(viewer=viewer, conversation_id=old.id, message_ids=ids)
    write(new)
    seq = newest_seq("MessagesSplit")

    undo_move(viewer=viewer, conversation_id=old.id, seq=seq)

    new.refresh_from_db()
    assert (new.merged_into_id, new.message_count, old.messages.count()) == (None, 1, 2)
    with pytest.raises(NotUndoable):
        undo_move(viewer=viewer, conversation_id=old.id, seq=seq)


def test_recount_awaits_nothing_from_machines(acme: Account, viewer: Viewer, agent: User) -> None:
    source, target = make_conversation(messages=1), make_conversation(messages=1)
    make_message(source, kind=MessageKind.REPLY, agent=agent)
    make_message(target, kind=MessageKind.REPLY, agent=agent)
    write(source, is_automatic=True)

    merge_conversations(viewer=viewer, conversation_id=source.id, into=target.id)

    target.refresh_from_db()
    assert (target.waiting_since, target.message_count) == (None, 5)


@pytest.mark.parametrize(
    ("folder", "is_automatic", "after"),
    [
        (Folder.TRASH, False, Folder.INBOX),
        (Folder.TRASH, True, Folder.TRASH),
        (Folder.SPAM, False, Folder.SPAM),
    ],
)
def test_new_mail_brings_back_from_the_trash_but_not_from_spam(
    acme: Account, published: Published, folder: Folder, is_automatic: bool, after: Folder
) -> None:
    conversation = make_conversation(folder=folder)

    write(conversation, is_automatic=is_automatic)

    conversation.refresh_from_db()
    assert conversation.folder == after
    assert ("ConversationFolderChanged" in published()) == (folder != after)
