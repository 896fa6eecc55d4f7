"""Sockets of an account's host."""

from django.urls import path

from conversations.consumers import ConversationConsumer, InboxConsumer

websocket_urlpatterns = [
    path("ws/inbox", InboxConsumer.as_asgi()),
    path("ws/conversations/<str:id>", ConversationConsumer.as_asgi()),
]
