"""Sessions belong to the place they were made in: one account's host, or the platform's."""

from collections.abc import Mapping
from typing import Any

from django.contrib.sessions.backends.base import SessionBase

from accounts.models import Account

PLACE_KEY = "place"
_PLATFORM = "platform"


def _place_of(account: Account | None) -> str:
    return str(account.id) if account is not None else _PLATFORM


def bind_to_place(session: SessionBase, account: Account | None) -> None:
    """The session is good on this account's hosts alone; None is the platform."""
    session[PLACE_KEY] = _place_of(account)


def is_bound_to(session: SessionBase | Mapping[str, Any], account: Account | None) -> bool:
    """Return whether the session was made in this place. One that was bound nowhere is good nowhere."""
    return bool(session.get(PLACE_KEY) == _place_of(account))


async def ais_bound_to(session: SessionBase, account: Account | None) -> bool:
    """Return what `is_bound_to` does."""
    return bool(await session.aget(PLACE_KEY) == _place_of(account))
