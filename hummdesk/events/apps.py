"""The app of the event log: one table in each account's schema."""

from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "hummdesk.events"
    label = "events"
