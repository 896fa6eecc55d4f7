"""Rows of what is said, and by whom."""

from conversations.models.attachment import Attachment
from conversations.models.automation import AutomationRule, RuleBacktest, RuleRun, RuleTimer
from conversations.models.category import Category, CategorySkill
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
from conversations.models.routing_decision import RoutingDecision
from conversations.models.saved import Macro, SavedView
from conversations.models.search_entry import SearchEntry
from conversations.models.sla_clock import SlaClock, SlaScope
from conversations.models.webhook import Webhook, WebhookDelivery

__all__ = [
    "Attachment",
    "AutomationRule",
    "Category",
    "CategorySkill",
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
    "RoutingDecision",
    "RuleBacktest",
    "RuleRun",
    "RuleTimer",
    "SavedView",
    "SearchEntry",
    "SlaClock",
    "SlaScope",
    "Tag",
    "Webhook",
    "WebhookDelivery",
]
