"""What is measured: calls of the API, each with the requests that make one unit."""

import itertools
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

Request = tuple[str, str, dict[str, Any] | None]
RARE_WORD, COMMON_WORD = "quixotrope", "order"
DEEP_PAGE = 40


@dataclass(frozen=True)
class Call:
    """One unit of work: `request(number)` is (method, path, JSON body); the goal is CPU-ms of app and database."""

    name: str
    request: Callable[[int], Request]
    goal_cpu_ms: float | None = None
    status: int = 200


@dataclass(frozen=True)
class Corpus:
    """What the calls ask for in one account."""

    conversation_ids: Sequence[str]
    long_thread_id: str
    team_id: str
    deep_cursor: str


def calls(corpus: Corpus) -> Sequence[Call]:
    """Return the measured calls, cheapest to set up first."""
    ids = list(corpus.conversation_ids)
    numbers = itertools.count()
    return [
        Call("the caller (the floor of a call)", _get("/me")),
        Call("list, default", _get("/conversations"), 10),
        Call("list, open of a team", _get(f"/conversations?status=open&team_id={corpus.team_id}"), 10),
        Call("list, unread and mine", _get("/conversations?unread=true&assignee_id=me"), 10),
        Call("list, by priority", _get("/conversations?status=open,pending&ordering=-priority"), 10),
        Call(f"list, page {DEEP_PAGE}", _get(f"/conversations?cursor={corpus.deep_cursor}"), 10),
        Call("conversation", lambda number: ("GET", f"/conversations/{ids[number % len(ids)]}", None), 12),
        Call("thread of 30 messages", _get(f"/conversations/{corpus.long_thread_id}/messages?limit=30"), 12),
        Call("stats", _get("/conversations/stats"), None),
        Call("search, rare word", _get(f"/search?q={RARE_WORD}"), 15),
        Call("search, common word", _get(f"/search?q={COMMON_WORD}"), 25),
        Call("search, name", _get("/search?q=virtan"), 25),
        Call(
            "reply",
            lambda number: (
                "POST",
                f"/conversations/{ids[number % len(ids)]}/messages",
                {"kind": "reply", "body_text": f"Thank you, number {number}."},
            ),
            14,
            201,
        ),
        Call("create", lambda _number: ("POST", "/conversations", new_conversation(next(numbers))), 10, 201),
    ]


def new_conversation(
    number: int, text: str = "Where is my parcel? It should have been here by now."
) -> dict[str, Any]:
    """Return the body that opens a conversation of a customer of their own."""
    return {
        "subject": f"Parcel {number}",
        "contact": {"email": f"bench-{uuid.uuid4().hex[:12]}@customers.example", "name": "Ada Bench"},
        "message": {"body_text": text},
        "channel": "api",
    }


def _get(path: str) -> Callable[[int], Request]:
    return lambda _number: ("GET", path, None)
