"""Writes the demo's conversations: the same ones for the same seed and moment."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import TypeVar

from conversations.demo.accounts import DemoAccount, load_demo_account
from conversations.demo.contacts import ContactBook, DemoContact
from conversations.demo.outcomes import planned_status, shifted_priority
from conversations.demo.slots import Scene, fill_note_slots, fill_slots
from conversations.demo.timing import DAY_S, GAPS_S, DemoClock, workday_from
from conversations.demo.topics import Topic, Turn, load_topics

FINISHED_STATUSES = ("resolved", "closed")
# Shares of the conversations that nobody has answered: still without an agent, without even a team.
UNASSIGNED_SHARE = 0.65
UNSORTED_SHARE = 0.15
# Share of the assignee's open conversations whose last message has been read.
READ_SHARE = 0.55
# Urgent topics are answered so many times faster.
URGENT_HASTE = 4
# What came in overnight is answered within this long after the office opens.
OPENING_RUSH_S = 5_400
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class DemoMessage:
    """One message: `kind` is incoming, reply or note; `author` a place in the cast, None for the contact."""

    kind: str
    author: int | None
    body_text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class DemoConversation:
    """One conversation with its messages in order of time; all moments are aware UTC.

    `category`: a slug. `waiting_since`: when the customer wrote first since our last reply, None once finished.
    `is_read`: whether the assignee has seen the last message.
    """

    contact: DemoContact
    subject: str
    language: str
    status: str
    priority: str
    category: str
    sentiment: str
    tags: tuple[str, ...]
    team: str | None
    assignee: int | None
    messages: tuple[DemoMessage, ...]
    is_read: bool
    created_at: datetime
    last_activity_at: datetime
    waiting_since: datetime | None
    first_replied_at: datetime | None
    snoozed_until: datetime | None
    resolved_at: datetime | None


def generate(slug: str, count: int, *, seed: int, now: datetime) -> Iterator[DemoConversation]:
    """`count` conversations of a demo account over the 60 days before `now` (aware), oldest first.

    Raises KeyError for a slug that is no demo account.
    """
    account = load_demo_account(slug)
    rng = Random(f"{slug}/{seed}")
    clock = DemoClock(account.timezone, now)
    writer = _Scriptwriter(account, rng, clock)
    for arrival_s in clock.arrivals(count, rng):
        yield writer.conversation(arrival_s)


class _Scriptwriter:
    """Turns a moment of arrival into a conversation, drawing everything else."""

    def __init__(self, account: DemoAccount, rng: Random, clock: DemoClock) -> None:
        self._account = account
        self._rng = rng
        self._clock = clock
        self._book = ContactBook(account, rng)
        self._first_names = [member.first_name for member in account.cast]
        self._topics = {
            (language, is_trade): _weighted_topics(account.slug, language, is_trade=is_trade)
            for language in account.languages
            for is_trade in (False, True)
        }
        self._crews = {
            (team.slug, language): _crew(account, team.slug, language)
            for team in account.teams
            for language in account.languages
        }
        self._products = {
            topic.key: [item for item in account.products if not topic.goods or item.group in topic.goods]
            for topics in self._topics.values()
            for topic in topics
        }

    def conversation(self, arrival_s: int) -> DemoConversation:
        """The next conversation, which begins at that moment."""
        contact = self._book.next_writer()
        topic = self._pick(self._topics[contact.language, bool(contact.company)])
        agent = self._pick(self._crews[topic.team, contact.language])
        planned = planned_status(self._clock.now_s - arrival_s, self._rng)
        turns = topic.turns[: self._pick(_cuts(topic, planned))]
        moments = self._moments(turns, arrival_s, is_urgent=topic.priority == "urgent")
        kinds = [turn.kind for turn in turns[: len(moments)]]
        status = planned if len(moments) == len(turns) else _status_so_far(kinds)
        subject, messages = self._words(topic, contact, agent, moments)
        return self._framed(topic, contact, subject, messages, status=status, agent=agent)

    def _pick(self, items: Sequence[T]) -> T:
        return items[int(self._rng.random() * len(items))]

    def _moments(self, turns: tuple[Turn, ...], arrival_s: int, *, is_urgent: bool) -> list[int]:
        """When each turn happens, as far as it has happened by now."""
        draw = self._rng.random
        moments = [arrival_s]
        for turn in turns[1:]:
            gap_s = int(self._pick(GAPS_S[turn.kind]) * (0.6 + 0.8 * draw()))
            moment_s = moments[-1] + (gap_s // URGENT_HASTE if is_urgent else gap_s)
            if turn.kind != "incoming" and not is_urgent:
                moment_s = self._clock.at_desk(moment_s, int(draw() * OPENING_RUSH_S))
            if moment_s >= self._clock.now_s:
                break
            moments.append(moment_s)
        return moments

    def _scene(self, topic: Topic, contact: DemoContact, moments: list[int]) -> Scene:
        draw = self._rng.random
        first_reply = next((number for number, turn in enumerate(topic.turns) if turn.kind == "reply"), 0)
        spoken_s = moments[min(first_reply, len(moments) - 1)]
        return Scene(
            rng=self._rng,
            account=self._account,
            contact=contact,
            language=contact.language,
            product=self._pick(self._products[topic.key]),
            city=self._pick(self._account.cities),
            quantity=2 + int(draw() * 8),
            local_s=self._clock.local_s(moments[0]),
            promised_day=workday_from(self._clock.local_s(spoken_s) // DAY_S + 2 + int(draw() * 4)),
            days_back=5 + int(draw() * 21),
        )

    def _words(
        self, topic: Topic, contact: DemoContact, agent: int, moments: list[int]
    ) -> tuple[str, tuple[DemoMessage, ...]]:
        """The subject, and the messages of those moments."""
        scene = self._scene(topic, contact, moments)
        colleague = (agent + 1) % len(self._first_names)
        slots = fill_slots(scene, topic.slots)
        slots["agent"] = self._first_names[agent]
        slots["colleague"] = self._first_names[colleague]
        note_slots = fill_note_slots(scene, topic.note_slots, slots) if topic.note_slots else slots
        messages = [
            DemoMessage(
                kind=turn.kind,
                author=None if turn.kind == "incoming" else agent,
                body_text=self._pick(turn.wordings).format_map(note_slots if turn.kind == "note" else slots),
                at=_moment(moment_s),
            )
            for turn, moment_s in zip(topic.turns, moments, strict=False)
        ]
        return self._pick(topic.subjects).format_map(slots), tuple(messages)

    def _framed(
        self,
        topic: Topic,
        contact: DemoContact,
        subject: str,
        messages: tuple[DemoMessage, ...],
        *,
        status: str,
        agent: int,
    ) -> DemoConversation:
        draw = self._rng.random
        first_replied_at = next((message.at for message in messages if message.kind == "reply"), None)
        is_taken = first_replied_at is not None or status != "open" or draw() >= UNASSIGNED_SHARE
        last = messages[-1]
        resolved_at = self._soon_after(last.at) if status in FINISHED_STATUSES else None
        return DemoConversation(
            contact=contact,
            subject=subject,
            language=contact.language,
            status=status,
            priority=shifted_priority(topic.priority, self._rng),
            category=topic.category,
            sentiment=topic.sentiment,
            tags=topic.tags if draw() < 0.5 else topic.tags[:1],
            team=topic.team if is_taken or draw() >= UNSORTED_SHARE else None,
            assignee=agent if is_taken else None,
            messages=messages,
            is_read=last.kind != "incoming" or status in FINISHED_STATUSES or draw() < READ_SHARE,
            created_at=messages[0].at,
            last_activity_at=resolved_at or last.at,
            waiting_since=None if status in FINISHED_STATUSES else _waiting_since(messages),
            first_replied_at=first_replied_at,
            snoozed_until=self._morning() if status == "snoozed" else None,
            resolved_at=resolved_at,
        )

    def _morning(self) -> datetime:
        return _moment(self._clock.next_morning_s(1 + int(self._rng.random() * 9)))

    def _soon_after(self, at: datetime) -> datetime:
        resolved_s = self._clock.at_desk(int(at.timestamp()) + 120, int(self._rng.random() * OPENING_RUSH_S))
        return _moment(min(resolved_s, self._clock.now_s))


def _weighted_topics(slug: str, language: str, *, is_trade: bool) -> list[Topic]:
    """Each topic as often as its weight says; those of the trade only for contacts with a company."""
    topics = load_topics(slug, language)
    return [topic for topic in topics if is_trade or not topic.is_trade for _ in range(topic.weight)]


def _crew(account: DemoAccount, team: str, language: str) -> list[int]:
    """Who in the cast answers for a team in a language, or in any if nobody there speaks it."""
    members = [number for number, member in enumerate(account.cast) if team in member.teams]
    return [number for number in members if language in account.cast[number].languages] or members


def _cuts(topic: Topic, status: str) -> tuple[int, ...]:
    if status == "open":
        return topic.open_cuts
    return topic.finished_cuts if status in FINISHED_STATUSES else topic.answered_cuts


def _status_so_far(kinds: list[str]) -> str:
    """The status of a thread that is still going on: whose turn it is."""
    spoken = [kind for kind in kinds if kind != "note"]
    return "open" if spoken[-1] == "incoming" else "pending"


def _waiting_since(messages: tuple[DemoMessage, ...]) -> datetime | None:
    waiting_since = None
    for message in messages:
        if message.kind == "reply":
            waiting_since = None
        elif message.kind == "incoming" and waiting_since is None:
            waiting_since = message.at
    return waiting_since


def _moment(moment_s: int) -> datetime:
    return datetime.fromtimestamp(moment_s, UTC)
