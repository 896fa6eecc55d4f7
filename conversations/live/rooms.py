"""The rooms of this process: an account has one while any of its sockets is open."""

import asyncio
from weakref import WeakKeyDictionary

from accounts.models import Account
from conversations.live.room import Room

_rooms: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, Room]] = WeakKeyDictionary()


def enter_room(account: Account) -> Room:
    """Return the account's room with one guest more, whom `leave_room` must count out again."""
    rooms = _rooms.setdefault(asyncio.get_running_loop(), {})
    room = rooms.get(account.schema_name)
    if room is None:
        room = rooms[account.schema_name] = Room(account)
    room.guests += 1
    return room


async def leave_room(room: Room) -> None:
    """One guest less; the last one closes the room."""
    room.guests -= 1
    if room.guests == 0:
        del _rooms[asyncio.get_running_loop()][room.account.schema_name]
        await room.close()
