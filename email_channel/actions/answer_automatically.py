"""A new conversation by mail is answered without a person, within caps that no loop gets past.

Source: RFC 3834 (whom not to answer, how to mark it).
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.utils import timezone

from accounts.email_addresses import email_errors
from conversations.enums import FETCHED_CHANNELS, Folder, MessageKind
from conversations.models import Contact, Message
from email_channel.actions.queue_mail import Envelope, queue_mail
from email_channel.composing import REFERENCES_MOST
from email_channel.enums import AutoReplyWhen
from email_channel.errors import TemplateFault
from email_channel.events import AutoReplySent
from email_channel.models import EmailMessage, EmailTemplate, Mailbox
from email_channel.queries import suppressions_of, thread_of, without_mailboxes
from email_channel.queries.auto_replies import (
    answerable_mail,
    automatic_mails_in,
    automatic_mails_to,
    lock_contact_of,
    newest_mail_of_customer,
    was_answered_by_a_person,
)
from email_channel.queries.templates import template_in
from email_channel.template_variables import values_of
from email_channel.templating import RenderedMail, Value, render_parts
from hummdesk.events.actor import Actor
from hummdesk.events.publishing import action, publish
from hummdesk.logs import logger
from teams.calendar import is_open_at
from teams.queries import default_hours
from teams.queries.hours import calendar_of

PER_CONVERSATION_AND_HOUR = 3
# To one sender within a day: in one conversation, in all of them, and where nothing proves who wrote.
PER_SENDER_AND_CONVERSATION, PER_SENDER, PER_UNPROVEN_SENDER = 1, 3, 1
# A survey may follow upon one automatic reply.
SURVEY_WITH = 2
# Nobody wants to hear after this that a mail has arrived.
ANSWERED_WITHIN = timedelta(hours=6)
_DAY, _HOUR = timedelta(hours=24), timedelta(hours=1)
# What a stranger wrote into the mail: it is not sent on to whoever they claim to be.
_STRANGERS_WORDS = ("customer_first_name", "conversation_subject")


@action
def answer_automatically(*, email_id: UUID) -> EmailMessage | None:
    """The sender of a mail that opened a conversation gets the mailbox's automatic reply, which is shown there as a
    system message; or nothing happens, for one of the reasons of `reason_against`. Safe to run twice.

    It starts no clock, stops none and is nobody's first response. Locks the contact.
    Publishes: AutoReplySent, MailQueued.
    """
    mail = answerable_mail(email_id)
    if mail is None:
        return None
    contact = lock_contact_of(mail.conversation)
    template = mail.mailbox.auto_reply_template
    reason = reason_against(mail, contact)
    if reason or template is None:
        logger.info("auto_reply_left_out", email_id=str(mail.id), reason=reason or "no_template")
        return None
    rendered = _rendered(mail, contact, template)
    return _send(mail, contact, rendered) if rendered else None


@action
def reply_by_template(*, conversation_id: UUID, template_id: UUID, rule_id: UUID) -> EmailMessage | None:
    """The customer has a mail that a rule asked for, made by the template; or nothing happens, for one of the reasons
    of `reason_against_rule`. Safe to run twice: the caps see the first mail.

    It starts no clock, stops none and is nobody's first response. Locks the contact.
    Publishes: AutoReplySent, MailQueued.
    """
    mail = newest_mail_of_customer(conversation_id)
    template = EmailTemplate.objects.filter(id=template_id).first()
    if mail is None or template is None:
        reason = "no_mail" if mail is None else "no_template"
        logger.info("rule_reply_left_out", rule_id=str(rule_id), reason=reason)
        return None
    contact = lock_contact_of(mail.conversation)
    if reason := reason_against_rule(mail, contact):
        logger.info("rule_reply_left_out", rule_id=str(rule_id), email_id=str(mail.id), reason=reason)
        return None
    rendered = _rendered(mail, contact, template)
    return _send(mail, contact, rendered, actor=Actor.rule(rule_id)) if rendered else None


def reason_against_rule(mail: EmailMessage, contact: Contact) -> str:
    """Return why a rule may not answer a mail, "" for nothing that speaks against it. At most twelve queries."""
    if not mail.mailbox.is_active:
        return "no_mailbox"
    reason = _reason_in_mail(mail, contact) or _reason_in_address(mail) or _reason_in_trust(mail)
    return reason or _reason_in_caps(mail)


def reason_against(mail: EmailMessage, contact: Contact) -> str:
    """Return why a mail gets no automatic reply, "" for nothing that speaks against it. At most eleven queries."""
    return (
        _reason_in_time(mail) or _reason_in_mail(mail, contact) or _reason_in_address(mail) or _reason_in_trust(mail)
    ) or _reason_in_caps(mail)


def reason_against_survey(mail: EmailMessage, contact: Contact) -> str:
    """Return why the author of a mail is not asked how they were helped, "" for nothing that speaks against it.

    At most twelve queries. That they had an automatic reply to this mail does not: the caps on all of them do.
    """
    if not mail.mailbox.is_active:
        return "no_mailbox"
    reason = _reason_in_mail(mail, contact) or _reason_in_address(mail) or _reason_in_trust(mail)
    return reason or _reason_in_caps(mail, per_conversation=SURVEY_WITH)


def _reason_in_time(mail: EmailMessage) -> str:
    at = mail.conversation_message.created_at
    if not _is_wanted(mail.mailbox, at):
        return "not_wanted"
    return "too_late" if timezone.now() - at > ANSWERED_WITHIN else ""


def _reason_in_mail(mail: EmailMessage, contact: Contact) -> str:
    if mail.is_automatic or mail.is_bounce or mail.conversation_message.unreadable_reason:
        return "machine"
    return "not_in_the_inbox" if mail.conversation.folder != Folder.INBOX or contact.is_blocked else ""


def _reason_in_address(mail: EmailMessage) -> str:
    address = mail.from_address.lower()
    if mail.conversation.channel in FETCHED_CHANNELS or email_errors(address):
        return "no_address"
    return "" if without_mailboxes([address]) else "own_address"


def _is_wanted(mailbox: Mailbox, at: datetime) -> bool:
    if mailbox.auto_reply != AutoReplyWhen.OUTSIDE_HOURS:
        return mailbox.auto_reply == AutoReplyWhen.ALWAYS
    hours = mailbox.hours or default_hours()
    return hours is not None and not is_open_at(calendar_of(hours), at)


def _reason_in_trust(mail: EmailMessage) -> str:
    """Otherwise whoever writes in somebody else's name would have us write to them."""
    address = mail.from_address.lower()
    if mail.authentication.get("dmarc") == "fail" or mail.conversation_message.sender_doubt:
        return "sender_in_doubt"
    if not _is_proven(mail) and not was_answered_by_a_person(address):
        return "sender_unproven"
    return "suppressed" if suppressions_of([address]) else ""


