"""What every app uses: settings, routing, tenancy, the event log, live updates, errors, logging."""

from hummdesk.celery import app as celery_app

__all__ = ["celery_app"]
