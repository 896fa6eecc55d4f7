"""The API of conversations, messages, contacts and what agents keep, under /api/v1/."""

from django.urls import path

from conversations.api import (
    attachments,
    bulk,
    companies,
    contacts,
    conversation,
    conversations,
    drafts,
    events,
    macros,
    messages,
    notifications,
    saved_views,
    tags,
    webhooks,
)

urlpatterns = [
    path("conversations", conversations.ConversationsView.as_view(), name="api-conversations"),
    path("conversations/stats", conversations.ConversationStatsView.as_view(), name="api-conversations-stats"),
    path("attachments", attachments.AttachmentsView.as_view(), name="api-attachments"),
    path("attachments/<uuid:id>", attachments.AttachmentView.as_view(), name="api-attachment"),
    path("attachments/<uuid:id>/content", attachments.AttachmentContentView.as_view(), name="api-attachment-content"),
    path("remote-image", attachments.RemoteImageView.as_view(), name="api-remote-image"),
    path("contacts", contacts.ContactsView.as_view(), name="api-contacts"),
    path("contacts/<uuid:contact_id>", contacts.ContactView.as_view(), name="api-contact"),
    path("contacts/<uuid:contact_id>/merge", contacts.ContactMergeView.as_view(), name="api-contact-merge"),
    path("contacts/<uuid:contact_id>/unmerge", contacts.ContactUnmergeView.as_view(), name="api-contact-unmerge"),
    path("companies", companies.CompaniesView.as_view(), name="api-companies"),
    path("companies/<uuid:company_id>", companies.CompanyView.as_view(), name="api-company"),
    path("tags", tags.TagsView.as_view(), name="api-tags"),
    path("tags/<uuid:tag_id>", tags.TagView.as_view(), name="api-tag"),
    path("macros", macros.MacrosView.as_view(), name="api-macros"),
    path("macros/<uuid:macro_id>", macros.MacroView.as_view(), name="api-macro"),
    path("macros/<uuid:macro_id>/preview", macros.MacroPreviewView.as_view(), name="api-macro-preview"),
    path("macros/<uuid:macro_id>/apply", macros.MacroApplyView.as_view(), name="api-macro-apply"),
    path("views", saved_views.SavedViewsView.as_view(), name="api-views"),
    path("views/<uuid:view_id>", saved_views.SavedViewView.as_view(), name="api-view"),
    path("views/<uuid:view_id>/count", saved_views.SavedViewCountView.as_view(), name="api-view-count"),
    path("webhooks", webhooks.WebhooksView.as_view(), name="api-webhooks"),
    path("webhooks/<uuid:webhook_id>", webhooks.WebhookView.as_view(), name="api-webhook"),
    path(
        "webhooks/<uuid:webhook_id>/rotate-secret",
        webhooks.WebhookSecretView.as_view(),
        name="api-webhook-rotate-secret",
    ),
    path(
        "webhooks/<uuid:webhook_id>/deliveries",
        webhooks.WebhookDeliveriesView.as_view(),
        name="api-webhook-deliveries",
    ),
    path(
        "webhooks/<uuid:webhook_id>/deliveries/<uuid:delivery_id>/redeliver",
        webhooks.RedeliverView.as_view(),
        name="api-webhook-redeliver",
    ),
    path("conversations/bulk", bulk.ConversationsBulkView.as_view(), name="api-conversations-bulk"),
    # After all words that stand in the place of an id.
    path("conversations/<str:conversation_id>", conversation.ConversationView.as_view(), name="api-conversation"),
    path(
        "conversations/<str:conversation_id>/merge",
        conversation.ConversationMergeView.as_view(),
        name="api-conversation-merge",
    ),
    path(
        "conversations/<str:conversation_id>/split",
        conversation.ConversationSplitView.as_view(),
        name="api-conversation-split",
    ),
    path(
        "conversations/<str:conversation_id>/follow",
        conversation.ConversationFollowView.as_view(),
        name="api-conversation-follow",
    ),
    path(
        "conversations/<str:conversation_id>/events",
        events.ConversationEventsView.as_view(),
        name="api-conversation-events",
    ),
    path(
        "conversations/<str:conversation_id>/events/<int:seq>/undo",
        events.ConversationEventUndoView.as_view(),
        name="api-conversation-event-undo",
    ),
    path(
        "conversations/<str:conversation_id>/messages",
        messages.MessagesView.as_view(),
        name="api-conversation-messages",
    ),
    path("conversations/<str:conversation_id>/draft", drafts.DraftView.as_view(), name="api-conversation-draft"),
    path("messages/<uuid:message_id>", messages.MessageView.as_view(), name="api-message"),
    path("messages/<uuid:message_id>/mark-read", messages.MessageReadView.as_view(), name="api-message-mark-read"),
    path("notifications", notifications.NotificationsView.as_view(), name="api-notifications"),
    path(
        "notifications/unread-count", notifications.UnreadCountView.as_view(), name="api-notifications-unread-count"
    ),
    path("notifications/read-all", notifications.NotificationsReadView.as_view(), name="api-notifications-read-all"),
    path(
        "notifications/settings", notifications.NotificationSettingsView.as_view(), name="api-notification-settings"
    ),
    path("notifications/<uuid:id>/read", notifications.NotificationReadView.as_view(), name="api-notification-read"),
    path("drafts", drafts.DraftsView.as_view(), name="api-drafts"),
]
