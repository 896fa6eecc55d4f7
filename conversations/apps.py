"""The app of what is said: contacts, conversations, messages."""

from django.apps import AppConfig


class ConversationsConfig(AppConfig):
    name = "conversations"
