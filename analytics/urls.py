"""Pages about figures, on an account's host: surveys."""

from django.urls import path

from analytics.views import panel, settings, surveys

urlpatterns = [
    path("csat/<str:token>", surveys.csat, name="csat"),
    path("csat/<str:token>/stop", surveys.csat_stop, name="csat-stop"),
    path("settings/csat", settings.settings_csat, name="settings-csat"),
    path("conversations/<int:display_id>/csat", panel.conversation_csat, name="conversation-csat"),
]
