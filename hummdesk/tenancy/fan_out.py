"""Periodic work of many accounts: one look at all schemas, one task for each that has something to do."""

from django_tenants.utils import get_tenant_model

from hummdesk.celery import app
from hummdesk.events.queries import schemas_having
from hummdesk.tenancy.context import platform_context

SCHEMAS_PER_LOOK = 200
EXPIRES_S = 60


def fan_out(task_name: str, condition: str) -> int:
    """Each active account for which the SQL `condition` holds gets this task; returns how many.

    `condition` writes `{schema}` where the account's schema stands. A task that waits longer than a minute
    expires, since the next tick sends it again.
    """
    with platform_context():
        active = get_tenant_model().objects.filter(status="active")
        schemas = list(active.order_by("schema_name").values_list("schema_name", flat=True))
        having = [
            schema
            for start in range(0, len(schemas), SCHEMAS_PER_LOOK)
            for schema in schemas_having(schemas[start : start + SCHEMAS_PER_LOOK], condition)
        ]
    for schema in having:
        app.send_task(task_name, headers={"_schema_name": schema}, expires=EXPIRES_S)
    return len(having)
