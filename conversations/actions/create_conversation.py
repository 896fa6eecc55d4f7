"""A customer's words reach us through another program."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from accounts.permissions import Permission
from conversations.actions.attach_files import attach_uploads
from conversations.actions.find_contact import find_or_create_contact
from conversations.actions.message_body import MessageBody, message_body
from conversations.actions.summarise import count_message
from conversations.actions.tag_conversation import retag
from conversations.custom_fields import changed_custom_fields
from conversations.enums import Channel, Folder, MessageKind
from conversations.events import (
    ConversationAssigned,
    ConversationOpened,
    ConversationTeamChanged,
    MessageReceived,
)
from conversations.language import detect_language
from conversations.models import Contact, Conversation, Message
from conversations.queries.changes import CheckedChanges, checked_changes
from hummdesk.events.actor import Actor
from hummdesk.events.publishing import action, publish
from teams.access import Viewer


@action
def create_conversation(
    *,
    viewer: Viewer,
    address: str,
    name: str = "",
    phone: str = "",
    body_text: str = "",
    body_html: str = "",
    attachment_ids: Sequence[UUID] = (),
    given: Mapping[str, Any],
) -> Conversation:
    """There is a new open conversation of the API's channel with the customer's first message, or nothing is.

    Keys of `given`: subject, priority, team_id, assignee_id, tags and custom_fields, as `change_conversation` takes
    them. The contact is found by the address, or made; of a blocked one it is spam.
    Raises: PermissionDenied, EmptyMessage, ValidationFailed, UnknownAttachments.
    Publishes: ConversationOpened, MessageReceived; ConversationAssigned, ConversationTeamChanged and
    ConversationTagsChanged for what it begins with.
    """
    viewer.require(Permission.REPLY)
    checked = checked_changes(given)
    body = message_body(html=body_html, text=body_text)
    contact = find_or_create_contact(address=address, name=name, phone=phone)
    conversation, message = _insert(contact, body, checked)
    attach_uploads(viewer=viewer, message=message, attachment_ids=attachment_ids)
    _publish(conversation, message, checked, viewer.actor)
    return conversation


def _insert(contact: Contact, body: MessageBody, checked: CheckedChanges) -> tuple[Conversation, Message]:
    columns: dict[str, Any] = {name: value for name, value in checked.items() if name != "tags"}
    columns["folder"] = Folder.SPAM if contact.is_blocked else Folder.INBOX
    columns["custom_fields"] = changed_custom_fields({}, checked.get("custom_fields", {}))
    language = detect_language(body.text)
    columns["language"] = contact.language or language
    conversation = Conversation(contact=contact, channel=Channel.API, **columns)
    message = Message(
        conversation=conversation,
        kind=MessageKind.INCOMING,
        contact=contact,
        body_html=body.html,
        body_text=body.text,
        language=language,
        created_at=conversation.created_at,
    )
    count_message(conversation, message)
    conversation.save(force_insert=True)
    message.save(force_insert=True)
    return conversation, message


def _publish(conversation: Conversation, message: Message, checked: CheckedChanges, actor: Actor) -> None:
    conversation_id, contact_id, assignee_id = conversation.id, conversation.contact_id, conversation.assignee_id
    publish(
        ConversationOpened(actor=actor, conversation_id=conversation_id, contact_id=contact_id, channel=Channel.API)
    )
    publish(
        MessageReceived(
            actor=Actor.contact(contact_id), conversation_id=conversation_id, message_id=message.id, is_later=False
        )
    )
    if conversation.team_id is not None:
        publish(
            ConversationTeamChanged(
                actor=actor, conversation_id=conversation_id, team_before=None, team_id=conversation.team_id
            )
        )
    if assignee_id is not None:
        publish(
            ConversationAssigned(
                actor=actor, conversation_id=conversation_id, assignee_before=None, assignee_id=assignee_id
            )
        )
    tagged = retag(conversation, checked, actor=actor) if checked.get("tags") else None
    if tagged is not None:
        publish(tagged)
