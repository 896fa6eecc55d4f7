"""What the demo's customers write about. Read from `texts/<slug>/<language>.toml`."""

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from random import Random
from string import Formatter
from typing import Any

from conversations.demo.accounts import TEXTS

KIND_OF_SPEAKER = {"customer": "incoming", "reply": "reply", "note": "note"}
# Wordings kept of one text with choices: enough that neighbours differ, few enough to load at once.
WORDINGS = 8
_CHOICE = re.compile(r"\[([^\[\]|]*(?:\|[^\[\]|]*)+)\]")


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of a topic: who speaks, and the wordings to choose from, with {slots}."""

    kind: str
    wordings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Topic:
    """A thread with slots. `slots` are those of subjects and public messages, `note_slots` those of notes.

    The cuts are the numbers of turns after which a thread of that state stops.
    """

    key: str
    team: str
    category: str
    priority: str
    sentiment: str
    tags: tuple[str, ...]
    goods: tuple[str, ...]
    is_trade: bool
    weight: int
    subjects: tuple[str, ...]
    turns: tuple[Turn, ...]
    slots: tuple[str, ...]
    note_slots: tuple[str, ...]
    open_cuts: tuple[int, ...]
    answered_cuts: tuple[int, ...]
    finished_cuts: tuple[int, ...]


@lru_cache
def load_topics(slug: str, language: str) -> tuple[Topic, ...]:
    """The topics of an account in one language, in the order of the file."""
    raw = tomllib.loads((TEXTS / slug / f"{language}.toml").read_text(encoding="utf-8"))
    return tuple(_topic(topic) for topic in raw["topic"])


def _topic(raw: dict[str, Any]) -> Topic:
    turns = tuple(_turn(raw["key"], number, turn) for number, turn in enumerate(raw["turns"]))
    kinds = [turn.kind for turn in turns]
    subjects = tuple(raw["subjects"])
    public = [wording for turn in turns if turn.kind != "note" for wording in turn.wordings]
    notes = [wording for turn in turns if turn.kind == "note" for wording in turn.wordings]
    return Topic(
        key=raw["key"],
        team=raw["team"],
        category=raw["category"],
        priority=raw["priority"],
        sentiment=raw["sentiment"],
        tags=tuple(raw["tags"]),
        goods=tuple(raw.get("goods", ())),
        is_trade=raw.get("trade", False),
        weight=raw["weight"],
        subjects=subjects,
        turns=turns,
        slots=slots_of((*subjects, *public)),
        note_slots=slots_of(notes),
        open_cuts=_open_cuts(kinds),
        answered_cuts=_answered_cuts(kinds),
        finished_cuts=_finished_cuts(kinds),
    )


def _turn(key: str, number: int, raw: dict[str, str]) -> Turn:
    ((speaker, text),) = raw.items()
    return Turn(KIND_OF_SPEAKER[speaker], expand_choices(text.strip(), f"{key}/{number}"))


def expand_choices(text: str, seed: str) -> tuple[str, ...]:
    """Up to `WORDINGS` different texts in which each `[a|b]` has become one of its options."""
    options = [match.split("|") for match in _CHOICE.findall(text)]
    frame = _CHOICE.sub("\0", text).split("\0")
    combinations = list(product(*options))
    kept = Random(seed).sample(combinations, min(WORDINGS, len(combinations)))
    return tuple("".join(_interleave(frame, chosen)) for chosen in kept)


def _interleave(frame: list[str], chosen: tuple[str, ...]) -> list[str]:
    pieces = [frame[0]]
    for option, rest in zip(chosen, frame[1:], strict=True):
        pieces += [option, rest]
    return pieces


def slots_of(texts: tuple[str, ...] | list[str]) -> tuple[str, ...]:
    """The names in braces over all texts, sorted, each once."""
    return tuple(sorted({name for text in texts for _, name, _, _ in Formatter().parse(text) if name}))


def _open_cuts(kinds: list[str]) -> tuple[int, ...]:
    """After a customer's message that the script answers later on; a note may have followed it."""
    last_reply = len(kinds) - 1 - kinds[::-1].index("reply")
    after = [number + 1 for number, kind in enumerate(kinds) if kind == "incoming" and number < last_reply]
    noted = [cut + 1 for cut in after if kinds[cut] == "note"]
    return tuple(sorted(after + noted))


def _answered_cuts(kinds: list[str]) -> tuple[int, ...]:
    """After a reply that is not the last, for it may wait for the customer; the last if there is only one."""
    replies = [number + 1 for number, kind in enumerate(kinds) if kind == "reply"]
    return tuple(replies[:-1] or replies)


def _finished_cuts(kinds: list[str]) -> tuple[int, ...]:
    """After the last reply, or, twice as often, after all."""
    last_reply = len(kinds) - kinds[::-1].index("reply")
    return (last_reply, len(kinds), len(kinds))
