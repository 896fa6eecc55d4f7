"""The API of conversations, messages, contacts and what agents keep, under /api/v1/."""

from django.urls import path

from conversations.api import attachments, conversations

urlpatterns = [
    path("conversations", conversations.ConversationsView.as_view(), name="api-conversations"),
    path("attachments", attachments.AttachmentsView.as_view(), name="api-attachments"),
    path("attachments/<uuid:id>", attachments.AttachmentView.as_view(), name="api-attachment"),
    path("attachments/<uuid:id>/content", attachments.AttachmentContentView.as_view(), name="api-attachment-content"),
]
