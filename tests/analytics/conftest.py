"""What the tests of figures share: an account that asks its customers, and a conversation that was resolved."""

from collections.abc import Callable
from typing import Any

import pytest
from pytest_django import Settings

from accounts.models import Account, User
from analytics.actions.ask_customer import ask_customer
from analytics.models import Survey
from conversations.actions.change_conversation import change_conversation
from conversations.actions.write_message import send_reply
from conversations.models import Conversation
from email_channel.models import Mailbox
from email_channel.survey_links import survey_token
from teams.access import Viewer
from tests.email_channel.conftest import Receive, conversation_of, mailbox, published, receive, resend, viewer
from tests.email_channel.mails import raw_mail
from tests.factories import make_team

__all__ = ["mailbox", "published", "receive", "resend", "viewer"]

PROVEN = ("Authentication-Results", "mx.acme.example; dmarc=pass header.from=customers.example")
Resolve = Callable[..., Conversation]


def set_up(account: Account, **values: Any) -> None:
    """The account in force has these settings."""
    account.settings = {**account.settings, **values}
    account.save(update_fields=["settings"])


@pytest.fixture
def asking(settings: Settings, acme: Account, mailbox: Mailbox) -> Account:
    """Acme asks its customers as soon as a conversation is resolved."""
    settings.MAIL_AUTHENTICATION_SERVERS = frozenset({"mx.acme.example"})
    set_up(acme, csat_asks=True, csat_delay_h=0)
    return acme


@pytest.fixture
def resolve(asking: Account, receive: Receive, viewer: Viewer, agent: User) -> Resolve:
    """Make a function that takes a mail in, answers it (unless told not to) and resolves the conversation."""
    team = make_team(agents=[agent])

    def run(*, replies: bool = True, headers: tuple[tuple[str, str], ...] = (PROVEN,), **fields: Any) -> Conversation:
        conversation = conversation_of(receive(raw_mail(headers=headers, **fields)))
        Conversation.objects.filter(id=conversation.id).update(team=team, assignee=viewer.id)
        if replies:
            send_reply(viewer=viewer, conversation_id=conversation.id, body_text="Here is a new one.")
        change_conversation(viewer=viewer, conversation_id=conversation.id, changes={"status": "resolved"})
        conversation.refresh_from_db()
        return conversation

    return run


@pytest.fixture
def survey(resolve: Resolve) -> Survey:
    """A survey that was sent."""
    resolve()
    waiting = Survey.objects.get()
    assert ask_customer(survey_id=waiting.id)
    waiting.refresh_from_db()
    return waiting


@pytest.fixture
def token(survey: Survey, acme: Account) -> str:
    """The token in the links of that survey's mail."""
    return survey_token(survey.id, schema=acme.schema_name)
