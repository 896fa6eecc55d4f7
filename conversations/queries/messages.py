"""What was said in a conversation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Prefetch, Q, QuerySet, Subquery, prefetch_related_objects

from conversations.access import get_conversation_for, visible_conversations, with_id
from conversations.enums import MessageKind
from conversations.models import (
    Conversation,
    ConversationRead,
    FirstMessageDraft,
    Message,
    MessageDraft,
    MessageMention,
)
from conversations.queries.timeline import messages_of
from hummdesk.compiled import CompiledLookup
from hummdesk.errors import NotFound, ValidationFailed
from hummdesk.events.actor import ActorKind
from hummdesk.events.models import LoggedEvent
from teams.access import Viewer
from teams.models import Agent, Team

# What goes between us and the customer.
BETWEEN_US = (MessageKind.INCOMING, MessageKind.REPLY)
# Where a message stands: its moment, then its id.
Place = tuple[datetime, UUID]
# After these an answer that was begun before may not fit any more.
_WRITING = ("MessageReceived", "ReplyWritten", "NoteAdded")
NEWER_SHOWN = 20
# `held_replies_due` for one look at many schemas (`fan_out`); the partial index on `send_at` answers it.
REPLY_IS_DUE_SQL = "EXISTS (SELECT FROM {schema}.conversations_message WHERE send_at <= now() AND deleted_at IS NULL)"


@dataclass(frozen=True)
class NewerMessage:
    """A message that somebody else wrote, and its event's `seq`."""

    seq: int
    message: Message


@dataclass(frozen=True)
class Mentioned:
    """Whom a message calls."""

    agents: Sequence[Agent]
    teams: Sequence[Team]


def messages_in(
    conversation: Conversation,
    viewer: Viewer,
    *,
    kind: str = "",
    before: Place | None = None,
    after: Place | None = None,
) -> QuerySet[Message]:
    """Return messages of a conversation with authors, attachments and mentions. Three queries when read."""
    rows = messages_of(conversation, viewer).select_related("agent", "contact")
    if kind:
        rows = rows.filter(kind=kind)
    if before is not None:
        rows = rows.filter(Q(created_at__lt=before[0]) | Q(created_at=before[0], id__lt=before[1]))
    if after is not None:
        rows = rows.filter(Q(created_at__gt=after[0]) | Q(created_at=after[0], id__gt=after[1]))
    return rows.prefetch_related("attachments", _mentions())


def load_parts(message: Message) -> Message:
    """Return the message with its attachments and mentions loaded. Two queries."""
    prefetch_related_objects([message], "attachments", _mentions())
    return message


def _mentions() -> "Prefetch[Any, Any, Any]":
    return Prefetch("mentions", MessageMention.objects.select_related("agent", "team").order_by("id"))


def place_of(conversation: Conversation, viewer: Viewer, message_id: UUID, *, field: str) -> Place:
    """Return where a message stands in the conversation. One query. Raises: ValidationFailed, naming the field."""
    found = messages_of(conversation, viewer).filter(id=message_id).values_list("created_at", "id").first()
    if found is None:
        raise ValidationFailed(errors={field: ["This conversation has no such message."]})
    return found


def is_read(message: Message, viewer: Viewer, until: datetime | None) -> bool:
    """Return whether the viewer wrote the message, or has a read mark that is not before it."""
    return message.agent_id == viewer.id or (until is not None and message.created_at <= until)


def message_author(message: Message) -> dict[str, Any]:
    """Return who wrote a message, whose agent and contact are loaded: `{type, id, name}`."""
    if message.contact is not None:
        return {"type": "contact", "id": message.contact_id, "name": message.contact.display_name}
    if message.agent is not None:
        return {"type": "agent", "id": message.agent_id, "name": message.agent.name}
    return {"type": "system", "id": None, "name": ""}


def newer_messages(conversation: Conversation, viewer: Viewer, seen_seq: int) -> Sequence[NewerMessage]:
    """Return what others have written since an event, oldest first, at most 20. Two queries, one if there is nothing.

    While the conversation is locked nothing can come to it: whoever writes in it holds that lock until the commit,
    and their events are in the log by then.
    """
    events = LoggedEvent.objects.filter(object_id=conversation.id, seq__gt=seen_seq, type__in=_WRITING)
    others = events.exclude(actor_kind=ActorKind.AGENT, actor_id=viewer.id).order_by("seq")[:NEWER_SHOWN]
    seq_of = {UUID(event.data["message_id"]): event.seq for event in others}
    if not seq_of:
        return []
    rows = Message.objects.filter(id__in=seq_of, deleted_at=None).select_related("agent", "contact")
    return sorted((NewerMessage(seq_of[row.id], row) for row in rows), key=lambda newer: newer.seq)


