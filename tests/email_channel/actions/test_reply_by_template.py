"""Rules answer with templates, within the caps of automatic mail."""

from uuid import uuid4

import pytest
from pytest_django import Settings

from accounts.models import Account, Membership, User
from conversations.actions.run_rules import run_rules
from conversations.actions.save_rule import create_rule
from conversations.enums import MessageKind
from email_channel.actions.answer_automatically import reply_by_template
from email_channel.enums import AutoReplyWhen, Direction
from email_channel.models import EmailMessage, EmailTemplate, Mailbox
from hummdesk.events.models import LoggedEvent
from teams.access import viewer_of
from tests.email_channel.actions.test_answer_automatically import proven_mail
from tests.email_channel.conftest import Receive, conversation_of
from tests.email_channel.mails import raw_mail
from tests.fixtures.work import RunTasks


@pytest.fixture
def template(settings: Settings, mailbox: Mailbox) -> EmailTemplate:
    """A template of an account whose mailbox does not answer by itself."""
    settings.MAIL_AUTHENTICATION_SERVERS = frozenset({"mx.acme.example"})
    Mailbox.objects.update(auto_reply=AutoReplyWhen.NEVER)
    return EmailTemplate.objects.get(name="Message received", language="en")


def sent() -> list[EmailMessage]:
    return list(EmailMessage.objects.filter(direction=Direction.OUTGOING, is_automatic=True))


def test_rule_answers_with_its_template_once(
    receive: Receive,
    run_tasks: RunTasks,
    template: EmailTemplate,
    acme: Account,
    admin: User,
) -> None:
    action = {"type": "reply_template", "template_id": str(template.id)}
    fields = {"name": "Thanks", "trigger": "message_received", "actions": [action]}
    rule = create_rule(viewer=viewer_of(Membership.objects.get(user=admin, account=acme)), fields=fields)
    conversation = conversation_of(receive(proven_mail()))

    run_tasks()
    run_rules(LoggedEvent.objects.get(type="ConversationOpened"))
    run_tasks()

    (mail,) = sent()
    conversation.refresh_from_db()
    assert mail.conversation_message.kind == MessageKind.SYSTEM
    assert conversation.waiting_since is not None
    event = LoggedEvent.objects.get(type="AutoReplySent")
    assert (event.actor_kind, event.actor_id) == ("rule", rule.id)


def test_caps_and_doubts_of_automatic_mail_hold_for_rules(receive: Receive, template: EmailTemplate) -> None:
    proven = conversation_of(receive(proven_mail(message_id="<1@customers.example>")))
    unproven = conversation_of(receive(raw_mail(message_id="<2@other.example>", sender="bob@other.example")))
    rule_id = uuid4()

    for conversation in (proven, proven, unproven):
        reply_by_template(conversation_id=conversation.id, template_id=template.id, rule_id=rule_id)
    gone = reply_by_template(conversation_id=unproven.id, template_id=uuid4(), rule_id=rule_id)

    assert [mail.conversation_id for mail in sent()] == [proven.id]
    assert gone is None
