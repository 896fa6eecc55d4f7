"""What a conversation was at an event: read from the log backwards from now."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from conversations.rules.triggers import CHANGED_BY_EVENT
from hummdesk.events.models import LoggedEvent

PAST_EVENTS = frozenset({*CHANGED_BY_EVENT, "ConversationFieldsChanged", "TagChanged"})


@dataclass(frozen=True)
class PastState:
    """What the log tells of a conversation; `fields` by the names of `CHANGED_BY_EVENT`, ids as text."""

    fields: Mapping[str, Any]
    tags: frozenset[str]
    custom: Mapping[str, Any]


def states_at(now: PastState, events: Iterable[LoggedEvent]) -> Iterator[tuple[LoggedEvent, PastState]]:
    """Yield each event with what the conversation was just after it; `events` are all until now, the newest first.

    What an event says that it set is what there was, also where a row has gone since and with it the value of now.
    """
    state = now
    for event in events:
        yield event, after_event(state, event)
        state = before_event(state, event)


def before_event(state: PastState, event: LoggedEvent) -> PastState:
    """Return what there was before an event that led to this."""
    return _with(state, event, is_after=False)


def after_event(state: PastState, event: LoggedEvent) -> PastState:
    """Return the state with what the event says that it set."""
    return _with(state, event, is_after=True)


def _with(state: PastState, event: LoggedEvent, *, is_after: bool) -> PastState:
    data = event.data
    if event.type == "ConversationTagsChanged":
        come, gone = (data["added"], data["removed"]) if is_after else (data["removed"], data["added"])
        return replace(state, tags=(state.tags - frozenset(gone)) | frozenset(come))
    if event.type == "TagChanged":
        return state if is_after else _renamed_back(state, data)
    if event.type == "ConversationFieldsChanged":
        values = data["fields" if is_after else "fields_before"]
        custom = {name: value for name, value in {**state.custom, **values}.items() if value is not None}
        return replace(state, custom=custom)
    if event.type in CHANGED_BY_EVENT:
        field, before, after = CHANGED_BY_EVENT[event.type]
        return replace(state, fields={**state.fields, field: data[after if is_after else before]})
    return state


def _renamed_back(state: PastState, data: Mapping[str, Any]) -> PastState:
    """Who had a tag that was deleted, the log does not tell."""
    if data["name"] is None or data["name"] not in state.tags:
        return state
    return replace(state, tags=(state.tags - {data["name"]}) | {data["name_before"]})
