"""Base of all Celery tasks: the account in the header is in force, or the task is refused."""

from collections.abc import Callable
from typing import Any, ParamSpec, Protocol, TypeVar, cast

from celery import Task, shared_task
from tenant_schemas_celery.task import TenantTask

from hummdesk.errors import AccountRequired, DomainError
from hummdesk.logs import logger
from hummdesk.tenancy.context import is_platform

P = ParamSpec("P")
R = TypeVar("R")


class Declare(Protocol):
    """Makes a function a task."""

    def __call__(self, function: Callable[P, R], /) -> "Task[P, R]": ...


def account_task(name: str) -> Declare:
    """Declare a task of one account under this name; without an account in its header it is refused."""
    return shared_task(name=name)


def platform_task(name: str) -> Declare:
    """Declare a task that works across accounts, on the public schema."""
    options: Any = {"name": name, "platform": True}
    return cast(Declare, shared_task(**options))


class AccountTask(TenantTask):
    """A task of one account.

    A platform task runs on `public`; every other one raises AccountRequired there. A DomainError ends a
    task quietly: the row's state tells what happened, and the log has the code.
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
