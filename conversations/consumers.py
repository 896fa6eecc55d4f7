"""The sockets of the inbox and of one conversation."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from accounts.sockets import open_socket
from conversations.enums import PresenceState
from conversations.live.presence import announce_presence, forget_presence, note_presence
from conversations.live.room import Room
from conversations.live.rooms import enter_room, leave_room
from conversations.live.wire import PONG
from conversations.queries.live import sight_on_entry
from hummdesk.live.limit import forget_socket, note_socket
from hummdesk.live.sockets import LiveSocket
from hummdesk.tenancy.async_database import account_database
from teams.actions.follow_presence import come_back


class InboxConsumer(LiveSocket):
    """Sends every nudge of the account that its agent may know of.

    Takes `{"type": "ping"}`. Close codes: docs/live.md.
    """

    room: Room | None = None
    conversation_id: str | None = None

    async def opened(self) -> None:
        """Check who this is and what they may see, then stand in the account's room."""
        query = parse_qs(self.scope["query_string"].decode("latin-1"))
        self.wants_json = query.get("format") == ["json"]
        self.passport = await open_socket(self.scope)
        account = self.passport.membership.account
        self.schema = account.schema_name
        asked = self.scope["url_route"]["kwargs"].get("id")
        self.sight, self.conversation_id = await account_database(account, sight_on_entry)(
            self.passport.membership, asked
        )
        self.room = enter_room(account)
        await self.room.join(self, since=query.get("since", [None])[0])
        # Now that the room knows it: an older one that must go for it is told through the room.
        await note_socket(self.schema, self.sight.agent_id, self.id)
        if self.sight.is_away_by_itself:
            await account_database(account, come_back)(agent_id=self.sight.agent_id)

    async def heard(self, message: Mapping[str, Any]) -> None:
        """Answer a ping; anything else is not understood and ignored."""
        if message.get("type") == "ping":
            self.offer(PONG)

    async def closed(self) -> None:
        """Leave the room."""
        if self.room is not None:
            self.room.leave(self)
            await leave_room(self.room)
            await forget_socket(self.schema, self.sight.agent_id, self.id)


class ConversationConsumer(InboxConsumer):
    """Sends the nudges of one conversation, and tells the others what its agent does there.

    Takes `{"type": "presence", "state": "viewing" | "typing" | "idle"}` and `{"type": "typing"}` as heartbeats.
    Closes with 4404 when the conversation is missing, or no more the agent's to see.
    """

    state: PresenceState | None = None

    async def heard(self, message: Mapping[str, Any]) -> None:
        """Note what the agent does; that something has changed is told at once."""
        state = _state_in(message)
        if state is None or self.conversation_id is None:
            await super().heard(message)
            return
        before, self.state = self.state, state
        await note_presence(
            self.schema,
            self.id,
            conversation_id=self.conversation_id,
            agent_id=self.sight.agent_id,
            name=self.sight.name,
            state=state,
        )
        if state != before or state == PresenceState.TYPING:
            await announce_presence(self.schema)

    async def closed(self) -> None:
        """Leave the conversation, and then the room."""
        if self.state is not None:
            await forget_presence(self.schema, self.id)
            await announce_presence(self.schema)
        await super().closed()


def _state_in(message: Mapping[str, Any]) -> PresenceState | None:
    """Return what a heartbeat says, None for any other message."""
    if message.get("type") == "typing":
        return PresenceState.TYPING
    state = message.get("state") if message.get("type") == "presence" else None
    return PresenceState(state) if isinstance(state, str) and state in PresenceState.values else None
