"""Sessions belong to the place they were made in: one account's host, or the platform's."""

from typing import Any, Protocol

from accounts.models import Account

PLACE_KEY = "place"
_PLATFORM = "platform"


class _SessionLike(Protocol):
    def get(self, key: str, default: Any = None) -> Any: ...

    def __setitem__(self, key: str, value: Any) -> None: ...


def _place_of(account: Account | None) -> str:
    return str(account.id) if account is not None else _PLATFORM


def bind_to_place(session: _SessionLike, account: Account | None) -> None:
    """The session is good on this account's hosts alone; None is the platform."""
    session[PLACE_KEY] = _place_of(account)


def is_bound_to(session: _SessionLike, account: Account | None) -> bool:
    """Return whether the session was made in this place. One that was bound nowhere is good nowhere."""
    return bool(session.get(PLACE_KEY) == _place_of(account))
