"""Sockets of an account's host, and by ticket of the platform's."""

from typing import Any

from django.urls import path

from conversations.consumers import ConversationConsumer, InboxConsumer

# ASGI applications, where Django expects views.
_inbox: Any = InboxConsumer.as_asgi()
_conversation: Any = ConversationConsumer.as_asgi()

websocket_urlpatterns = [
    path("ws/inbox", _inbox),
    path("ws/conversations/<str:id>", _conversation),
]
