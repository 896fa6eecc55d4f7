"""The app of who works when: agents, teams, hours and promises."""

from django.apps import AppConfig


class TeamsConfig(AppConfig):
    name = "teams"
