"""A customer writes: a new conversation, or one more message in it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.core.files.base import ContentFile
from django.utils import timezone

from conversations.actions.set_status import reopen
from conversations.actions.summarise import count_message, note_message
from conversations.enums import Channel, Folder, MessageKind, Priority
from conversations.events import ConversationFolderChanged, ConversationOpened, MessageReceived
from conversations.file_types import HEAD_BYTES, sniff_type
from conversations.language import detect_language
from conversations.models import Attachment, Contact, Conversation, MailPage, Message
from conversations.queries.merging import lock_end_of_merges
from hummdesk.events.actor import Actor
from hummdesk.events.publishing import action, publish
from teams.models import Team


@dataclass(frozen=True)
class IncomingFile:
    """A file as it came; what type the sender says it is is not asked."""

    name: str
    content: bytes
    content_id: str = ""
    is_inline: bool = False


@dataclass(frozen=True)
class IncomingText:
    """What the customer wrote. `body_html`, `quoted_html` and `page_html` are sanitised already.

    `page_html` is `body_html` with its look, where a frame shows it; `page_height_px` is about how high that is.
    `cc` is who else got it, in lower case.
    `is_automatic`: a machine wrote (RFC 3834), so nobody waits for an answer and nothing reopens.
    `sender_doubt` is the message's. `names_conversation`: it names this one, in which its author takes no part; an
    agent is asked whether it belongs there.
    """

    body_html: str
    body_text: str
    quoted_html: str = ""
    page_html: str = ""
    page_height_px: int | None = None
    unreadable_reason: str = ""
    is_automatic: bool = False
    sender_doubt: str = ""
    names_conversation: UUID | None = None
    cc: Sequence[str] = ()
    at: datetime = field(default_factory=timezone.now)
    files: Sequence[IncomingFile] = ()


@action
def open_conversation(
    *,
    contact: Contact,
    subject: str,
    text: IncomingText,
    channel: Channel = Channel.EMAIL,
    mailbox_id: UUID | None = None,
    team: Team | None = None,
    priority: Priority = Priority.NORMAL,
) -> Message:
    """There is a new open conversation with the customer's first message in it, which is returned.

    That of a blocked contact is spam. Publishes: ConversationOpened, MessageReceived.
    """
    conversation = Conversation(
        contact=contact,
        subject=subject[:300],
        channel=channel,
        mailbox_id=mailbox_id,
        team=team,
        priority=priority,
        folder=Folder.SPAM if contact.is_blocked else Folder.INBOX,
        language=contact.language,
        created_at=text.at,
    )
    message = _message(conversation, contact, text)
    conversation.language = conversation.language or message.language
    count_message(conversation, message, is_awaited=not text.is_automatic)
    conversation.save(force_insert=True)
    _save(message, text)
    publish(
        ConversationOpened(
            actor=Actor.contact(contact.id), conversation_id=conversation.id, contact_id=contact.id, channel=channel
        )
    )
    _tell(message, contact, text, is_first=True)
    return message


@action
def receive_message(*, conversation: Conversation, contact: Contact, text: IncomingText) -> Message:
    """The customer's message is in the conversation, which waits for an answer, and is open again if it was not.

    One that was merged hands it on to where its messages are now; one in the trash comes back to the inbox, and
    spam stays spam. What a machine wrote is there, too, and changes nothing else.

    Locks the conversation.
    Publishes: MessageReceived, ConversationStatusChanged when it reopens, ConversationFolderChanged out of the trash.
    """
    conversation = lock_end_of_merges(conversation)
    message = _message(conversation, contact, text)
    _save(message, text)
    actor = Actor.contact(contact.id)
    if not text.is_automatic:
        reopen(conversation, actor=actor)
        _take_out_of_trash(conversation, actor)
    note_message(conversation, message, is_awaited=not text.is_automatic)
    _tell(message, contact, text)
    return message


def _message(conversation: Conversation, contact: Contact, text: IncomingText) -> Message:
    return Message(
        conversation=conversation,
        kind=MessageKind.INCOMING,
        contact=contact,
        body_html=text.body_html,
        body_text=text.body_text,
        quoted_html=text.quoted_html,
        page_height_px=text.page_height_px,
        unreadable_reason=text.unreadable_reason,
        is_automatic=text.is_automatic,
        sender_doubt=text.sender_doubt,
        names_conversation_id=text.names_conversation,
        asks_to_join=text.names_conversation is not None,
        cc=list(text.cc),
        language=detect_language(text.body_text),
        created_at=text.at,
    )


def _save(message: Message, text: IncomingText) -> None:
    message.save(force_insert=True)
    if text.page_height_px:
        MailPage.objects.create(message=message, html=text.page_html)
    store_incoming_files(message, text.files)


def _tell(message: Message, contact: Contact, text: IncomingText, *, is_first: bool = False) -> None:
    publish(
        MessageReceived(
            actor=Actor.contact(contact.id),
            conversation_id=message.conversation_id,
            message_id=message.id,
            has_files=bool(text.files),
            is_followed=not is_first,
            is_later=not is_first,
        )
    )


def _take_out_of_trash(conversation: Conversation, actor: Actor) -> None:
    if conversation.folder != Folder.TRASH:
        return
    conversation.folder = Folder.INBOX
    conversation.save(update_fields=["folder"])
    publish(
        ConversationFolderChanged(
            actor=actor, conversation_id=conversation.id, folder_before=Folder.TRASH, folder=Folder.INBOX
        )
    )


def store_incoming_files(message: Message, files: Sequence[IncomingFile]) -> None:
    """The customer's message has these files; inside an action."""
    for file in files:
        Attachment.objects.create(
            message=message,
            file=ContentFile(file.content, name="file"),
            name=file.name[:255],
            content_type=sniff_type(file.content[:HEAD_BYTES], file.name),
            size_bytes=len(file.content),
            content_id=file.content_id[:255],
            is_inline=file.is_inline,
        )
