"""Rows of what is said, and by whom."""

from conversations.models.attachment import Attachment
from conversations.models.category import Category
from conversations.models.contact import Company, Contact, ContactIdentity
from conversations.models.conversation import (
    Conversation,
    ConversationRead,
    ConversationTag,
    Tag,
)
from conversations.models.message import Message

__all__ = [
    "Attachment",
    "Category",
    "Company",
    "Contact",
    "ContactIdentity",
    "Conversation",
    "ConversationRead",
    "ConversationTag",
    "Message",
    "Tag",
]
