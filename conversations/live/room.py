"""The sockets of one account in this process: one reader of the log for all of them."""

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any, ParamSpec, Protocol, TypeVar
from uuid import UUID

from channels.layers import get_channel_layer
from django.utils import timezone

from accounts.models import Account
from accounts.sockets import SocketPass, renewed_passes
from conversations.access import Sight
from conversations.live.audience import told_of
from conversations.live.presence import Presence, changed_conversations, changed_typing, read_presence
from conversations.live.wire import Rendered
from conversations.queries.live import LogPart, Places, log_part, missed_nudges, places_of, sights_of
from hummdesk.errors import DomainError, NotAMember
from hummdesk.events.queries import last_seq
from hummdesk.live.limit import beat_for_sockets
from hummdesk.live.nudges import (
    LOG_GREW,
    PRESENCE_CHANGED,
    RIGHTS_CHANGED,
    SOCKETS_EVICTED,
    Nudge,
    account_group,
)
from hummdesk.live.sockets import TOO_MANY
from hummdesk.logs import logger
from hummdesk.tenancy.async_database import account_database
from hummdesk.tenancy.sockets import NOT_FOUND

P = ParamSpec("P")
R = TypeVar("R")

# Seconds. The room looks at everything this often, whatever it was told or missed.
TICK_S = 5
RIGHTS_TRUSTED_S = 10
RETRY_S = 1
# Events read at once; less than a socket's queue holds.
BATCH = 200


class Listener(Protocol):
    """A socket as its room knows it."""

    id: str
    passport: SocketPass
    sight: Sight
    conversation_id: str | None
    wants_json: bool

    def offer(self, text: str) -> None: ...
    def end(self, code: int) -> None: ...
    def refuse(self, error: DomainError) -> None: ...


