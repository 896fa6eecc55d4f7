"""Where Celery finds the tasks of `hummdesk` itself."""

from hummdesk.health import beat_heart

__all__ = ["beat_heart"]
