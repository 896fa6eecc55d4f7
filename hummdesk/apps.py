"""The app of what all others share."""

from django.apps import AppConfig

from hummdesk.celery import app as celery_app

__all__ = ["HummdeskConfig", "celery_app"]


class HummdeskConfig(AppConfig):
    """Importing it makes our Celery application the one that `shared_task` means, in every Django process."""

    name = "hummdesk"
