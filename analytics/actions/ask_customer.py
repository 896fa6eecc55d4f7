"""A survey whose time has come: sent, or left out for a reason that is kept."""

from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from accounts.account_settings import number_setting, switch_setting
from accounts.token_secrets import hash_of
from analytics.events import CsatAsked
from analytics.models import Survey
from analytics.queries.surveys import lock_waiting_survey, rated_agent_id, wants_no_surveys, was_asked_since
from conversations.models import Contact
from email_channel.actions.answer_automatically import reason_against_survey
from email_channel.actions.mail_survey import mail_survey
from email_channel.models import EmailMessage
from email_channel.queries.auto_replies import lock_contact_of, newest_mail_of_customer
from email_channel.survey_links import survey_token
from hummdesk.events.actor import Actor
from hummdesk.events.publishing import action, publish
from hummdesk.logs import logger
from hummdesk.tenancy.context import require_account_schema


@action
def ask_customer(*, survey_id: UUID) -> bool:
    """The customer is sent the question, or the survey says why not; returns whether it is sent. Safe to run twice.

    Locks the survey and the contact, so that of two conversations of theirs one asks. A conversation that is opened
    again at this very moment may still be asked about. Publishes: MailQueued, CsatAsked.
    """
    survey = lock_waiting_survey(survey_id)
    if survey is None:
        return False
    contact = lock_contact_of(survey.conversation)
    mail = newest_mail_of_customer(survey.conversation_id, by_person=True)
    reason = _reason_in_conversation(survey) or _reason_in_customer(mail, contact)
    if reason or mail is None:
        _leave_out(survey, reason)
        return False
    _send(survey, mail, contact)
    return True


def _reason_in_conversation(survey: Survey) -> str:
    conversation = survey.conversation
    if not switch_setting("csat_asks"):
        return "switched_off"
    if conversation.merged_into_id is not None:
        return "merged"
    if conversation.resolved_at != survey.resolved_at:
        return "reopened"
    return "" if conversation.first_replied_at else "nobody_replied"


def _reason_in_customer(mail: EmailMessage | None, contact: Contact) -> str:
    if mail is None:
        return "no_mail"
    if wants_no_surveys(mail.from_address):
        return "opted_out"
    since = timezone.now() - timedelta(days=number_setting("csat_pause_days"))
    return "asked_lately" if was_asked_since(contact, since) else reason_against_survey(mail, contact)


def _leave_out(survey: Survey, reason: str) -> None:
    logger.info("survey_left_out", survey_id=str(survey.id), reason=reason)
    survey.left_out_reason = reason
    survey.save(update_fields=["left_out_reason"])


def _send(survey: Survey, mail: EmailMessage, contact: Contact) -> None:
    sent = mail_survey(mail, contact, survey_id=survey.id)
    conversation = survey.conversation
    survey.agent_id, survey.team_id = rated_agent_id(conversation), conversation.team_id
    survey.token_hash = hash_of(survey_token(survey.id, schema=require_account_schema()))
    survey.language = sent.conversation_message.language
    survey.sent_at = timezone.now()
    survey.save(update_fields=["agent", "team", "token_hash", "language", "sent_at"])
    publish(
        CsatAsked(
            actor=Actor.system(),
            conversation_id=conversation.id,
            message_id=sent.conversation_message_id,
            survey_id=survey.id,
            agent_id=survey.agent_id,
            team_id=survey.team_id,
        )
    )
