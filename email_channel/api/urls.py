"""Mail's calls of the API (API.md "E-mail")."""

from django.urls import path

from email_channel.api.inbound import InboundRawView
from email_channel.api.replies import ReplyRetryView
from email_channel.api.webhook import ProviderWebhookView

urlpatterns = [
    path("email/inbound/raw", InboundRawView.as_view(), name="email-inbound-raw"),
    path("email/webhook", ProviderWebhookView.as_view(), name="email-webhook"),
    path("messages/<uuid:message_id>/retry", ReplyRetryView.as_view(), name="api-message-retry"),
]
