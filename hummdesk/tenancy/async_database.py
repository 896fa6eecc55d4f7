"""Database calls from consumers and async views: each names its account."""

from collections.abc import Awaitable, Callable
from typing import Any, ParamSpec, TypeVar

from channels.db import database_sync_to_async

from hummdesk.tenancy.context import account_context

P = ParamSpec("P")
R = TypeVar("R")


def account_database(account: Any, function: Callable[P, R]) -> Callable[P, Awaitable[R]]:
    """Return `function` as a coroutine function that runs in a thread with this account in force."""

    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        with account_context(account):
            return function(*args, **kwargs)

    # In any thread, so that sockets that open do not wait for each other.
    return database_sync_to_async(run, thread_sensitive=False)  # type: ignore[no-any-return]  # channels is untyped
