"""Pages of an account's host."""

from django.urls import path

from conversations.views import (
    attachments,
    filters,
    inbox,
    message_actions,
    messages,
    moves,
    palette,
    saved_views,
    settings,
    triage,
)

urlpatterns = [
    path("", inbox.home, name="home"),
    path("inbox", inbox.inbox, name="inbox"),
    path("inbox/filter", filters.inbox_filter, name="inbox-filter"),
    path("views", saved_views.view_list, name="view-list"),
    path("views/new", saved_views.view_create, name="view-create"),
    path("views/<uuid:id>", saved_views.view_edit, name="view-edit"),
    path("views/<uuid:id>/delete", saved_views.view_delete, name="view-delete"),
    path("conversations/<int:display_id>", inbox.conversation_detail, name="conversation-detail"),
    path("conversations/<int:display_id>/reply", messages.conversation_reply, name="conversation-reply"),
    path("conversations/<int:display_id>/note", messages.conversation_note, name="conversation-note"),
    path("conversations/<int:display_id>/status", triage.conversation_status, name="conversation-status"),
    path("conversations/<int:display_id>/assign", triage.conversation_assign, name="conversation-assign"),
    path("attachments/<uuid:id>", attachments.attachment_download, name="attachment-download"),
    path("attachments/<uuid:id>/thumbnail", attachments.attachment_thumbnail, name="attachment-thumbnail"),
    path("palette", palette.palette_search, name="palette-search"),
    path("settings", settings.settings, name="settings"),
    path("settings/profile", settings.settings_profile, name="settings-profile"),
    path("settings/theme", settings.settings_theme, name="settings-theme"),
    path("settings/shortcuts", settings.settings_shortcuts, name="settings-shortcuts"),
    path("settings/notifications", settings.settings_notifications, name="settings-notifications"),
    path("settings/status", settings.agent_status, name="agent-status"),
    path("conversations/<int:display_id>/merge", moves.conversation_merge, name="conversation-merge"),
    path("conversations/<int:display_id>/moves/<int:seq>/undo", moves.move_undo, name="move-undo"),
    path("messages/<uuid:id>", message_actions.message_detail, name="message-detail"),
    path("messages/<uuid:id>/menu", message_actions.message_menu, name="message-menu"),
    path("messages/<uuid:id>/edit", message_actions.message_edit, name="message-edit"),
    path("messages/<uuid:id>/delete", message_actions.message_delete, name="message-delete"),
    path("messages/<uuid:id>/pictures", message_actions.message_pictures, name="message-pictures"),
    path("messages/<uuid:id>/split", message_actions.message_split, name="message-split"),
]
