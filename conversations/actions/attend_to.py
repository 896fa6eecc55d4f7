"""What follows by itself from events of conversations: rules, then clocks, then routing."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from conversations.actions.keep_clocks import keep_all_clocks
from conversations.actions.route import route_after_events
from conversations.actions.run_rules import run_rules
from conversations.models import AutomationRule
from conversations.queries.promises import CLOCK_MOVERS
from conversations.queries.rules import active_rules
from hummdesk.events.models import LoggedEvent
from hummdesk.events.queries import note_attended
from hummdesk.logs import logger

# What fails is tried again each time that its lease ends, but not for longer.
TRIED_FOR = timedelta(hours=1)


def attend_to(events: Sequence[LoggedEvent]) -> int:
    """Rules, clocks and routing have looked at these events, which the caller has claimed; returns how many there are.

    Rules act in transactions of their own, the clocks of all conversations in one, and routing in some. All of it may
    run twice, late, or when conversations have gone. Whoever has nothing to do finds that out with one cheap query for
    all. Of one conversation's events the next one is looked at when all is done about the one before.
    """
    rules = active_rules()
    for turn in _turns(events) if rules else [events]:
        failed = _attend(turn, rules)
        tried_long = timezone.now() - TRIED_FOR
        note_attended([event.seq for event in turn if event.seq not in failed or event.at < tried_long])
    return len(events)


def _turns(events: Sequence[LoggedEvent]) -> Sequence[Sequence[LoggedEvent]]:
    """Return the first event of each conversation, then the second of each, and so on."""
    turns: list[list[LoggedEvent]] = []
    seen: dict[UUID | None, int] = defaultdict(int)
    for event in events:
        place = seen[event.object_id]
        seen[event.object_id] += 1
        if place == len(turns):
            turns.append([])
        turns[place].append(event)
    return turns


def _attend(events: Sequence[LoggedEvent], rules: Sequence[AutomationRule]) -> set[int]:
    """Return the places of those at which something fails."""
    failed: set[int] = set()
    for event in events if rules else ():
        failed |= _done(lambda alone: run_rules(alone[0], rules), [event])
    if movers := [event for event in events if event.type in CLOCK_MOVERS]:
        failed |= _done(_keep_clocks, movers)
    return failed | _done(_route, events)


def _keep_clocks(events: Sequence[LoggedEvent]) -> None:
    keep_all_clocks(conversation_ids={event.object_id for event in events if event.object_id})


def _route(events: Sequence[LoggedEvent]) -> None:
    route_after_events([(event.object_id, event.data) for event in events if event.object_id])


def _done(work: Callable[[Sequence[LoggedEvent]], object], events: Sequence[LoggedEvent]) -> set[int]:
    """The work is done for all events together, or where that fails for each by itself; returns where that fails."""
    try:
        work(events)
    except Exception as error:  # the rim: what fails for one event keeps nothing from the others
        if len(events) > 1:
            return set().union(*(_done(work, [event]) for event in events))
        logger.error("attending_failed", event_seq=events[0].seq, type=events[0].type, error=type(error).__name__)
        return {events[0].seq}
    return set()
