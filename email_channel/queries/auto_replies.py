"""What speaks for and against answering a mail without a person."""

from datetime import datetime
from uuid import UUID

from django.db.models import F

from conversations.models import Contact, Conversation
from email_channel.enums import Direction
from email_channel.models import EmailMessage, OutgoingDelivery


def answerable_mail(email_id: UUID) -> EmailMessage | None:
    """Return an incoming mail with all that an answer needs, None where it has gone. One query."""
    related = ("mailbox__auto_reply_template", "mailbox__hours", "conversation__assignee", "conversation_message")
    mails = EmailMessage.objects.filter(id=email_id, direction=Direction.INCOMING)
    return mails.select_related(*related).first()


def newest_mail_of_customer(conversation_id: UUID, *, by_person: bool = False) -> EmailMessage | None:
    """Return the last mail that the conversation's customer has sent, as `answerable_mail` does. One query.

    `by_person` leaves out what their machines wrote, such as a notice of absence.
    """
    related = ("mailbox", "conversation__assignee", "conversation_message")
    mails = EmailMessage.objects.filter(
        conversation_id=conversation_id,
        direction=Direction.INCOMING,
        conversation_message__contact=F("conversation__contact"),
    )
    mails = mails.filter(is_automatic=False, is_bounce=False) if by_person else mails
    return mails.select_related(*related).order_by("-conversation_message__created_at").first()


def lock_contact_of(conversation: Conversation) -> Contact:
    """Return the conversation's customer, to whom nothing else is sent automatically until the commit. One query."""
    return Contact.objects.select_for_update().get(id=conversation.contact_id)


def automatic_mails_in(conversation: Conversation, *, since: datetime) -> int:
    """Return how many automatic mails the conversation has sent since then. One query."""
    mails = EmailMessage.objects.filter(conversation=conversation, direction=Direction.OUTGOING, is_automatic=True)
    return mails.filter(created_at__gt=since).count()


def automatic_mails_to(address: str, *, since: datetime, conversation: Conversation | None = None) -> int:
    """Return how many automatic mails went to an address since then, in all or in one conversation. One query."""
    sent = OutgoingDelivery.objects.filter(recipient=address, email__created_at__gt=since)
    sent = sent.filter(email__is_automatic=True, email__direction=Direction.OUTGOING)
    return (sent.filter(email__conversation=conversation) if conversation else sent).count()


def was_answered_by_a_person(address: str) -> bool:
    """Return whether somebody of the account has written to the address by hand before. One query."""
    sent = OutgoingDelivery.objects.filter(recipient=address, email__is_automatic=False)
    return sent.filter(email__direction=Direction.OUTGOING).exists()
