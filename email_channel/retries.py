"""When a mail is tried again: with patience, and never blindly twice. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from email_channel.enums import SendState

# Wait before the next try, by the number of tries so far; the last one holds for all that come after.
WAITS = [timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 30, 60, 120, 240, 360, 360)]
# What may have left is not sent again after this: the provider knows an idempotency key for 24 hours.
RETRY_WINDOW = timedelta(hours=23)
# What has certainly not left is tried so many times, which takes three days.
TRIES_MOST = 18


@dataclass(frozen=True)
class SendTries:
    """The tries of one mail, the one at hand among them: how many, since when it may have left, when this one began.

    Two times that are equal are one try: the database gives both in one statement.
    """

    count: int
    first_at: datetime | None
    this_at: datetime | None

    @property
    def before(self) -> datetime | None:
        """Since when the mail may have left without this try, None where only this one could have sent it."""
        return None if self.first_at == self.this_at else self.first_at

    def is_too_late(self, at: datetime) -> bool:
        """Return whether the provider may have forgotten by then what an earlier try, maybe cut off, handed over."""
        return self.first_at is not None and at > self.first_at + RETRY_WINDOW


@dataclass(frozen=True)
class AfterTry:
    """What follows a try that did not succeed: `queued` until `due_at`, or `unknown` or `failed` for good."""

    state: SendState
    due_at: datetime
    first_tried_at: datetime | None


def after_failure(tries: SendTries, now: datetime, *, may_have_left: bool) -> AfterTry:
    """Return what follows a try that failed for now; `may_have_left` says whether it handed the mail over perhaps."""
    due_at = now + WAITS[min(tries.count, len(WAITS)) - 1]
    first_tried_at = tries.first_at if may_have_left else tries.before
    if first_tried_at is not None and due_at > first_tried_at + RETRY_WINDOW:
        return AfterTry(SendState.UNKNOWN, due_at, first_tried_at)
    state = SendState.FAILED if tries.count >= TRIES_MOST else SendState.QUEUED
    return AfterTry(state, due_at, first_tried_at)
