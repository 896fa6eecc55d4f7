"""Who is asked, with what mail, and who is not."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Account
from accounts.token_secrets import hash_of
from analytics.actions.answer_survey import stop_surveys
from analytics.actions.ask_customer import ask_customer
from analytics.models import Survey
from conversations.actions.change_conversation import change_conversation
from conversations.enums import Folder, MessageKind
from conversations.models import Contact, Conversation, Message
from email_channel.actions.suppress_address import suppress_address
from email_channel.enums import SendState, SuppressionReason
from email_channel.models import EmailMessage, OutgoingDelivery
from hummdesk.events.models import LoggedEvent
from teams.access import Viewer
from tests.analytics.conftest import Resolve, set_up
from tests.factories import make_conversation
from tests.fixtures.work import RunTasks
from tests.servers.resend import FakeResend

ADA = "ada@customers.example"


def asked() -> bool:
    return ask_customer(survey_id=Survey.objects.order_by("-due_at").values_list("id", flat=True)[0])


def reason() -> str:
    return Survey.objects.order_by("-due_at")[0].left_out_reason


def test_mail_leaves_by_the_outbox_with_a_link_for_each_rating(
    resolve: Resolve, resend: FakeResend, run_tasks: RunTasks, token: str, survey: Survey
) -> None:
    run_tasks()

    sent = resend.ledger[-1].body
    links = re.findall(rf'href="(http://acme\.localhost[^"]*/csat/{token}\?rating=\d)"', sent["html"])
    assert [link[-1] for link in links] == ["1", "2", "3", "4", "5"]
    assert f"/csat/{token}?rating=5" in sent["text"]
    assert "How was our help with “The drill is broken”?" in sent["text"]
    assert sent["subject"] == f"How did we do? [#{survey.conversation.display_id}]"
    assert sent["to"] == ['"Ada Byron" <ada@customers.example>']
    headers = sent["headers"]
    assert headers["List-Unsubscribe"].endswith(f"/csat/{token}/stop>")
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert headers["Auto-Submitted"].startswith("auto-")
    assert OutgoingDelivery.objects.get(email__survey_id=survey.id).state == SendState.SENT


def test_nobody_here_reads_the_token(survey: Survey, token: str) -> None:
    message = Message.objects.get(kind=MessageKind.SYSTEM)

    assert survey.token_hash == hash_of(token)
    assert token not in message.body_html + message.body_text
    assert "How was our help" in message.body_text
    rows = [*EmailMessage.objects.values(), *LoggedEvent.objects.values(), *Survey.objects.values()]
    assert token not in repr(rows)


def test_sent_is_not_answered_and_freezes_agent_and_team(survey: Survey, viewer: Viewer) -> None:
    conversation = survey.conversation
    change_conversation(viewer=viewer, conversation_id=conversation.id, changes={"assignee_id": None})

    survey.refresh_from_db()
    assert survey.sent_at is not None
    assert (survey.rating, survey.answered_at) == (None, None)
    assert (survey.agent_id, survey.team_id) == (viewer.id, conversation.team_id)
    event = LoggedEvent.objects.get(type="CsatAsked")
    assert event.data["agent_id"] == str(viewer.id)


def test_a_second_run_sends_nothing(survey: Survey) -> None:
    assert not ask_customer(survey_id=survey.id)

    assert EmailMessage.objects.filter(survey_id=survey.id).count() == 1


def test_question_is_in_the_customers_language(resolve: Resolve, survey: Survey) -> None:
    assert survey.language == "en"
    text = "Hei, porakone ei toimi enää ja haluaisin rahani takaisin mahdollisimman pian."

    resolve(sender="Aino <aino@customers.example>", subject="Porakone on rikki", text=text)

    assert asked()
    assert Survey.objects.get(conversation__contact__email="aino@customers.example").language == "fi"


def spam(conversation: Conversation) -> None:
    Conversation.objects.filter(id=conversation.id).update(folder=Folder.SPAM)


def block(conversation: Conversation) -> None:
    Contact.objects.filter(id=conversation.contact_id).update(is_blocked=True)


def suppress(_conversation: Conversation) -> None:
    suppress_address(address=ADA, reason=SuppressionReason.HARD_BOUNCE)


def merge(conversation: Conversation) -> None:
    Conversation.objects.filter(id=conversation.id).update(merged_into=make_conversation())


@pytest.mark.parametrize(
    ("change", "why"),
    [(spam, "not_in_the_inbox"), (block, "not_in_the_inbox"), (suppress, "suppressed"), (merge, "merged")],
)
def test_these_are_not_asked(resolve: Resolve, change: Callable[[Conversation], None], why: str) -> None:
    change(resolve())

    assert not asked()
    assert reason() == why
    assert not EmailMessage.objects.exclude(survey_id=None).exists()


def test_a_stranger_in_somebodys_name_and_a_machine_are_not_asked(resolve: Resolve) -> None:
    failed = ("Authentication-Results", "mx.acme.example; dmarc=fail header.from=customers.example")
    resolve(headers=(failed,))
    assert not asked()
    assert reason() == "sender_in_doubt"

    resolve(headers=(), sender="bob@other.example", replies=False)
    Conversation.objects.update(first_replied_at=timezone.now())
    assert not asked()
    assert reason() == "sender_unproven"

    resolve(headers=(("Auto-Submitted", "auto-replied"),), sender="machine@other.example")
    assert not asked()
    assert reason() == "no_mail"


def test_nobody_is_asked_about_what_nobody_answered(resolve: Resolve) -> None:
    resolve(replies=False)

    assert not asked()
    assert reason() == "nobody_replied"


def test_what_was_opened_again_is_not_asked_about(resolve: Resolve, viewer: Viewer) -> None:
    conversation = resolve()
    change_conversation(viewer=viewer, conversation_id=conversation.id, changes={"status": "open"})

    assert not asked()
    assert reason() == "reopened"


def test_switched_off_meanwhile(acme: Account, resolve: Resolve) -> None:
    resolve()
    set_up(acme, csat_asks=False)

    assert not asked()
    assert reason() == "switched_off"


def test_a_customer_is_asked_once_in_the_days_that_are_set(resolve: Resolve, survey: Survey) -> None:
    resolve()
    assert not asked()
    assert reason() == "asked_lately"

    Survey.objects.filter(id=survey.id).update(sent_at=timezone.now() - timedelta(days=31))
    OutgoingDelivery.objects.all().update(recipient="long-ago@customers.example")
    resolve()
    assert asked()


def test_who_does_not_want_to_be_asked_is_not(resolve: Resolve, survey: Survey, token: str) -> None:
    stop_surveys(token=token)
    Survey.objects.filter(id=survey.id).update(sent_at=timezone.now() - timedelta(days=31))

    resolve()

    assert not asked()
    assert reason() == "opted_out"


def test_caps_of_automatic_mail_hold(resolve: Resolve, survey: Survey, acme: Account) -> None:
    Survey.objects.filter(id=survey.id).update(sent_at=timezone.now() - timedelta(days=31))
    for _number in range(2):
        resolve()
        assert asked()
        Survey.objects.exclude(sent_at=None).update(sent_at=timezone.now() - timedelta(days=31))

    resolve()

    assert not asked()
    assert reason() == "sender_cap"