def _reason_in_caps(mail: EmailMessage, *, per_conversation: int = PER_SENDER_AND_CONVERSATION) -> str:
    address, now = mail.from_address.lower(), timezone.now()
    sent_here = automatic_mails_to(address, since=now - _DAY, conversation=mail.conversation)
    if sent_here >= per_conversation:
        return "answered_already"
    if automatic_mails_in(mail.conversation, since=now - _HOUR) >= PER_CONVERSATION_AND_HOUR:
        return "conversation_cap"
    most = PER_SENDER if _is_proven(mail) else PER_UNPROVEN_SENDER
    return "sender_cap" if automatic_mails_to(address, since=now - _DAY) >= most else ""


def _is_proven(mail: EmailMessage) -> bool:
    return bool(mail.authentication.get("dmarc") == "pass")


def _rendered(mail: EmailMessage, contact: Contact, template: EmailTemplate) -> RenderedMail | None:
    """Return the words in the customer's language, None for a template that cannot be filled in."""
    tenant_language = str(connection.tenant.language)  # type: ignore[attr-defined]  # of django-tenants
    languages = [mail.conversation_message.language, contact.language, tenant_language]
    chosen = template_in(template, [one for one in languages if one])
    try:
        rendered = render_parts(chosen.parts, _values(mail, contact, chosen))
    except TemplateFault as fault:
        logger.error("auto_reply_failed", email_id=str(mail.id), template_id=str(chosen.id), field=fault.field)
        return None
    if rendered.missing:
        logger.error("auto_reply_failed", email_id=str(mail.id), template_id=str(chosen.id), missing=rendered.missing)
        return None
    return rendered


def _values(mail: EmailMessage, contact: Contact, template: EmailTemplate) -> dict[str, Value]:
    conversation = mail.conversation
    values = values_of(
        conversation,
        contact=contact,
        mailbox=mail.mailbox,
        agent=conversation.assignee,
        language=template.language,
    )
    if not _is_proven(mail):
        values["customer_name"] = mail.from_address
        for name in _STRANGERS_WORDS:
            values.pop(name, None)
    return values


def _send(mail: EmailMessage, contact: Contact, rendered: RenderedMail, *, actor: Actor | None = None) -> EmailMessage:
    conversation, address = mail.conversation, mail.from_address.lower()
    message = Message.objects.create(
        conversation=conversation,
        kind=MessageKind.SYSTEM,
        is_automatic=True,
        body_html=rendered.html,
        body_text=rendered.text,
    )
    thread = thread_of(conversation, REFERENCES_MOST)
    publish(AutoReplySent(actor=actor or Actor.system(), conversation_id=conversation.id, message_id=message.id))
    envelope = Envelope(
        subject=rendered.subject,
        to=[{"name": contact.name if _is_proven(mail) else "", "address": address}],
        recipients=[address],
        in_reply_to=thread[-1] if thread else "",
        references=thread,
        is_automatic=True,
    )
    return queue_mail(message, mail.mailbox, envelope)
