"""When a mail is tried again: the policy that replies and sign-in mail share."""

from datetime import UTC, datetime, timedelta

from email_channel.enums import SendState
from email_channel.retries import RETRY_WINDOW, TRIES_MOST, WAITS, SendTries, after_failure

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_waits_grow_and_the_last_one_holds() -> None:
    waits = [
        after_failure(SendTries(count, NOW, NOW), NOW, may_have_left=False).due_at - NOW for count in (1, 2, 10, 17)
    ]

    assert waits == [WAITS[0], WAITS[1], WAITS[9], WAITS[-1]]


def test_a_try_that_surely_sent_nothing_does_not_count_for_the_window() -> None:
    first = after_failure(SendTries(1, NOW, NOW), NOW, may_have_left=False)
    later = after_failure(SendTries(3, NOW - MINUTE, NOW), NOW, may_have_left=False)

    assert first.first_tried_at is None
    assert later.first_tried_at == NOW - MINUTE


def test_what_may_have_left_becomes_unknown_once_the_next_try_would_be_too_late() -> None:
    began = NOW - RETRY_WINDOW + MINUTE

    in_doubt = after_failure(SendTries(9, began, NOW), NOW, may_have_left=True)
    surely_not = after_failure(SendTries(9, NOW, NOW), NOW, may_have_left=False)

    assert in_doubt.state == SendState.UNKNOWN
    assert surely_not.state == SendState.QUEUED


def test_what_surely_did_not_leave_fails_after_the_last_try() -> None:
    states = [
        after_failure(SendTries(count, NOW, NOW), NOW, may_have_left=False).state
        for count in (TRIES_MOST - 1, TRIES_MOST)
    ]

    assert states == [SendState.QUEUED, SendState.FAILED]


def test_a_claim_is_too_late_only_for_what_may_have_left() -> None:
    after_window = NOW + RETRY_WINDOW + MINUTE

    assert SendTries(2, NOW, after_window).is_too_late(after_window)
    assert not SendTries(1, after_window, after_window).is_too_late(after_window)
    assert not SendTries(1, None, None).is_too_late(after_window)
