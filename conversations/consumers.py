"""The sockets of the inbox: nudges to whom they concern, by the rights of the moment."""

import json
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

from channels.generic.websocket import AsyncWebsocketConsumer
from django.utils import timezone
from django.utils.html import format_html

from accounts.permissions import Permission
from accounts.sockets import renewed_membership, socket_membership
from conversations.access import get_conversation_for
from conversations.queries.inbox import visible_ids
from hummdesk.errors import DomainError, NotAuthenticated, NotFound
from hummdesk.events.dispatcher import nudge_of
from hummdesk.events.queries import events_since, last_seq
from hummdesk.live.nudges import account_group
from hummdesk.tenancy.async_database import account_database
from hummdesk.tenancy.sockets import FORBIDDEN, NOT_FOUND, SIGNED_OUT
from teams.access import Viewer, viewer_of

# How long a socket trusts what it last knew of its agent's rights.
RIGHTS_TRUSTED_S = 3
MESSAGE_MAX_LENGTH = 1000
RESUME_WINDOW = timedelta(minutes=10)
RESUME_MOST = 500

NudgeFields = dict[str, Any]


class InboxConsumer(AsyncWebsocketConsumer):
    """Sends every nudge of the account that its agent may know of.

    Takes `{"type": "ping"}`. Closes with 4401 when signed out, 4403 when no longer a member.
    """

    async def connect(self) -> None:
        """Accept first, so that a refusal carries a code that the client can read."""
        await self.accept()
        self.account = self.scope["account"]
        self.group = account_group(self.account.schema_name)
        query = parse_qs(self.scope["query_string"].decode("latin-1"))
        self.wants_json = query.get("format") == ["json"]
        try:
            self.membership = await socket_membership(self.scope)
            self.viewer = await account_database(self.account, viewer_of)(self.membership)
            self.rights_known_at = time.monotonic()
            await self.check_access()
        except DomainError as error:
            await self.refuse(error)
            return
        await self.channel_layer.group_add(self.group, self.channel_name)
        if since := query.get("since"):
            await self.resume(since[0])

    async def check_access(self) -> None:
        """Raise when the agent may not listen here."""

    async def refuse(self, error: DomainError) -> None:
        """Close with the code that says why."""
        codes = {NotAuthenticated.status: SIGNED_OUT, NotFound.status: NOT_FOUND}
        await self.close(codes.get(error.status, FORBIDDEN))

    async def disconnect(self, code: int) -> None:
        """Leave the group."""
        if hasattr(self, "group"):
            await self.channel_layer.group_discard(self.group, self.channel_name)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Answer a ping; anything else is not understood and ignored."""
        try:
            message = json.loads((text_data or "")[:MESSAGE_MAX_LENGTH])
        except (ValueError, RecursionError):
            return
        if isinstance(message, dict) and message.get("type") == "ping":
            await self.send(json.dumps({"type": "pong"}))

    async def nudges(self, event: dict[str, Any]) -> None:
        """Pass on what the channel layer brings, after a look at the agent's rights."""
        try:
            await self.renew_rights()
        except DomainError as error:
            await self.refuse(error)
            return
        await self.pass_on(event["nudges"])

    async def rights_changed(self, event: dict[str, Any]) -> None:
        """Look at the agent's rights at once, and close when there are none left."""
        self.rights_known_at = -RIGHTS_TRUSTED_S
        try:
            await self.renew_rights()
            await self.check_access()
        except DomainError as error:
            await self.refuse(error)

    async def renew_rights(self) -> None:
        """The viewer's rights are at most a few seconds old. Raises when the membership has ended."""
        if time.monotonic() - self.rights_known_at < RIGHTS_TRUSTED_S:
            return
        self.membership = await renewed_membership(self.scope, self.membership)
        self.viewer = await account_database(self.account, viewer_of)(self.membership)
        self.rights_known_at = time.monotonic()

    async def pass_on(self, nudges: Sequence[NudgeFields]) -> None:
        """Send those nudges that the agent may know of."""
        for nudge in await account_database(self.account, _allowed)(self.viewer, nudges):
            await self.send(json.dumps(nudge) if self.wants_json else _fragment(nudge))

    async def resume(self, since: str) -> None:
        """Send what was missed after `since`, or say that it is too much: `resync`."""
        rows = None
        if since.isascii() and since.isdigit() and len(since) < 19:
            rows = await account_database(self.account, _missed)(int(since))
        if rows is None:
            newest = await account_database(self.account, last_seq)()
            await self.send(json.dumps({"type": "resync", "seq": newest}))
        else:
            await self.pass_on(rows)


class ConversationConsumer(InboxConsumer):
    """Sends the nudges of one conversation. Closes with 4404 when it is not the agent's to see."""

    async def check_access(self) -> None:
        """Raise when the conversation is missing or not the agent's to see."""
        find = account_database(self.account, get_conversation_for)
        conversation = await find(self.viewer, self.scope["url_route"]["kwargs"]["id"])
        self.conversation_id = str(conversation.id)

    async def pass_on(self, nudges: Sequence[NudgeFields]) -> None:
        """Send those nudges that are about this conversation."""
        await super().pass_on([nudge for nudge in nudges if nudge["conversation_id"] == self.conversation_id])


def _allowed(viewer: Viewer, nudges: Sequence[NudgeFields]) -> Sequence[NudgeFields]:
    """Return the nudges that the viewer may know of.

    A conversation that was assigned away from the viewer leaves a nudge without an id: the list has changed.
    """
    if viewer.can(Permission.VIEW_CONVERSATIONS_ALL):
        return nudges
    ids = {nudge["conversation_id"] for nudge in nudges if nudge["conversation_id"]}
    visible = set(map(str, visible_ids(viewer, list(map(UUID, ids)))))
    allowed = []
    for nudge in nudges:
        if nudge["conversation_id"] is None or nudge["conversation_id"] in visible:
            allowed.append(nudge)
        elif nudge["data"].get("assignee_before") == str(viewer.id):
            allowed.append({**nudge, "conversation_id": None, "data": {}})
    return allowed


def _missed(since: int) -> Sequence[NudgeFields] | None:
    rows = events_since(since, not_before=timezone.now() - RESUME_WINDOW, limit=RESUME_MOST)
    if rows is None:
        return None
    return [nudge.fields() for row in rows if (nudge := nudge_of(row))]


def _fragment(nudge: NudgeFields) -> str:
    return format_html(
        '<hd-nudge hidden data-type="{}" data-conversation-id="{}" data-seq="{}"></hd-nudge>',
        nudge["type"],
        nudge["conversation_id"] or "",
        nudge["seq"],
    )
