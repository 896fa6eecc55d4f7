"""States that lasted, played again from a log."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from conversations.enums import RuleTrigger
from conversations.rules.episodes import EpisodeFacts
from conversations.rules.past import PastState
from conversations.rules.replay import PastEpisode, episodes_along, facts_along
from hummdesk.events.models import LoggedEvent

START = datetime(2026, 11, 1, 8, tzinfo=UTC)
DAY = timedelta(days=1)
# What happens at which hour: the event's type, with what it sets.
Told = tuple[float, str, dict[str, Any]]


def _hours(count: float) -> datetime:
    return START + timedelta(hours=count)


def _status(at: float, before: str, after: str, cause: str = "") -> Told:
    return at, "ConversationStatusChanged", {"status_before": before, "status": after, "cause": cause}


def _assigned(at: float, agent_id: str | None) -> Told:
    return at, "ConversationAssigned", {"assignee_id": agent_id}


def _wrote(at: float, message_id: str = "mail") -> Told:
    return at, "MessageReceived", {"message_id": message_id}


def _replied(at: float) -> Told:
    return at, "ReplySent", {"message_id": "reply"}


def _episodes(trigger: RuleTrigger, *told: Told, delay_hours: float = 4) -> list[tuple[float, float | None]]:
    """Return after how many hours each state was due, and acted on."""
    fields: dict[str, Any] = {"status": "open", "folder": "inbox", "assignee": None}
    steps = []
    for seq, (at, type_, data) in enumerate(told, start=1):
        if type_ == "ConversationFolderChanged":
            fields = {**fields, "folder": data["folder"]}
        if "status" in data:
            fields = {**fields, "status": data["status"]}
        if "assignee_id" in data:
            fields = {**fields, "assignee": data["assignee_id"]}
        event = LoggedEvent(seq=seq, type=type_, data=data, at=_hours(at))
        steps.append((event, PastState(fields, frozenset(), {})))
    begin = EpisodeFacts(
        status="open",
        folder="inbox",
        is_merged=False,
        is_assigned=False,
        created_at=START,
        waiting_since=None,
        resolved_at=None,
    )
    moments = list(facts_along(begin, steps, {"machine": False}))
    found = episodes_along(trigger, timedelta(hours=delay_hours), moments, START + DAY)
    return [(_after_hours(one.due_at), _after_hours(one.acts_at) if one.acts_at else None) for one in found]


def _after_hours(at: datetime) -> float:
    return (at - START).total_seconds() / 3600


def test_reply_cancels_a_wait_and_the_next_message_begins_another() -> None:
    told = (_wrote(0), _replied(2), _wrote(3), _wrote(5), _replied(8))

    assert _episodes(RuleTrigger.CUSTOMER_WAITS, *told) == [(4, None), (7, 7)]


def test_wait_acts_once_though_more_happens() -> None:
    told = (_wrote(0), _assigned(5, "ana"), _assigned(6, None))

    assert _episodes(RuleTrigger.CUSTOMER_WAITS, *told) == [(4, 4)]


def test_wait_that_is_due_while_it_sleeps_acts_when_it_goes_on() -> None:
    told = (_wrote(0), _status(1, "open", "snoozed"), _status(9, "snoozed", "open", "woken"))

    assert _episodes(RuleTrigger.CUSTOMER_WAITS, *told) == [(4, 9)]


def test_machines_wait_for_nothing() -> None:
    assert _episodes(RuleTrigger.CUSTOMER_WAITS, _wrote(0, "machine")) == []


def test_whoever_opens_it_again_has_the_customer_waiting_as_long_as_they_did() -> None:
    told = (_wrote(0), _status(1, "open", "resolved"), _status(6, "resolved", "open"))

    assert _episodes(RuleTrigger.CUSTOMER_WAITS, *told) == [(4, 6)]


def test_customer_who_writes_again_waits_from_then_on() -> None:
    told = (_wrote(0), _status(1, "open", "resolved"), _status(6, "resolved", "open", "customer_wrote"), _wrote(6))

    assert _episodes(RuleTrigger.CUSTOMER_WAITS, *told) == [(4, None), (10, 10)]


def test_silence_begins_with_our_last_word() -> None:
    told = (_wrote(0), _replied(1), _status(1, "open", "pending"), _replied(3), _wrote(20))

    assert _episodes(RuleTrigger.CUSTOMER_SILENT, *told) == [(5, None), (7, 7)]


def test_nobody_takes_it_until_somebody_does() -> None:
    told = (_assigned(2, "ana"), _assigned(10, None))

    assert _episodes(RuleTrigger.UNASSIGNED_FOR, *told) == [(4, None), (14, 14)]


def test_who_takes_it_in_the_same_moment_leaves_no_state() -> None:
    assert _episodes(RuleTrigger.UNASSIGNED_FOR, _assigned(0, "ana")) == []


def test_resolved_for_long_enough_or_not() -> None:
    told = (_status(1, "open", "resolved"), _status(3, "resolved", "open"), _status(6, "open", "resolved"))

    assert _episodes(RuleTrigger.RESOLVED_FOR, *told) == [(5, None), (10, 10)]


@pytest.mark.parametrize(
    "gone",
    [
        (1, "ConversationFolderChanged", {"folder": "spam"}),
        (1, "ConversationMerged", {}),
    ],
)
def test_what_is_out_of_the_inbox_is_in_no_state(gone: Told) -> None:
    assert _episodes(RuleTrigger.CUSTOMER_WAITS, _wrote(0), gone) == [(4, None)]


def test_what_is_due_after_now_has_not_acted() -> None:
    assert _episodes(RuleTrigger.CUSTOMER_WAITS, _wrote(22)) == [(26, None)]


def test_state_is_named_by_its_begin() -> None:
    begin = EpisodeFacts(
        status="open",
        folder="inbox",
        is_merged=False,
        is_assigned=False,
        created_at=START,
        waiting_since=None,
        resolved_at=None,
    )

    found = episodes_along(RuleTrigger.UNASSIGNED_FOR, DAY, [(START, begin)], START + 2 * DAY)

    assert found == [PastEpisode(f"unassigned_for:{START.isoformat()}", START + DAY, START + DAY)]