class Room:
    """Where the sockets of an account stand. Reads the log once for all of them, in order and without gaps.

    A message of the account's group says only that there is something to read; one that is lost costs seconds.
    """

    def __init__(self, account: Account) -> None:
        self.account = account
        self.guests = 0
        self._listeners: set[Listener] = set()
        self._position: int | None = None
        self._presence: Presence = {}
        self._rights_known_at = time.monotonic()
        self._ticked_at = time.monotonic()
        self._news: set[str] = set()
        self._has_news = asyncio.Event()
        self._lock = asyncio.Lock()
        self._work = [asyncio.ensure_future(part) for part in (self._hear(), self._run())]

    async def close(self) -> None:
        """Nobody is here any more."""
        for part in self._work:
            part.cancel()
        await asyncio.gather(*self._work, return_exceptions=True)

    async def join(self, listener: Listener, since: str | None) -> None:
        """The listener hears everything from now on; before, what it missed after `since`, and who is where."""
        async with self._lock:
            await self._catch_up()
            if since is not None:
                await self._resume(listener, since)
            await self._greet(listener)
            self._listeners.add(listener)

    def leave(self, listener: Listener) -> None:
        """The listener hears nothing more."""
        self._listeners.discard(listener)

    # What happens in turns, one at a time.

    async def _hear(self) -> None:
        """Note what the group says. Cancelling `receive` gives the layer's channel back."""
        while True:
            try:
                layer = get_channel_layer()
                channel = await layer.new_channel()
                await layer.group_add(account_group(self.account.schema_name), channel)
                self._note({"type": LOG_GREW})
                try:
                    while True:
                        self._note(await layer.receive(channel))
                finally:
                    await layer.group_discard(account_group(self.account.schema_name), channel)
            except Exception as error:  # the rim towards Redis: the room reads on by its own clock meanwhile
                logger.warning("live_group_lost", error=type(error).__name__)
                await asyncio.sleep(RETRY_S)

    def _note(self, message: Mapping[str, Any]) -> None:
        if message["type"] == SOCKETS_EVICTED:
            self._end(lambda listener: listener.id in message["ids"], TOO_MANY)
            return
        self._news.add(message["type"])
        self._has_news.set()

    async def _run(self) -> None:
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._has_news.wait(), self._ticked_at + TICK_S - time.monotonic())
            try:
                async with self._lock:
                    await self._turn()
            except Exception as error:  # the rim towards the database: the sockets stay, the next turn tries again
                logger.warning("live_turn_failed", error=type(error).__name__)
                await asyncio.sleep(RETRY_S)
                self._note({"type": LOG_GREW})

    async def _turn(self) -> None:
        news = {*self._news}
        self._news.clear()
        self._has_news.clear()
        is_tick = time.monotonic() - self._ticked_at >= TICK_S
        if is_tick:
            self._ticked_at = time.monotonic()
        if RIGHTS_CHANGED in news or time.monotonic() - self._rights_known_at >= RIGHTS_TRUSTED_S:
            await self._renew_rights()
            await self._beat()
        if LOG_GREW in news or is_tick:
            await self._catch_up()
        if PRESENCE_CHANGED in news or is_tick:
            await self._look_around()

    # The log.

    async def _catch_up(self) -> None:
        """Everything that was committed before is passed on."""
        if self._position is None:
            self._position = await self._database(last_seq)()
            return
        part: LogPart | None = None
        while part is None or not part.is_whole:
            part = await self._database(log_part)(self._position, BATCH)
            if part.changes_rights:
                await self._renew_rights()
            for nudge in part.nudges:
                self._pass_on(nudge, part.places)
            self._position = part.last_seq

    def _pass_on(self, nudge: Nudge, places: Places) -> None:
        place = places.get(nudge.conversation_id or "")
        whole = Rendered(nudge)
        for listener in [*self._listeners]:
            told = told_of(listener.sight, nudge, place)
            if listener.conversation_id is None:
                if told is not None:
                    rendered = whole if told is nudge else Rendered(told)
                    listener.offer(rendered.text(as_json=listener.wants_json))
            elif listener.conversation_id == nudge.conversation_id:
                if place is None or not listener.sight.covers(place):
                    listener.end(NOT_FOUND)
                    self.leave(listener)
                elif told is not None:
                    listener.offer(whole.text(as_json=listener.wants_json))

    async def _resume(self, listener: Listener, since: str) -> None:
        """What the listener missed is passed on to it alone, or it hears that this is too much: `resync`."""
        known = int(since) if since.isascii() and since.isdigit() and len(since) < 19 else None
        # One that knows more than there is comes from before a restored backup.
        missed = None
        if known is not None and known <= self._seq:
            missed = await self._database(missed_nudges)(known)
        if missed is None:
            resync = Rendered(self._ephemeral("resync", None, {}))
            listener.offer(resync.text(as_json=listener.wants_json))
            return
        nudges, places = missed
        for nudge in nudges:
            if nudge.seq > self._seq:  # committed since the room looked: comes to everybody in the next turn
                return
            told = told_of(listener.sight, nudge, places.get(nudge.conversation_id or ""))
            if told is not None and listener.conversation_id in (None, told.conversation_id):
                listener.offer(Rendered(told).text(as_json=listener.wants_json))

    # Who may be here.

    async def _renew_rights(self) -> None:
        """Every listener's rights are those of now; who has none left is closed."""
        self._rights_known_at = time.monotonic()
        listeners = [*self._listeners]
        if not listeners:
            return
        passes = await self._database(renewed_passes)(self.account, [one.passport for one in listeners])
        sights = await self._database(sights_of)([one.membership for one in passes if isinstance(one, SocketPass)])
        places = await self._database(places_of)([one.conversation_id for one in listeners])
        for listener, renewed in zip(listeners, passes, strict=True):
            if isinstance(renewed, DomainError):
                listener.refuse(renewed)
                self.leave(listener)
            else:
                self._settle(listener, renewed, sights, places)

    async def _beat(self) -> None:
        beats = [(one.sight.agent_id, one.id) for one in self._listeners]
        await beat_for_sockets(self.account.schema_name, beats)

    def _settle(self, listener: Listener, renewed: SocketPass, sights: Mapping[UUID, Sight], places: Places) -> None:
        sight = sights.get(renewed.membership.user_id)
        if sight is None:
            listener.refuse(NotAMember())
            self.leave(listener)
            return
        listener.passport, listener.sight = renewed, sight
        if listener.conversation_id is not None:
            place = places.get(listener.conversation_id)
            if place is None or not sight.covers(place):
                listener.end(NOT_FOUND)
                self.leave(listener)

    def _end(self, concerns: Callable[[Listener], bool], code: int) -> None:
        for listener in [*self._listeners]:
            if concerns(listener):
                listener.end(code)
                self.leave(listener)

    # Who is where.

    async def _look_around(self) -> None:
        """What has changed in who is where is passed on."""
        before, self._presence = self._presence, await read_presence(self.account.schema_name)
        changed = [*changed_conversations(before, self._presence)]
        places = await self._database(places_of)(changed) if changed else {}
        for conversation_id in changed:
            old, new = before.get(conversation_id, {}), self._presence.get(conversation_id, {})
            listeners = self._those_who_see(conversation_id, places)
            _offer(listeners, self._presence_of(conversation_id))
            for one, is_typing in changed_typing(old, new):
                data = {"agent_id": one.agent_id, "name": one.name, "state": "typing" if is_typing else "stopped"}
                typing = self._ephemeral("typing", conversation_id, data)
                here = [other for other in listeners if other.conversation_id == conversation_id]
                _offer([other for other in here if str(other.sight.agent_id) != one.agent_id], typing)

    async def _greet(self, listener: Listener) -> None:
        """A new listener learns who is where; a conversation that is not named has nobody."""
        ids = [one for one in self._presence if listener.conversation_id in (None, one)]
        places = await self._database(places_of)(ids) if ids else {}
        for conversation_id, place in places.items():
            if listener.sight.covers(place):
                _offer([listener], self._presence_of(conversation_id))

    def _those_who_see(self, conversation_id: str, places: Places) -> Iterable[Listener]:
        place = places.get(conversation_id)
        if place is None:
            return []
        here = [one for one in self._listeners if one.conversation_id in (None, conversation_id)]
        return [one for one in here if one.sight.covers(place)]

    def _presence_of(self, conversation_id: str) -> Nudge:
        there = self._presence.get(conversation_id, {}).values()
        agents = [{"id": one.agent_id, "name": one.name, "state": str(one.state)} for one in there]
        agents.sort(key=lambda agent: (agent["name"], agent["id"]))
        return self._ephemeral("presence", conversation_id, {"agents": agents})

    def _ephemeral(self, type: str, conversation_id: str | None, data: dict[str, Any]) -> Nudge:
        """Return an event that is in no log; its `seq` is the newest one passed on, from which to resume."""
        at = timezone.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return Nudge(type=type, conversation_id=conversation_id, seq=self._seq, at=at, data=data)

    @property
    def _seq(self) -> int:
        return self._position or 0

    def _database(self, function: Callable[P, R]) -> Callable[P, Any]:
        return account_database(self.account, function)


def _offer(listeners: Iterable[Listener], nudge: Nudge) -> None:
    rendered = Rendered(nudge)
    for listener in listeners:
        listener.offer(rendered.text(as_json=listener.wants_json))
