"""Templates sent by the API."""

import pytest

from accounts.models import Account, User
from conversations.models import Conversation
from email_channel.models import EmailTemplate, Mailbox
from tests.accounts.api.clients import problem
from tests.fixtures.cast import ApiOf

SEND = "/api/v1/email/send-template"


@pytest.fixture
def template(mailbox: Mailbox) -> EmailTemplate:
    return EmailTemplate.objects.get(name="Message received", language="en")


@pytest.mark.parametrize("to", ["ada@customers.example", ["ada@customers.example", "bob@customers.example"]])
def test_provisioned_template_is_sent_as_it_is(
    api_of: ApiOf, agent: User, template: EmailTemplate, to: str | list[str]
) -> None:
    answer = api_of(agent).post(SEND, {"template_id": str(template.id), "to": to, "variables": {}})

    assert answer.status_code == 202, answer.content
    conversation = Conversation.objects.get()
    assert answer.json()["conversation_id"] == str(conversation.id)
    assert conversation.subject == f"We have your message [#{conversation.display_id}]"


def test_platforms_host_sends_too(api_of: ApiOf, agent: User, template: EmailTemplate, acme: Account) -> None:
    fields = {"template_id": str(template.id), "to": "ada@customers.example", "variables": {"customer_name": "Ada"}}

    answer = api_of(agent, at=None, account=acme).post(SEND, fields)

    assert answer.status_code == 202, answer.content


def test_variable_without_a_value_is_422_and_named(api_of: ApiOf, agent: User, template: EmailTemplate) -> None:
    EmailTemplate.objects.update(body_html="<p>{{order}}</p>")

    answer = api_of(agent).post(SEND, {"template_id": str(template.id), "to": "ada@customers.example"})

    assert problem(answer) == (422, "validation_error")
    assert set(answer.json()["errors"]) == {"variables.order"}
    assert not Conversation.objects.exists()


@pytest.mark.parametrize(
    "changes", [{"to": "no address"}, {"to": []}, {"variables": ["x"]}, {"template_id": "x"}, {"more": 1}]
)
def test_what_makes_no_sense_is_refused(
    api_of: ApiOf, agent: User, template: EmailTemplate, changes: dict[str, object]
) -> None:
    fields = {"template_id": str(template.id), "to": "ada@customers.example", "variables": {}, **changes}

    assert problem(api_of(agent).post(SEND, fields)) == (422, "validation_error")


def test_strangers_send_none_of_it(
    api_of: ApiOf, stranger: User, nordhem: Account, nordhem_mailbox: Mailbox, template: EmailTemplate
) -> None:
    fields = {"template_id": str(template.id), "to": "ada@customers.example", "variables": {}}

    assert problem(api_of(stranger, at=nordhem).post(SEND, fields)) == (404, "not_found")
