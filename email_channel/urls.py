"""Pages about mail, on an account's host."""

from django.urls import path

from email_channel.views import (
    deliveries,
    domains,
    first_message,
    incoming_mail,
    landing,
    mail_rules,
    mailboxes,
    messages,
    suppressions,
    unsubscribe,
)
from email_channel.views import templates as templates_pages

urlpatterns = [
    path("conversations/new", first_message.conversation_new, name="conversation-new"),
    path("messages/<uuid:id>/mail", messages.message_mail, name="message-mail"),
    path("messages/<uuid:id>/why", landing.message_why, name="message-why"),
    path(
        "conversations/<int:display_id>/participants",
        landing.conversation_participants,
        name="conversation-participants",
    ),
    path("messages/<uuid:id>/deliveries", messages.message_deliveries, name="message-deliveries"),
    path("messages/<uuid:id>/original", messages.message_original, name="message-original"),
    path("messages/<uuid:id>/original.eml", messages.message_source, name="message-source"),
    path("messages/<uuid:id>/retry", messages.message_retry, name="message-retry"),
    path("settings/domains", domains.domain_list, name="settings-domains"),
    path("settings/domains/<uuid:id>", domains.domain_detail, name="domain-detail"),
    path("settings/domains/<uuid:id>/check", domains.domain_check, name="domain-check"),
    path("settings/incoming-mail", incoming_mail.intake_list, name="settings-incoming-mail"),
    path("settings/incoming-mail/fetch", incoming_mail.intake_fetch, name="intake-fetch"),
    path("settings/incoming-mail/<uuid:id>", incoming_mail.intake_detail, name="intake-detail"),
    path("settings/incoming-mail/<uuid:id>/rerun", incoming_mail.intake_rerun, name="intake-rerun"),
    path("settings/incoming-mail/<uuid:id>/source.eml", incoming_mail.intake_source, name="intake-source"),
    path("settings/deliveries", deliveries.delivery_list, name="settings-deliveries"),
    path("settings/suppressions", suppressions.suppression_list, name="settings-suppressions"),
    path("settings/suppressions/<uuid:id>/lift", suppressions.suppression_lift, name="suppression-lift"),
    path("unsubscribe", unsubscribe.unsubscribe, name="unsubscribe"),
    path("settings/mailboxes", mailboxes.mailbox_list, name="settings-mailboxes"),
    path("settings/mail-rules", mail_rules.settings_mail_rules, name="settings-mail-rules"),
    path("settings/mailboxes/new", mailboxes.mailbox_create, name="mailbox-create"),
    path("settings/mailboxes/<uuid:id>", mailboxes.mailbox_edit, name="mailbox-edit"),
    path("settings/mailboxes/<uuid:id>/secret", mailboxes.mailbox_secret, name="mailbox-secret"),
    path("settings/mailboxes/<uuid:id>/remove", mailboxes.mailbox_remove, name="mailbox-remove"),
    path("messages/<uuid:id>/settle", messages.message_settle, name="message-settle"),
    path("settings/templates", templates_pages.template_list, name="settings-templates"),
    path("settings/templates/new", templates_pages.template_create, name="template-create"),
    path("settings/templates/preview", templates_pages.template_preview, name="template-preview"),
    path("settings/templates/<uuid:id>", templates_pages.template_edit, name="template-edit"),
    path("settings/templates/<uuid:id>/restore", templates_pages.template_restore, name="template-restore"),
    path("settings/templates/<uuid:id>/delete", templates_pages.template_delete, name="template-delete"),
]
