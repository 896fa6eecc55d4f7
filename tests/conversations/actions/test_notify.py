import pytest

from accounts.actions.members import remove_member
from accounts.models import Account, User
from conversations.actions.assign_conversation import assign_conversation
from conversations.actions.notify import notify_of_event
from conversations.actions.save_notification_settings import save_notification_settings
from conversations.actions.write_message import add_note, send_reply
from conversations.enums import Folder, NotificationKind
from conversations.models import Conversation, ConversationFollow, Notification
from hummdesk.events.actor import Actor, ActorKind
from hummdesk.events.models import LoggedEvent
from hummdesk.events.queries import last_seq
from tests.conversations.conftest import Published, ViewerOf
from tests.factories import agent_of, make_conversation, make_mailbox, make_message, make_team
from tests.fixtures.work import RunTasks


def told() -> list[tuple[str, str]]:
    """Return who was told of what, by address."""
    return sorted(Notification.objects.values_list("agent__email", "kind"))


def customer_wrote(conversation: Conversation) -> int:
    """The log says so; returns its `seq`."""
    message = make_message(conversation)
    data = {"conversation_id": str(conversation.id), "message_id": str(message.id)}
    row = LoggedEvent.objects.create(
        type="MessageReceived", actor_kind=ActorKind.CONTACT, actor_id=conversation.contact_id, data=data
    )
    return row.seq


def test_assignee_is_told_unless_they_took_it_themselves(
    acme: Account, admin: User, agent: User, viewer_as: ViewerOf, run_tasks: RunTasks
) -> None:
    given, taken = make_conversation(), make_conversation()

    assign_conversation(viewer=viewer_as(admin), conversation_id=given.id, assignee_id=agent.id)
    assign_conversation(viewer=viewer_as(agent), conversation_id=taken.id, assignee_id=agent.id)
    run_tasks()

    notification = Notification.objects.get()
    assert (notification.agent_id, notification.kind) == (agent.id, NotificationKind.ASSIGNED)
    assert (notification.conversation, notification.actor_id) == (given, admin.id)


def test_assignee_of_a_moment_is_not_told(
    acme: Account, admin: User, agent: User, leader: User, viewer_as: ViewerOf, run_tasks: RunTasks
) -> None:
    conversation = make_conversation()

    for user in (agent, leader):
        assign_conversation(viewer=viewer_as(admin), conversation_id=conversation.id, assignee_id=user.id)
    run_tasks()

    assert told() == [("leader@acme.example", "assigned")]


def test_mentioned_agents_and_teams_are_told_once(
    acme: Account,
    admin: User,
    agent: User,
    leader: User,
    viewer_as: ViewerOf,
    run_tasks: RunTasks,
    published: Published,
) -> None:
    team = make_team(agents=[agent, leader, admin])
    conversation = make_conversation()

    add_note(viewer=viewer_as(admin), conversation_id=conversation.id, body_text="Look", mentions=[agent.id, team.id])
    run_tasks()
    seq = LoggedEvent.objects.get(type="NoteAdded").seq
    again = notify_of_event(event_seq=seq)

    assert told() == [("agent@acme.example", "mentioned"), ("leader@acme.example", "mentioned")]
    assert again == 0
    assert published().count("NotificationAdded") == 2


def test_mentioned_agent_who_may_not_see_is_not_told(
    acme: Account, admin: User, agent: User, leader: User, viewer_as: ViewerOf, run_tasks: RunTasks
) -> None:
    hidden = make_conversation(team=make_team())

    add_note(viewer=viewer_as(admin), conversation_id=hidden.id, body_text="Look", mentions=[agent.id, leader.id])
    run_tasks()

    assert told() == [("leader@acme.example", "mentioned")]


def test_followers_and_the_assignee_are_told_that_the_customer_wrote(
    acme: Account, admin: User, agent: User, leader: User, published: Published
) -> None:
    conversation = make_conversation(assignee=agent_of(agent))
    ConversationFollow.objects.create(conversation=conversation, agent=agent_of(leader))
    seq = customer_wrote(conversation)

    added = notify_of_event(event_seq=seq)

    assert added == 2
    assert told() == [("agent@acme.example", "reply"), ("leader@acme.example", "reply")]
    assert published() == ["MessageReceived", "NotificationAdded", "NotificationAdded"]
    assert LoggedEvent.objects.latest("seq").data["kind"] == "reply"


def test_followers_are_told_of_a_colleagues_answer_and_its_author_is_not(
    acme: Account, admin: User, agent: User, leader: User, viewer_as: ViewerOf, run_tasks: RunTasks
) -> None:
    conversation = make_conversation(messages=1, mailbox_id=make_mailbox(acme).id)
    for user in (agent, leader):
        ConversationFollow.objects.create(conversation=conversation, agent=agent_of(user))

    send_reply(viewer=viewer_as(agent), conversation_id=conversation.id, body_text="Hello", mentions=[admin.id])
    run_tasks()

    assert told() == [("admin@acme.example", "mentioned"), ("leader@acme.example", "reply")]


def test_kind_that_is_switched_off_is_not_told(acme: Account, agent: User, leader: User, viewer_as: ViewerOf) -> None:
    conversation = make_conversation(assignee=agent_of(agent))
    ConversationFollow.objects.create(conversation=conversation, agent=agent_of(leader))
    save_notification_settings(viewer=viewer_as(agent), wanted={"reply": False})

    notify_of_event(event_seq=customer_wrote(conversation))

    assert told() == [("leader@acme.example", "reply")]


def test_former_member_is_not_told(acme: Account, leader: User) -> None:
    conversation = make_conversation(assignee=agent_of(leader))
    seq = customer_wrote(conversation)
    remove_member(account=acme, user_id=leader.id, actor=Actor.system())

    assert notify_of_event(event_seq=seq) == 0


@pytest.mark.parametrize("case", ["spam", "gone", "unknown", "other"])
def test_nobody_is_told_of_what_is_not_worth_it(acme: Account, agent: User, case: str) -> None:
    conversation = make_conversation(assignee=agent_of(agent), folder=Folder.SPAM if case == "spam" else Folder.INBOX)
    seq = customer_wrote(conversation)
    if case == "gone":
        conversation.messages.all().delete()
    if case == "other":
        LoggedEvent.objects.filter(seq=seq).update(type="ConversationSeen")

    assert notify_of_event(event_seq=last_seq() + 1 if case == "unknown" else seq) == 0


def test_admins_are_told_of_a_webhook_that_was_switched_off(acme: Account, admin: User) -> None:
    data = {"webhook_id": "0190b9a5-0000-7000-8000-000000000000", "reason": "failing"}
    row = LoggedEvent.objects.create(type="WebhookDisabled", actor_kind=ActorKind.SYSTEM, data=data)

    notify_of_event(event_seq=row.seq)

    assert told() == [("admin@acme.example", "webhook_disabled")]
