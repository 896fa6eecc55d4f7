"""Mail's calls of the API (API.md "E-mail")."""

from django.urls import path

from email_channel.api.inbound import InboundRawView

urlpatterns = [path("email/inbound/raw", InboundRawView.as_view(), name="email-inbound-raw")]
