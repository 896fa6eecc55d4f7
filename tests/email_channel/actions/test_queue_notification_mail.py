"""The mail about notifications: to the right person, in their language, once, and through the account's turn."""

import json
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from accounts.actions.members import remove_member
from accounts.models import Account, Membership, User
from conversations.actions.assign_conversation import assign_conversation
from conversations.actions.gather_notification_mail import MAIL_AFTER, mail_unread_notifications
from conversations.actions.read_notifications import read_all_notifications
from conversations.models import AutomationRule, Conversation, Notification
from email_channel.actions.queue_notification_mail import LISTED_MOST, queue_notification_mail
from email_channel.actions.suppress_address import suppress_address
from email_channel.enums import SendState, SuppressionReason
from email_channel.provider.actions.heed_event import heed_event
from email_channel.provider.actions.store_provider_event import store_provider_event
from email_channel.provider.models import SystemMail
from email_channel.provider.tasks import sweep_system_mail
from hummdesk.events.actor import Actor
from hummdesk.events.models import LoggedEvent
from hummdesk.tenancy.context import platform_context
from teams.access import Viewer, viewer_of
from tests.factories import make_conversation
from tests.fixtures.work import RunTasks
from tests.servers.resend import FakeResend

SUBJECT = "Where is my <b>parcel</b>?"


@pytest.fixture
def admin_viewer(admin: User, acme: Account) -> Viewer:
    return viewer_of(Membership.objects.get(user=admin, account=acme))


@pytest.fixture
def told(acme: Account, admin_viewer: Viewer, agent: User, run_tasks: RunTasks) -> list[UUID]:
    """The agent was told of two conversations some minutes ago."""
    for subject in (SUBJECT, "The saw"):
        conversation = make_conversation(subject=subject)
        assign_conversation(viewer=admin_viewer, conversation_id=conversation.id, assignee_id=agent.id)
    run_tasks()
    Notification.objects.update(mail_due_at=timezone.now() - timedelta(seconds=1))
    return list(Notification.objects.order_by("id").values_list("id", flat=True))


def queue(agent: User, ids: list[UUID], seq: int = 7) -> SystemMail | None:
    return queue_notification_mail(event_seq=seq, agent_id=agent.id, notification_ids=ids)


def test_the_whole_way_from_unread_to_the_provider(
    told: list[UUID], agent: User, acme: Account, resend: FakeResend, run_tasks: RunTasks
) -> None:
    mail_unread_notifications()

    ran = run_tasks()

    (sent,) = resend.ledger
    assert "email_channel.tasks.mail_notifications" in ran
    assert sent.body["to"] == [agent.email]
    assert sent.body["subject"] == f"{acme.name}: 2 new notifications"
    assert sent.body["headers"]["Auto-Submitted"] == "auto-generated"
    assert "List-Unsubscribe" not in sent.body["headers"]
    assert {"name": "account", "value": acme.schema_name} in sent.body["tags"]
    with platform_context():
        mail = SystemMail.objects.get()
        assert (mail.state, mail.text, mail.html, mail.account) == (SendState.SENT, "", "", acme)


def test_it_says_what_happened_and_leads_there(told: list[UUID], agent: User, acme: Account) -> None:
    mail = queue(agent, told)

    assert mail is not None
    number = Conversation.objects.get(subject=SUBJECT).display_id
    assert f": #{number} {SUBJECT}\n" in mail.text
    assert f"/notifications/{told[0]}\n" in mail.text
    assert "/settings/notifications" in mail.text
    assert "&lt;b&gt;parcel&lt;/b&gt;" in mail.html
    assert f'/notifications/{told[1]}">' in mail.html
    assert "http" in mail.html


def test_it_says_what_a_rule_says(told: list[UUID], agent: User) -> None:
    rule = AutomationRule.objects.create(name="Lamps", trigger="note_added")
    fields = {"kind": "rule", "actor_kind": "rule", "actor_id": rule.id, "text": "Broken <again>"}
    Notification.objects.filter(id=told[0]).update(**fields)

    mail = queue(agent, told[:1])

    assert mail is not None
    assert "The rule “Lamps” wants you to look" in mail.text
    assert "\nBroken <again>\n" in mail.text
    assert "wants you to look: Broken &lt;again&gt;" in mail.html


