"""An agent writes first."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.permissions import Permission
from conversations.actions.find_contact import find_or_create_contact
from conversations.actions.recipients import checked_recipients
from conversations.actions.save_draft import discard_first_draft
from conversations.actions.write_message import send_reply
from conversations.enums import Channel
from conversations.events import ConversationAssigned, ConversationOpened, ConversationTeamChanged
from conversations.models import Conversation, Message
from conversations.queries.changes import checked_changes
from hummdesk.events.publishing import action, publish
from teams.access import Viewer


@action
def start_conversation(  # what a first message may carry
    *,
    viewer: Viewer,
    address: str,
    mailbox_id: UUID,
    given: Mapping[str, Any],
    body_text: str = "",
    body_html: str = "",
    attachment_ids: Sequence[UUID] = (),
    cc: Sequence[str] = (),
    bcc: Sequence[str] = (),
    send_at: datetime | None = None,
) -> Message:
    """There is a conversation of the viewer's with their message to this address as its first, or nothing is.

    Keys of `given`: subject, team_id, as `change_conversation` takes them. The contact is found by the address, or
    made. Leaves as a reply does; the viewer's draft of a new conversation is gone.
    Raises: PermissionDenied, EmptyMessage, ValidationFailed, UnknownAttachments.
    Publishes: ConversationOpened, ConversationAssigned, ConversationTeamChanged, and what `send_reply` does.
    """
    conversation = begin_conversation(viewer=viewer, address=address, mailbox_id=mailbox_id, given=given)
    discard_first_draft(viewer=viewer)
    return send_reply(
        viewer=viewer,
        conversation_id=conversation.id,
        body_text=body_text,
        body_html=body_html,
        attachment_ids=attachment_ids,
        cc=cc,
        bcc=bcc,
        send_at=send_at,
    )


@action
def begin_conversation(*, viewer: Viewer, address: str, mailbox_id: UUID, given: Mapping[str, Any]) -> Conversation:
    """There is a conversation of the viewer's with whoever has this address, into which the caller writes at once.

    Keys of `given` as for `start_conversation`. Raises: PermissionDenied, ValidationFailed.
    Publishes: ConversationOpened, ConversationAssigned, ConversationTeamChanged.
    """
    viewer.require(Permission.REPLY)
    checked: dict[str, Any] = dict(checked_changes(given))
    contact = find_or_create_contact(address=checked_recipients("to", [address])[0])
    conversation = Conversation.objects.create(
        contact=contact,
        channel=Channel.EMAIL,
        mailbox_id=mailbox_id,
        assignee=viewer.agent,
        language=contact.language,
        **checked,
    )
    _tell(viewer, conversation)
    return conversation


def _tell(viewer: Viewer, conversation: Conversation) -> None:
    actor, opened = viewer.actor, conversation
    publish(
        ConversationOpened(
            actor=actor,
            conversation_id=opened.id,
            contact_id=conversation.contact_id,
            channel=conversation.channel,
        )
    )
    publish(ConversationAssigned(actor=actor, conversation_id=opened.id, assignee_before=None, assignee_id=viewer.id))
    if opened.team_id is not None:
        publish(
            ConversationTeamChanged(actor=actor, conversation_id=opened.id, team_before=None, team_id=opened.team_id)
        )
