"""Templates that are sent."""

import email
import email.policy
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from conversations.models import Conversation, Message
from email_channel.actions.send_template import send_template
from email_channel.actions.suppress_address import suppress_address
from email_channel.enums import SuppressionReason
from email_channel.models import EmailMessage, EmailTemplate, Mailbox
from hummdesk.errors import NotFound, PermissionDenied, ValidationFailed
from teams.access import Viewer
from tests.email_channel.conftest import Receive, conversation_of
from tests.email_channel.mails import raw_mail
from tests.fixtures.work import RunTasks

ADA = "ada@customers.example"


@pytest.fixture
def template(mailbox: Mailbox) -> EmailTemplate:
    return EmailTemplate.objects.create(
        name="Refund",
        subject="[#{{ticket_number}}] {{amount}} for {{customer_name}}",
        body_html="<p>Hello {{customer_name}},</p><p>{{amount}}</p>"
        "<img src='https://acme.example/logo.png' alt='Logo'><p>{{agent_name}}, {{account_name}}</p>",
    )


def send(viewer: Viewer, template: EmailTemplate, **given: Any) -> EmailMessage:
    fields = {"to": [ADA], "variables": {"amount": "10 < 20 €"}, **given}
    return send_template(viewer=viewer, template_id=template.id, **fields)


def test_template_opens_a_conversation_and_names_its_number(
    viewer: Viewer, template: EmailTemplate, run_tasks: RunTasks, outbox: Path
) -> None:
    mail = send(viewer, template)
    run_tasks()

    conversation = Conversation.objects.get()
    [path] = outbox.rglob("*.eml")
    sent = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    subject = f"[#{conversation.display_id}] 10 < 20 € for {ADA}"
    assert (conversation.subject, mail.subject, sent["Subject"]) == (subject, subject, subject)
    assert (sent["To"], sent["Auto-Submitted"]) == (ADA, None)
    html, text = (sent.get_body((kind,)).get_content() for kind in ("html", "plain"))  # type: ignore[union-attr]
    assert "10 &lt; 20 €" in html
    assert 'src="https://acme.example/logo.png"' in html
    assert "10 < 20 €" in text
    assert f"{viewer.agent.name}, Acme" in text


def test_template_is_a_reply_in_its_conversation(receive: Receive, viewer: Viewer, template: EmailTemplate) -> None:
    taken_in = receive(raw_mail(message_id="<1@customers.example>"))

    mail = send(viewer, template, conversation_id=taken_in.conversation_id)

    conversation = conversation_of(taken_in)
    message = Message.objects.get(id=mail.conversation_message_id)
    assert (mail.conversation_id, mail.in_reply_to) == (conversation.id, "<1@customers.example>")
    assert mail.subject == f"[#{conversation.display_id}] 10 < 20 € for Ada Byron"
    assert (conversation.subject, conversation.waiting_since) == ("The drill is broken", None)
    assert (message.agent_id, message.body_text.splitlines()[0]) == (viewer.id, "Hello Ada Byron,")


def test_text_of_the_template_is_that_of_the_mail(viewer: Viewer, template: EmailTemplate) -> None:
    EmailTemplate.objects.filter(id=template.id).update(body_text="Plainly: {{amount}}")

    mail = send(viewer, template)

    assert mail.conversation_message.body_text == "Plainly: 10 < 20 €"


def test_values_given_go_before_those_known(viewer: Viewer, template: EmailTemplate) -> None:
    mail = send(viewer, template, variables={"amount": 10, "customer_name": "Countess", "ticket_number": 7})

    assert mail.subject == "[#7] 10 for Countess"


def test_variable_without_a_value_sends_nothing(viewer: Viewer, template: EmailTemplate) -> None:
    with pytest.raises(ValidationFailed) as refused:
        send(viewer, template, variables={})

    assert set(refused.value.errors) == {"variables.amount"}
    assert not Conversation.objects.exists()
    assert not EmailMessage.objects.exists()


def test_suppressed_address_gets_nothing(viewer: Viewer, template: EmailTemplate) -> None:
    suppress_address(address=ADA, reason=SuppressionReason.COMPLAINT)

    with pytest.raises(ValidationFailed) as refused:
        send(viewer, template)

    assert set(refused.value.errors) == {"to"}
    assert not Conversation.objects.exists()


def test_missing_template_and_conversation_are_not_found(viewer: Viewer, template: EmailTemplate) -> None:
    with pytest.raises(NotFound):
        send_template(viewer=viewer, template_id=uuid4(), to=[ADA], variables={})
    with pytest.raises(NotFound):
        send(viewer, template, conversation_id=uuid4())


def test_whoever_may_not_reply_sends_nothing(viewer: Viewer, template: EmailTemplate) -> None:
    nobody = Viewer(viewer.agent, frozenset())

    with pytest.raises(PermissionDenied):
        send(nobody, template)

    assert not Conversation.objects.exists()
