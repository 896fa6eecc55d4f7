"""The open thread: messages, events and what its head says."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from accounts.permissions import Permission
from conversations.enums import MessageKind
from conversations.models import Conversation
from conversations.queries.thread import (
    ThreadMessage,
    ThreadRead,
    join_questions,
    names_in,
    others_named,
)
from conversations.views.shapes.events import Names, deleted_by, event_items
from conversations.views.shapes.messages import message_item, shown_to
from conversations.views.shapes.shape import Shape
from conversations.views.shapes.thread_head import thread_head
from conversations.views.thread_place import MESSAGES_SHOWN_MOST, ThreadPlace
from teams.access import Viewer


@dataclass(frozen=True)
class DayItem:
    """A line where a day begins."""

    kind: str
    at: datetime
    on: date


@dataclass(frozen=True)
class NewItem:
    """A line over what came since the reader last looked."""

    kind: str
    at: datetime
    count: int


def thread(conversation: Conversation, viewer: Viewer, place: ThreadPlace, read: ThreadRead) -> Shape:
    """Return what stands between the list and the details. Up to three queries for what events name."""
    events = read.state.events
    called = names_in(events)
    others = others_named(viewer, events)
    names = Names(read.state.agents, called.teams, called.categories, called.policies, others)
    lines = event_items(events, names, may_undo=viewer.can(Permission.REPLY))
    shown = _message_items(conversation, viewer, place, read.messages, deleted_by(events, names))
    number = conversation.display_id
    more = min(place.messages * 4, MESSAGES_SHOWN_MOST)
    return {
        "head": thread_head(conversation, viewer, place.inbox, read.state),
        "items": _with_lines([*shown, *lines], _first_new(read.messages, viewer, place)),
        "earlier_url": place.url(number, messages=more) if read.has_earlier and more > place.messages else "",
        "refresh_url": place.url(number),
        "url": place.inbox.conversation_url(number),
    }


def _message_items(
    conversation: Conversation,
    viewer: Viewer,
    place: ThreadPlace,
    messages: Sequence[ThreadMessage],
    deleters: dict[str, str],
) -> list[Any]:
    questions = join_questions(viewer, messages)
    return [
        message_item(
            message,
            viewer,
            recipient=conversation.contact.email,
            deleted_by=deleters.get(str(message.id), ""),
            pictures=message.id == place.pictures,
            joins=questions.get(message.may_belong_to) if message.may_belong_to else None,
        )
        for message in messages
        if shown_to(message, deleters.get(str(message.id)))
    ]


def _first_new(messages: Sequence[ThreadMessage], viewer: Viewer, place: ThreadPlace) -> NewItem | None:
    """Return the line over what others wrote since the reader last looked; None where they never did."""
    if place.seen_until is None:
        return None
    told = (MessageKind.INCOMING, MessageKind.REPLY, MessageKind.NOTE)
    new = [
        message
        for message in messages
        if message.created_at > place.seen_until
        and message.agent_id != viewer.id
        and message.kind in told
        and message.deleted_at is None
    ]
    return NewItem("new", new[0].created_at, len(new)) if new else None


def _with_lines(items: list[Any], first_new: NewItem | None) -> list[Any]:
    """Return all in the order of time, a line where a day begins, and that of what is new before its message."""
    shown: list[Any] = []
    day = None
    for item in sorted(items, key=lambda item: item.at):
        on = timezone.localtime(item.at).date()
        if on != day:
            shown.append(DayItem("day", item.at, on))
            day = on
        if first_new and item.kind == "message" and item.at == first_new.at:
            shown.append(first_new)
            first_new = None
        shown.append(item)
    return shown
