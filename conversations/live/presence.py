"""Who is looking at which conversation, kept in Redis: one entry for each socket that says so.

An entry ends with its socket, or when no heartbeat has come for a while: a web process that was killed leaves
nobody behind.
"""

import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings

from conversations.enums import PresenceState
from hummdesk.live.nudges import PRESENCE_CHANGED
from hummdesk.live.store import live_key, live_redis, or_without_redis, tell_account

# Somebody who has stopped to type is viewing again after this time.
TYPING_S = 8
_STRENGTH = {PresenceState.IDLE: 0, PresenceState.VIEWING: 1, PresenceState.TYPING: 2}


@dataclass(frozen=True)
class Present:
    """One agent at one conversation."""

    agent_id: str
    name: str
    state: PresenceState


# By conversation id, then by agent id.
Presence = Mapping[str, Mapping[str, Present]]


async def note_presence(
    schema: str, socket_id: str, *, conversation_id: str, agent_id: UUID, name: str, state: PresenceState
) -> None:
    """The socket's agent is at the conversation for the next while."""
    entry = json.dumps([conversation_id, str(agent_id), name, state, time.time()])
    await or_without_redis(None, _put(live_key(schema, "presence"), socket_id, entry))


async def _put(key: str, socket_id: str, entry: str) -> None:
    async with live_redis().pipeline(transaction=False) as pipe:
        pipe.hset(key, socket_id, entry)
        pipe.expire(key, 2 * settings.LIVE_PRESENCE_S)
        await pipe.execute()


async def forget_presence(schema: str, socket_id: str) -> None:
    """The socket's agent is not at the conversation any more, by this socket."""
    await or_without_redis(0, live_redis().hdel(live_key(schema, "presence"), socket_id))


async def announce_presence(schema: str) -> None:
    """All web processes look at who is where."""
    await tell_account(schema, {"type": PRESENCE_CHANGED})


async def read_presence(schema: str) -> Presence:
    """Return who is where in the account; entries that have run out are gone. One call, a second to clean up."""
    key = live_key(schema, "presence")
    entries: Any = await or_without_redis({}, live_redis().hgetall(key))
    found: dict[str, dict[str, Present]] = {}
    expired, now = [], time.time()
    for socket_id, entry in entries.items():
        conversation_id, agent_id, name, state, at = json.loads(entry)
        if now - at > settings.LIVE_PRESENCE_S:
            expired.append(socket_id)
            continue
        if state == PresenceState.TYPING and now - at > TYPING_S:
            state = PresenceState.VIEWING
        agents = found.setdefault(conversation_id, {})
        agents[agent_id] = _stronger(agents.get(agent_id), Present(agent_id, name, PresenceState(state)))
    if expired:
        await or_without_redis(0, live_redis().hdel(key, *expired))
    return found


def changed_conversations(before: Presence, now: Presence) -> Iterable[str]:
    """Return the conversations at which somebody else is, or does something else, than before."""
    return sorted(one for one in {*before, *now} if before.get(one, {}) != now.get(one, {}))


def changed_typing(before: Mapping[str, Present], now: Mapping[str, Present]) -> Iterable[tuple[Present, bool]]:
    """Return the agents who have begun (True) or stopped (False) to type at one conversation."""
    for agent_id in sorted({*before, *now}):
        old, new = before.get(agent_id), now.get(agent_id)
        is_typing = new is not None and new.state == PresenceState.TYPING
        was_typing = old is not None and old.state == PresenceState.TYPING
        one = new or old
        if is_typing != was_typing and one is not None:
            yield one, is_typing


def _stronger(one: Present | None, other: Present) -> Present:
    """Of two sockets of one agent the livelier one counts."""
    return other if one is None or _STRENGTH[other.state] > _STRENGTH[one.state] else one
