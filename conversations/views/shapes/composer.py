"""The composer."""

from accounts.permissions import Permission
from conversations.forms import MessageForm
from conversations.models import Conversation
from conversations.views.place import InboxPlace
from conversations.views.shapes.shape import Shape
from teams.access import Viewer


def reply(conversation: Conversation, viewer: Viewer, place: InboxPlace, form: MessageForm) -> Shape:
    """Return the composer."""
    may_write = viewer.can(Permission.REPLY)
    return {
        "form": form,
        "reply_url": place.conversation_url(conversation.display_id, "conversation-reply"),
        "note_url": place.conversation_url(conversation.display_id, "conversation-note"),
        "to": conversation.contact.email,
        "can_reply": may_write and bool(conversation.mailbox_id and conversation.contact.email),
        "can_note": may_write,
    }
