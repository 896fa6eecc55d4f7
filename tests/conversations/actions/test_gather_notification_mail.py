"""Which notifications go by mail: wanted so, unread, to who is not online, gathered, and not too often."""

import time
from datetime import timedelta
from uuid import UUID

import pytest
import redis
from django.conf import settings
from django.utils import timezone

from accounts.models import Account, User
from conversations.actions.assign_conversation import assign_conversation
from conversations.actions.gather_notification_mail import (
    MAIL_AFTER,
    MAILED_WITHIN,
    MAILS_APART,
    gather_notification_mail,
    mail_unread_notifications,
)
from conversations.actions.read_notifications import read_all_notifications
from conversations.actions.save_notification_settings import save_notification_settings
from conversations.actions.write_message import send_reply
from conversations.models import ConversationFollow, Notification
from conversations.tasks import watch_unread_notifications
from hummdesk.events.models import LoggedEvent
from hummdesk.live.store import live_key
from hummdesk.tenancy.context import current_schema, platform_context
from teams.enums import AgentStatus
from teams.models import Agent
from tests.conversations.conftest import Published, ViewerOf
from tests.factories import make_conversation, make_mailbox
from tests.fixtures.work import RunTasks


@pytest.fixture
def told(acme: Account, admin: User, agent: User, viewer_as: ViewerOf, run_tasks: RunTasks) -> None:
    """The agent was told that a conversation is theirs."""
    tell(admin, agent, viewer_as, run_tasks)


def tell(admin: User, agent: User, viewer_as: ViewerOf, run_tasks: RunTasks) -> None:
    assign_conversation(viewer=viewer_as(admin), conversation_id=make_conversation().id, assignee_id=agent.id)
    run_tasks()


def pass_by(wait: timedelta) -> None:
    """So much time passes for all notifications."""
    for row in Notification.objects.all():
        row.mail_due_at = row.mail_due_at and row.mail_due_at - wait
        row.mailed_at = row.mailed_at and row.mailed_at - wait
        row.created_at -= wait
        row.save(update_fields=["mail_due_at", "mailed_at", "created_at"])


def mailed() -> list[list[str]]:
    """Return the notifications of each mail that was asked for."""
    events = LoggedEvent.objects.filter(type="NotificationMailDue").order_by("seq")
    return [event.data["notification_ids"] for event in events]


def ids() -> list[str]:
    return [str(one) for one in Notification.objects.order_by("id").values_list("id", flat=True)]


def come_online(agent: User, *, with_page: bool) -> None:
    Agent.objects.filter(user_id=agent.id).update(status=AgentStatus.ONLINE)
    if with_page:
        key = f"{live_key(current_schema(), 'sockets', str(agent.id))}:beat"
        redis.Redis.from_url(settings.REDIS_URL).zadd(key, {"socket": time.time()})
        redis.Redis.from_url(settings.REDIS_URL).expire(key, 30)


def test_what_is_unread_after_five_minutes_goes_by_mail_once(told: None, agent: User) -> None:
    early = mail_unread_notifications()
    pass_by(MAIL_AFTER)

    counts = [early, mail_unread_notifications(), mail_unread_notifications()]

    assert counts == [0, 1, 0]
    assert mailed() == [ids()]
    assert LoggedEvent.objects.get(type="NotificationMailDue").object_id == agent.id


def test_what_was_read_meanwhile_does_not(told: None, agent: User, viewer_as: ViewerOf) -> None:
    read_all_notifications(viewer=viewer_as(agent))
    pass_by(MAIL_AFTER)

    assert mail_unread_notifications() == 0
    assert mailed() == []
    assert Notification.objects.get().mail_due_at is None


def test_whoever_is_online_with_a_page_open_is_looked_at_again(told: None, agent: User) -> None:
    come_online(agent, with_page=True)
    pass_by(MAIL_AFTER)

    online = mail_unread_notifications()
    Agent.objects.update(status=AgentStatus.OFFLINE)
    pass_by(MAIL_AFTER)
    offline = mail_unread_notifications()

    assert (online, offline) == (0, 1)


def test_whoever_says_online_and_has_left_is_sent_mail(told: None, agent: User) -> None:
    come_online(agent, with_page=False)
    pass_by(MAIL_AFTER)

    assert mail_unread_notifications() == 1


def test_what_comes_together_goes_together(
    told: None, admin: User, agent: User, viewer_as: ViewerOf, run_tasks: RunTasks
) -> None:
    pass_by(MAIL_AFTER)
    tell(admin, agent, viewer_as, run_tasks)

    mail_unread_notifications()

    assert mailed() == [ids()]
    assert len(ids()) == 2


def test_there_is_one_mail_in_five_minutes_at_most(
    told: None, admin: User, agent: User, viewer_as: ViewerOf, run_tasks: RunTasks
) -> None:
    pass_by(MAIL_AFTER)
    mail_unread_notifications()
    tell(admin, agent, viewer_as, run_tasks)
    Notification.objects.filter(mailed_at=None).update(mail_due_at=timezone.now())

    soon = mail_unread_notifications()
    pass_by(MAILS_APART)
    later = mail_unread_notifications()

    assert (soon, later) == (0, 1)
    assert [len(one) for one in mailed()] == [1, 1]


def test_nobody_is_mailed_what_was_ignored_for_a_day(told: None) -> None:
    pass_by(MAILED_WITHIN + timedelta(minutes=1))

    assert mail_unread_notifications() == 0
    assert Notification.objects.get().mail_due_at is None


def test_kinds_go_by_mail_as_the_agent_says(
    acme: Account, admin: User, agent: User, viewer_as: ViewerOf, run_tasks: RunTasks
) -> None:
    wishes = {"assigned": False, "reply": True}
    save_notification_settings(viewer=viewer_as(agent), wanted={}, by_mail=wishes)
    conversation = make_conversation(mailbox_id=make_mailbox(acme).id, messages=1)
    ConversationFollow.objects.create(agent_id=agent.id, conversation=conversation)

    tell(admin, agent, viewer_as, run_tasks)
    send_reply(viewer=viewer_as(admin), conversation_id=conversation.id, body_text="Hello")
    run_tasks()

    due = dict(Notification.objects.values_list("kind", "mail_due_at"))
    assert due["assigned"] is None
    assert due["reply"] is not None


def test_what_is_off_here_is_off_by_mail(
    acme: Account, admin: User, agent: User, viewer_as: ViewerOf, run_tasks: RunTasks
) -> None:
    save_notification_settings(viewer=viewer_as(agent), wanted={"assigned": False}, by_mail={"assigned": True})

    tell(admin, agent, viewer_as, run_tasks)

    assert not Notification.objects.exists()


def test_gathering_twice_publishes_once(told: None, agent: User, published: Published) -> None:
    pass_by(MAIL_AFTER)

    first, again = (gather_notification_mail(agent_id=UUID(str(agent.id))) for _ in "ab")

    assert (first, again) == (True, False)
    assert published() == ["NotificationMailDue"]


def test_only_accounts_with_something_due_get_a_task(told: None, run_tasks: RunTasks) -> None:
    counts = []
    for _ in "ab":
        with platform_context():
            counts.append(watch_unread_notifications())
        pass_by(2 * MAIL_AFTER)

    assert counts == [0, 1]
    assert "conversations.tasks.mail_notified_agents" in run_tasks()
    assert len(mailed()) == 1