def message_to_forward(conversation: Conversation, id: UUID | None) -> Message:
    """Return a message of the conversation with its author, the customer's newest without an id. Two queries at most.

    Raises: NotFound, also for notes and deleted ones, which never leave the team.
    """
    rows = Message.objects.filter(conversation=conversation, deleted_at=None, send_at=None)
    rows = rows.filter(kind__in=[MessageKind.INCOMING, MessageKind.REPLY]).select_related("contact", "agent")
    rows = (rows.filter(id=id) if id is not None else rows).order_by("-created_at", "-id")
    message = rows.filter(kind=MessageKind.INCOMING).first() or rows.first()
    if message is None:
        raise NotFound
    message.conversation = conversation
    return message


def mentioned_by(ids: Sequence[UUID]) -> Mentioned:
    """Return the active agents and the teams with these ids. At most two queries.

    Raises: ValidationFailed, naming the ids that nobody has.
    """
    wanted = set(ids)
    if not wanted:
        return Mentioned((), ())
    agents = list(Agent.objects.filter(pk__in=wanted, is_active=True))
    wanted -= {agent.pk for agent in agents}
    teams = list(Team.objects.filter(id__in=wanted)) if wanted else []
    wanted -= {team.id for team in teams}
    if wanted:
        raise ValidationFailed(errors={"mentions": [f"There is no agent or team {each}." for each in sorted(wanted)]})
    return Mentioned(agents, teams)


def thread_for(viewer: Viewer, id: UUID | int | str) -> tuple[Conversation, datetime | None]:
    """Return a conversation and up to when the viewer has read it, if at all. One query. Raises: NotFound."""
    marks = ConversationRead.objects.filter(conversation=OuterRef("id"), agent_id=viewer.id).values("read_until")
    rows = visible_conversations(viewer).filter(with_id(id)).annotate(mark=Subquery(marks))
    conversation = rows.first()
    if conversation is None:
        raise NotFound
    return conversation, conversation.mark


def event_of_reply(message: Message) -> LoggedEvent | None:
    """Return the event that says how a reply was written. One query.

    None for one that came here from another conversation, whose log has it.
    """
    events = LoggedEvent.objects.filter(object_id=message.conversation_id, type="ReplyWritten")
    return events.filter(data__message_id=str(message.id)).first()


def own_drafts(viewer: Viewer) -> QuerySet[MessageDraft]:
    """Return what the viewer has begun to write in conversations that they may see, with these."""
    visible = visible_conversations(viewer).values("id")
    return MessageDraft.objects.filter(agent=viewer.agent, conversation_id__in=visible).select_related("conversation")


def own_first_draft(viewer: Viewer) -> FirstMessageDraft | None:
    """Return the conversation that the viewer has begun to write, if any. One query."""
    return FirstMessageDraft.objects.filter(agent=viewer.agent).first()


def own_draft(viewer: Viewer, conversation_id: UUID | int | str) -> MessageDraft:
    """Return what the viewer has begun to write in a conversation. Two queries. Raises: NotFound, also for nothing."""
    conversation = get_conversation_for(viewer, conversation_id)
    draft = own_drafts(viewer).filter(conversation_id=conversation.id).first()
    if draft is None:
        raise NotFound
    return draft


def own_held_reply(viewer: Viewer, id: UUID) -> Message | None:
    """Return a reply of the viewer's that has not left yet. One query."""
    return Message.objects.filter(id=id, agent=viewer.agent, deleted_at=None, send_at__isnull=False).first()


@dataclass(frozen=True)
class LastMail:
    """Who wrote the newest mail, if a customer, with the address, and to whom else it went."""

    contact_id: UUID | None
    email: str
    cc: Sequence[str]


def last_mail(conversation: Conversation) -> LastMail | None:
    """Return the newest message between us and the customer whose sender is not in doubt. One query.

    Whom a doubtful sender put in copy must not be offered an answer (CVE-2024-49193).
    """
    rows = Message.objects.filter(conversation=conversation, deleted_at=None, to=[], sender_doubt="")
    found = rows.filter(kind__in=BETWEEN_US).values_list("contact_id", "contact__email", "cc")
    newest = found.order_by("-created_at", "-id").first()
    return LastMail(newest[0], newest[1] or "", newest[2]) if newest else None


def draft_in(conversation: Conversation, viewer: Viewer) -> MessageDraft | None:
    """Return what the viewer has begun to write in a conversation that they see, if anything. One query."""
    return _drafts.first(conversation.id, viewer.id)


def _draft(conversation_id: UUID, agent_id: UUID) -> QuerySet[MessageDraft]:
    return MessageDraft.objects.filter(conversation_id=conversation_id, agent_id=agent_id)


_drafts = CompiledLookup(_draft, UUID, UUID)


def held_replies_due(now: datetime, limit: int) -> Sequence[UUID]:
    """Return replies whose time to leave has come, the longest overdue first. One query."""
    due = Message.objects.filter(send_at__lte=now, deleted_at=None)
    return list(due.order_by("send_at").values_list("id", flat=True)[:limit])
