"""A customer is asked by mail how they were helped."""

from uuid import UUID

from django.conf import settings
from django.db import connection

from conversations.enums import MessageKind
from conversations.models import Contact, Message
from email_channel.actions.queue_mail import Envelope, queue_mail
from email_channel.composing import REFERENCES_MOST
from email_channel.models import EmailMessage
from email_channel.queries import thread_of
from email_channel.survey_mail import survey_question
from hummdesk.events.publishing import action


@action
def mail_survey(mail: EmailMessage, contact: Contact, *, survey_id: UUID) -> EmailMessage:
    """The author of a mail is sent the question of a survey, which the conversation shows as a system message.

    The links by which it is answered stand in what leaves alone, so that nobody here can answer for the customer.
    Whether anything speaks against it, `reason_against_survey` says. Publishes: MailQueued.
    """
    conversation = mail.conversation
    language = _language(mail, contact)
    question = survey_question(
        name=contact.display_name,
        number=conversation.display_id,
        subject=conversation.subject,
        language=language,
    )
    message = Message.objects.create(
        conversation=conversation,
        kind=MessageKind.SYSTEM,
        is_automatic=True,
        body_html=question.html,
        body_text=question.text,
        language=language,
    )
    thread, address = thread_of(conversation, REFERENCES_MOST), mail.from_address.lower()
    envelope = Envelope(
        subject=question.subject,
        to=[{"name": contact.name, "address": address}],
        recipients=[address],
        in_reply_to=thread[-1] if thread else "",
        references=thread,
        is_automatic=True,
        survey_id=survey_id,
    )
    return queue_mail(message, mail.mailbox, envelope)


def _language(mail: EmailMessage, contact: Contact) -> str:
    """Return the customer's language where the product speaks it, else the account's."""
    own = str(connection.tenant.language)  # type: ignore[attr-defined]  # of django-tenants
    known = dict(settings.LANGUAGES)
    return next((one for one in (mail.conversation_message.language, contact.language) if one in known), own)
