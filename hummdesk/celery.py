"""The Celery application: tasks carry their account's schema and refuse to run without one."""

import os
from typing import Any

from tenant_schemas_celery.app import CeleryApp

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hummdesk.settings")


class HummDeskCelery(CeleryApp):
    """Celery whose tasks derive from `AccountTask`."""

    task_cls = "hummdesk.tenancy.tasks:AccountTask"

    def send_task(self, name: str, *args: Any, **options: Any) -> Any:
        """Send without waiting for a broker that is down: the sweeps send again."""
        options.setdefault("retry", False)
        # What logs would show of the arguments, which is nothing: to make it takes a sixth of the sending.
        options.setdefault("argsrepr", "…")
        options.setdefault("kwargsrepr", "…")
        return super().send_task(name, *args, **options)


app = HummDeskCelery("hummdesk")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
