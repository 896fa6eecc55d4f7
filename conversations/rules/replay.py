"""States that lasted, played again from the log: when each began, when it was due, and whether it was over sooner."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from conversations.enums import FINISHED, Status
from conversations.rules.episodes import EpisodeFacts, episode_of
from conversations.rules.past import PastState
from hummdesk.events.models import LoggedEvent

# What lasts for less, no worker would have seen: a mail is routed a moment after it came.
NOTICED = timedelta(seconds=1)


@dataclass(frozen=True)
class PastEpisode:
    """A state that a conversation was in; `acts_at` is when a rule would have acted, None where it was over before."""

    key: str
    due_at: datetime
    acts_at: datetime | None


def episodes_along(
    trigger: str, delay: timedelta, moments: Sequence[tuple[datetime, EpisodeFacts]], until: datetime
) -> Sequence[PastEpisode]:
    """Return the states of a rule's trigger, in their order; `moments` are what a conversation was from when on.

    A state that is interrupted, as by a snooze, and goes on is one: what is due meanwhile acts when it goes on.
    """
    found: dict[str, PastEpisode] = {}
    ends = [*(at for at, _facts in moments[1:]), until]
    for (at, facts), end in zip(moments, ends, strict=True):
        episode = episode_of(trigger, facts)
        if episode is None or end - at < NOTICED or ((known := found.get(episode.key)) and known.acts_at):
            continue
        due_at = episode.began_at + delay
        acts_at = max(due_at, at)
        found[episode.key] = PastEpisode(episode.key, due_at, acts_at if acts_at < end else None)
    return list(found.values())


def facts_along(
    facts: EpisodeFacts, steps: Iterable[tuple[LoggedEvent, PastState]], awaited: Mapping[str, bool]
) -> Iterator[tuple[datetime, EpisodeFacts]]:
    """Yield what a conversation was from each moment on: `facts` at its begin, then after each event, in their order.

    `awaited`: of messages that do not count for whoever waits False, such as those of machines, and forwards.
    Messages that a merge or a split moved count where they came first.
    """
    yield facts.created_at, facts
    unanswered: datetime | None = None
    for event, state in steps:
        facts = _after(facts, event, state, unanswered)
        if event.type in ("MessageReceived", "ReplySent") and awaited.get(event.data.get("message_id", ""), True):
            is_ours = event.type == "ReplySent"
            unanswered = None if is_ours else unanswered or event.at
            facts = replace(facts, waiting_since=None if is_ours else facts.waiting_since or event.at)
        yield event.at, facts


def _after(facts: EpisodeFacts, event: LoggedEvent, state: PastState, unanswered: datetime | None) -> EpisodeFacts:
    changes: dict[str, Any] = {
        "status": state.fields["status"],
        "folder": state.fields["folder"],
        "is_assigned": state.fields["assignee"] is not None,
    }
    match event.type:
        case "ConversationStatusChanged":
            changes |= _after_status(facts, event, unanswered)
        case "ConversationAssigned" if event.data["assignee_id"] is None:
            changes["unassigned_at"] = event.at
        case "ConversationMerged" | "ConversationUnmerged":
            changes["is_merged"] = event.type == "ConversationMerged"
        case "ReplySent":
            changes["replied_at"] = event.at
    return replace(facts, **changes)


def _after_status(facts: EpisodeFacts, event: LoggedEvent, unanswered: datetime | None) -> Mapping[str, Any]:
    """As `set_status` does it: opened again by hand, it has its customer waiting for as long as they did."""
    status = event.data["status"]
    moment = {Status.PENDING.value: "pending_at", Status.OPEN.value: "opened_at"}.get(status)
    changes: dict[str, Any] = {moment: event.at} if moment else {}
    if status in FINISHED:
        return {**changes, "resolved_at": facts.resolved_at or event.at, "waiting_since": None}
    if event.data["status_before"] in FINISHED and not event.data.get("cause"):
        changes["waiting_since"] = unanswered
    return {**changes, "resolved_at": None}
