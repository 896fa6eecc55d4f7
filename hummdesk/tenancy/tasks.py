"""Base of all Celery tasks: the account in the header is in force, or the task is refused."""

from typing import Any

from tenant_schemas_celery.task import TenantTask

from hummdesk.errors import AccountRequired, DomainError
from hummdesk.logs import logger
from hummdesk.tenancy.context import is_platform


class AccountTask(TenantTask):  # type: ignore[misc]  # the package is untyped
    """A task of one account.

    A task that works across accounts is declared with `platform=True` and runs on `public`;
    every other one raises AccountRequired there. A DomainError ends a task quietly: the row's state
    tells what happened, and the log has the code.
    """

    abstract = True
    platform = False

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not self.platform and is_platform():
            raise AccountRequired
        try:
            return super().__call__(*args, **kwargs)
        except DomainError as error:
            logger.warning("task_refused", task=self.name, code=error.code)
            return None
