"""Why a mail cannot be read."""

from enum import StrEnum


class Unreadable(StrEnum):
    """Stable reason codes; the raw mail is kept whatever the reason."""

    TOO_LARGE = "too_large"
    TOO_DEEP = "too_deep"
    EMPTY = "empty"
    NOT_MAIL = "not_mail"
    TIME_OUT = "time_out"
    MEMORY = "memory"
    CRASHED = "crashed"


class MailUnreadable(Exception):
    """The mail could not be parsed; `reason` says why."""

    def __init__(self, reason: Unreadable) -> None:
        self.reason = reason
        super().__init__(reason.value)
