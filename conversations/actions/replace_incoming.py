"""What a customer wrote could not be read, and now it can."""

from uuid import UUID

from conversations.access import lock_message
from conversations.actions.receive_message import IncomingText, store_incoming_files
from conversations.actions.summarise import recount
from conversations.events import MessageReread
from conversations.language import detect_language
from conversations.models import Contact, MailPage, Message
from hummdesk.errors import Conflict
from hummdesk.events.actor import Actor
from hummdesk.events.publishing import action, publish

_FIELDS = (
    "contact",
    "body_html",
    "body_text",
    "quoted_html",
    "page_height_px",
    "unreadable_reason",
    "is_automatic",
    "cc",
    "language",
)


@action
def replace_incoming(*, message_id: UUID, contact: Contact, subject: str, text: IncomingText, actor: Actor) -> Message:
    """The customer's message says this in place of what stood for it, and has these files; its place and time stay.

    Where it began its conversation, that is the contact's, and has the subject if it had none. Files that stood for
    it are forgotten with the uploads that nobody has named (`purge_unused_uploads`).
    Locks the conversation, then the message. Raises: Conflict for a message that is gone. Publishes: MessageReread.
    """
    message = lock_message(message_id)
    if message is None or message.deleted_at is not None:
        raise Conflict
    message.contact = contact
    message.body_html, message.body_text, message.quoted_html = text.body_html, text.body_text, text.quoted_html
    message.page_height_px, message.unreadable_reason = text.page_height_px, text.unreadable_reason
    message.is_automatic, message.cc = text.is_automatic, list(text.cc)
    message.language = detect_language(text.body_text)
    message.save(update_fields=_FIELDS)
    MailPage.objects.filter(message=message).delete()
    if text.page_height_px:
        MailPage.objects.create(message=message, html=text.page_html)
    message.attachments.update(message=None)
    store_incoming_files(message, text.files)
    _correct_conversation(message, contact, subject)
    publish(MessageReread(actor=actor, conversation_id=message.conversation_id, message_id=message.id))
    return message


def is_first(message: Message) -> bool:
    """Return whether the message began its conversation. One query."""
    earlier = Message.objects.filter(conversation_id=message.conversation_id, created_at__lt=message.created_at)
    return not earlier.exists()


def _correct_conversation(message: Message, contact: Contact, subject: str) -> None:
    conversation = message.conversation
    if is_first(message):
        conversation.contact = contact
        conversation.subject = conversation.subject or subject[:300]
        conversation.save(update_fields=["contact", "subject"])
    recount(conversation)
