"""Mail's calls of the API (API.md "E-mail")."""

from django.urls import path

from email_channel.api.inbound import InboundRawView
from email_channel.api.mailboxes import MailboxesView, MailboxSecretView, MailboxView
from email_channel.api.mails import MailsView, MailView, RawMailView
from email_channel.api.replies import ReplyRetryView, ReplySettleView
from email_channel.api.sending import SendMailView
from email_channel.api.template_sending import SendTemplateView
from email_channel.api.templates import (
    TemplatePreviewView,
    TemplateRestoreView,
    TemplatesView,
    TemplateVersionsView,
    TemplateView,
)
from email_channel.api.webhook import ProviderWebhookView

urlpatterns = [
    path("email/inbound/raw", InboundRawView.as_view(), name="email-inbound-raw"),
    path("email/send", SendMailView.as_view(), name="email-send"),
    path("email/webhook", ProviderWebhookView.as_view(), name="email-webhook"),
    path("email/mailboxes", MailboxesView.as_view(), name="api-mailboxes"),
    path("email/mailboxes/<uuid:mailbox_id>", MailboxView.as_view(), name="api-mailbox"),
    path("email/mailboxes/<uuid:mailbox_id>/rotate-secret", MailboxSecretView.as_view(), name="api-mailbox-secret"),
    path("email/messages", MailsView.as_view(), name="api-mails"),
    path("email/messages/<uuid:mail_id>", MailView.as_view(), name="api-mail"),
    path("email/messages/<uuid:mail_id>/raw", RawMailView.as_view(), name="api-mail-raw"),
    path("messages/<uuid:message_id>/retry", ReplyRetryView.as_view(), name="api-message-retry"),
    path("email/send-template", SendTemplateView.as_view(), name="email-send-template"),
    path("email/templates", TemplatesView.as_view(), name="email-templates"),
    path("email/templates/<uuid:template_id>", TemplateView.as_view(), name="email-template"),
    path("email/templates/<uuid:template_id>/preview", TemplatePreviewView.as_view(), name="email-template-preview"),
    path("email/templates/<uuid:template_id>/restore", TemplateRestoreView.as_view(), name="email-template-restore"),
    path(
        "email/templates/<uuid:template_id>/versions", TemplateVersionsView.as_view(), name="email-template-versions"
    ),
    path("messages/<uuid:message_id>/settle", ReplySettleView.as_view(), name="api-message-settle"),
]
