"""Rows of what is said, and by whom."""

from conversations.models.attachment import Attachment
from conversations.models.category import Category
from conversations.models.contact import Company, Contact, ContactIdentity
from conversations.models.conversation import (
    Conversation,
    ConversationFollow,
    ConversationRead,
    ConversationTag,
    Tag,
)
from conversations.models.draft import FirstMessageDraft, MessageDraft
from conversations.models.message import MailPage, Message, MessageMention, MessageVersion
from conversations.models.notification import Notification, NotificationSetting
from conversations.models.saved import Macro, SavedView
from conversations.models.search_entry import SearchEntry
from conversations.models.webhook import Webhook, WebhookDelivery

__all__ = [
    "Attachment",
    "Category",
    "Company",
    "Contact",
    "ContactIdentity",
    "Conversation",
    "ConversationFollow",
    "ConversationRead",
    "ConversationTag",
    "FirstMessageDraft",
    "Macro",
    "MailPage",
    "Message",
    "MessageDraft",
    "MessageMention",
    "MessageVersion",
    "Notification",
    "NotificationSetting",
    "SavedView",
    "SearchEntry",
    "Tag",
    "Webhook",
    "WebhookDelivery",
]