def test_one_thing_is_told_in_the_singular_and_many_are_cut(
    told: list[UUID], agent: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = queue(agent, told[:1])
    monkeypatch.setattr("email_channel.actions.queue_notification_mail.LISTED_MOST", 1)
    cut = queue(agent, told, seq=8)

    assert one is not None
    assert cut is not None
    assert LISTED_MOST > 1
    assert one.subject.endswith(": 1 new notification")
    assert "The saw" not in cut.text
    assert "And 1 more" in cut.text


def test_the_task_that_runs_twice_sends_one(told: list[UUID], agent: User) -> None:
    first, again = queue(agent, told), queue(agent, told)

    assert first is not None
    assert again is None
    with platform_context():
        assert SystemMail.objects.count() == 1


def test_what_was_read_meanwhile_is_left_out(told: list[UUID], agent: User, acme: Account) -> None:
    Notification.objects.filter(id=told[0]).update(read_at=timezone.now())
    some = queue(agent, told)
    read_all_notifications(viewer=viewer_of(Membership.objects.get(user=agent, account=acme)))

    assert some is not None
    assert "parcel" not in some.text
    assert queue(agent, told, seq=8) is None


def test_others_notifications_and_ids_of_nothing_are_left_out(told: list[UUID], admin: User, agent: User) -> None:
    assert queue(admin, told) is None
    assert queue(agent, [uuid4()]) is None


def test_nobody_who_has_left_is_sent_anything(told: list[UUID], agent: User, acme: Account, admin: User) -> None:
    remove_member(account=acme, user_id=agent.id, actor=Actor.agent(admin.id))

    assert queue(agent, told) is None


def test_a_suppressed_address_is_sent_nothing(told: list[UUID], agent: User) -> None:
    suppress_address(address=agent.email, reason=SuppressionReason.HARD_BOUNCE)

    assert queue(agent, told) is None


@pytest.mark.parametrize("state", [SendState.BOUNCED, SendState.COMPLAINED])
def test_an_address_from_which_mail_came_back_is_sent_nothing(told: list[UUID], agent: User, state: SendState) -> None:
    assert queue(agent, told) is not None
    with platform_context():
        SystemMail.objects.update(state=state)

    assert queue(agent, told, seq=8) is None


def test_it_is_in_the_agents_language(told: list[UUID], agent: User) -> None:
    User.objects.filter(id=agent.id).update(language="fi")

    mail = queue(agent, told)

    assert mail is not None
    assert mail.subject


def test_sign_in_mail_goes_before_notifications(told: list[UUID], agent: User, resend: FakeResend) -> None:
    queue(agent, told)
    with platform_context():
        SystemMail.objects.create(
            sender="HummDesk <no-reply@hummdesk.example>",
            recipient="new@acme.example",
            subject="Sign in",
            text="Link",
            html="<p>Link</p>",
            message_id="<1@hummdesk.example>",
        )
        sweep_system_mail()

    assert resend.ledger[0].body["subject"] == "Sign in"
    assert len(resend.ledger) == 2


def test_what_the_provider_tells_of_it_reaches_it(
    told: list[UUID], agent: User, acme: Account, resend: FakeResend
) -> None:
    queue(agent, told)
    with platform_context():
        sweep_system_mail()
    resend.webhooks.take()
    event = resend.tell("email.bounced", resend.ledger[0], bounce={"type": "Permanent", "message": "550 5.1.1"})

    stored = store_provider_event(event_id=event.id, payload=json.loads(event.body))

    assert stored is not None
    assert stored.account == acme
    heed_event(stored)
    with platform_context():
        assert SystemMail.objects.get().state == SendState.BOUNCED


def test_the_log_holds_ids_alone(told: list[UUID], agent: User) -> None:
    mail_unread_notifications()

    event = LoggedEvent.objects.get(type="NotificationMailDue")
    assert set(event.data) == {"agent_id", "notification_ids"}
    assert timedelta(minutes=5) == MAIL_AFTER
