"""A conversation's page: its newest messages with all that is shown of them, and the events that stand between."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connection
from django.db.models import Model, Q

from conversations.access import visible_conversations
from conversations.models import Category, Conversation, MailPage, Message
from conversations.queries.timeline import messages_of
from hummdesk.errors import NotFound
from hummdesk.events.models import LoggedEvent
from teams.access import Viewer
from teams.models import SlaPolicy, Team

# Raw, since the ORM takes longer to make 30 messages with authors and files than PostgreSQL to find them.
# `messages` is the condition on the rows; files and mentions by subqueries, so that no second statement is needed.
_MESSAGES = """
SELECT
    message.id, message.kind, message.contact_id, message.agent_id, contact.name, contact.email,
    coalesce(contact.shows_remote_images, false), agent.name, message.body_html, message.quoted_html,
    message.unreadable_reason, message.delivery_state, message.delivery_error, message."to", message.cc, message.bcc,
    message.send_at, message.is_scheduled, message.is_automatic, message.sender_doubt,
    CASE WHEN message.asks_to_join THEN message.names_conversation_id END, message.created_at, message.edited_at,
    message.deleted_at, message.page_height_px,
    (SELECT json_agg(json_build_array(
        file.id, file.name, file.content_type, file.size_bytes, file.content_id, file.is_inline, file.thumbnail <> ''
     ) ORDER BY file.created_at, file.id)
     FROM conversations_attachment file WHERE file.message_id = message.id)::text,
    ARRAY(
        SELECT coalesce(called.name, team.name) FROM conversations_messagemention mention
        LEFT JOIN teams_agent called ON called.user_id = mention.agent_id
        LEFT JOIN teams_team team ON team.id = mention.team_id
        WHERE mention.message_id = message.id ORDER BY 1
    )
FROM conversations_message message
LEFT JOIN conversations_contact contact ON contact.id = message.contact_id
LEFT JOIN teams_agent agent ON agent.user_id = message.agent_id
WHERE {messages}
ORDER BY message.created_at DESC, message.id DESC
LIMIT %s
"""
# Raw, so that all of this is one statement, since each costs more on the way than in the database. The merged contacts
# are an array, which the index answers.
_STATE = """
SELECT
    EXISTS (SELECT FROM conversations_conversationfollow WHERE conversation_id = %s AND agent_id = %s),
    (SELECT read_until FROM conversations_conversationread WHERE conversation_id = %s AND agent_id = %s),
    EXISTS (SELECT FROM conversations_messagedraft WHERE conversation_id = %s AND agent_id = %s),
    (SELECT display_id FROM conversations_conversation WHERE id = %s),
    (SELECT json_object_agg(user_id, name)::text FROM teams_agent WHERE is_active),
    (SELECT json_agg(json_build_array(seq, type, object_id, actor_kind, actor_id, data, at) ORDER BY seq) FROM (
        SELECT seq, type, object_id, actor_kind, actor_id, data, at FROM events_loggedevent
        WHERE object_id = ANY(ARRAY(SELECT id FROM conversations_contact WHERE merged_into_id = %s) || %s::uuid)
            AND type = ANY(%s) AND at >= coalesce(%s::timestamptz, '-infinity')
        ORDER BY seq DESC
        LIMIT %s
    ) newest)::text
"""
# Events that a reader of the conversation would miss.
TOLD_EVENTS = (
    "ConversationStatusChanged",
    "ConversationAssigned",
    "ConversationTeamChanged",
    "ConversationPriorityChanged",
    "ConversationCategoryChanged",
    "ConversationSubjectChanged",
    "ConversationTagsChanged",
    "ConversationFieldsChanged",
    "ConversationFolderChanged",
    "ConversationMerged",
    "ConversationAbsorbed",
    "ConversationReleased",
    "ConversationUnmerged",
    "MessagesSplit",
    "SplitUndone",
    "MacroApplied",
    "SlaPolicySet",
    "SlaWarned",
    "SlaBreached",
    "ContactMerged",
    "CsatAsked",
    "CsatAnswered",
    "CsatStopped",
)
# Not lines of their own, but marks at messages.
_MARKS = ("MessageDeleted",)
EVENTS_MOST = 500


@dataclass(frozen=True, slots=True)
class ThreadFile:
    """A file of a message."""

    id: UUID
    name: str
    content_type: str
    size_bytes: int
    content_id: str
    is_inline: bool
    has_thumbnail: bool


@dataclass(frozen=True, slots=True)
class ThreadMessage:
    """A message with its author and files; of its author one of `contact_id` and `agent_id`, or neither.

    `may_belong_to` is the conversation that it names, as long as nobody has said whether it belongs there.
    """

    id: UUID
    kind: str
    contact_id: UUID | None
    agent_id: UUID | None
    contact_name: str | None
    contact_email: str | None
    shows_remote_images: bool
    agent_name: str | None
    body_html: str
    quoted_html: str
    unreadable_reason: str
    delivery_state: str
    delivery_error: str
    to: Sequence[str]
    cc: Sequence[str]
    bcc: Sequence[str]
    send_at: datetime | None
    is_scheduled: bool
    is_automatic: bool
    sender_doubt: str
    may_belong_to: UUID | None
    created_at: datetime
    edited_at: datetime | None
    deleted_at: datetime | None
    page_height_px: int | None
    files: Sequence[ThreadFile]
    mentions: Sequence[str]


@dataclass(frozen=True)
class OtherConversation:
    """A conversation that an event names, as far as the viewer may see it."""

    display_id: int
    subject: str


@dataclass(frozen=True)
class NamesInEvents:
    """Names by the text of an id."""

    teams: Mapping[str, str]
    categories: Mapping[str, str]
    policies: Mapping[str, str]


@dataclass(frozen=True)
class ThreadState:
    """Whether the viewer follows the conversation, up to when they have read it, and whether they have begun to write.

    `read_until` is None for never; `merged_into` is the number of the one that it went into; `agents` are the names of
    active ones, by the text of their id; `events` are those told of, oldest first.
    """

    is_following: bool
    read_until: datetime | None
    has_draft: bool
    merged_into: int | None
    agents: Mapping[str, str]
    events: Sequence[LoggedEvent]


@dataclass(frozen=True)
class ThreadRead:
    """The newest messages of a conversation, whether there are older ones, and what else the thread shows."""

    messages: Sequence[ThreadMessage]
    has_earlier: bool
    state: ThreadState


def read_thread(conversation: Conversation, viewer: Viewer, limit: int) -> ThreadRead:
    """Return the thread with its newest messages, and the events since the first of them. Two queries."""
    found = thread_messages(conversation, viewer, limit + 1)
    messages, has_earlier = found[-limit:], len(found) > limit
    since = messages[0].created_at if has_earlier else None
    return ThreadRead(messages, has_earlier, thread_state(viewer, conversation, since=since))


def thread_messages(conversation: Conversation, viewer: Viewer, limit: int) -> Sequence[ThreadMessage]:
    """Return the newest messages, deleted ones too, oldest first. One query, two for a merged conversation."""
    if conversation.merged_into_id is None:
        return _messages("message.conversation_id = %s", [conversation.id], limit)
    ids, parameters = messages_of(conversation, viewer).values("id").query.sql_with_params()
    return _messages(f"message.id IN ({ids})", parameters, limit)


def thread_message(viewer: Viewer, id: UUID) -> ThreadMessage | None:
    """Return one message that the viewer may see, None for none. One query."""
    visible, parameters = visible_conversations(viewer).values("id").query.sql_with_params()
    found = _messages(f"message.id = %s AND message.conversation_id IN ({visible})", [id, *parameters], 1)
    return found[0] if found else None


def mail_page_of(message: Message) -> MailPage:
    """Return a message's page. One query. Raises: NotFound where it has none."""
    page = MailPage.objects.filter(message=message).first()
    if page is None:
        raise NotFound
    return page


def messages_from(message: Message) -> Sequence[UUID]:
    """Return a message and those of its conversation that came after it. One query."""
    rows = Message.objects.filter(conversation_id=message.conversation_id)
    later = Q(created_at__gt=message.created_at) | Q(created_at=message.created_at, id__gte=message.id)
    return list(rows.filter(later).values_list("id", flat=True))


def thread_state(viewer: Viewer, conversation: Conversation, *, since: datetime | None) -> ThreadState:
    """Return what the thread shows beyond its messages; events from a moment on, the newest 500. One query.

    Events of people who were merged into the contact are among them.
    """
    own = [conversation.id, viewer.id]
    events: list[Any] = [conversation.contact_id, conversation.id, [*TOLD_EVENTS, *_MARKS], since, EVENTS_MOST]
    with connection.cursor() as cursor:
        cursor.execute(_STATE, [*own, *own, *own, conversation.merged_into_id, *events])
        is_following, read_until, has_draft, merged_into, agents, text = cursor.fetchall()[0]
    names = orjson.loads(agents) if agents else {}
    rows = orjson.loads(text) if text else ()
    return ThreadState(is_following, read_until, has_draft, merged_into, names, [_event(row) for row in rows])


def _event(row: Sequence[Any]) -> LoggedEvent:
    seq, name, object_id, actor_kind, actor_id, data, at = row
    return LoggedEvent(
        seq=seq,
        type=name,
        object_id=UUID(object_id),
        actor_kind=actor_kind,
        actor_id=UUID(actor_id) if actor_id else None,
        data=data,
        at=datetime.fromisoformat(at),
    )


def names_in(events: Sequence[LoggedEvent]) -> NamesInEvents:
    """Return what the things are called that events name. A query for each kind that there is."""
    return NamesInEvents(
        _named(Team, "team_id", events),
        _named(Category, "category_id", events),
        _named(SlaPolicy, "policy_id", events),
    )


def _named(model: type[Model], field: str, events: Sequence[LoggedEvent]) -> Mapping[str, str]:
    ids = {event.data[field] for event in events if event.data.get(field)}
    rows = model._default_manager.filter(pk__in=ids).values_list("pk", "name") if ids else ()
    return {str(key): name for key, name in rows}


def others_named(viewer: Viewer, events: Sequence[LoggedEvent]) -> Mapping[str, OtherConversation]:
    """Return the conversations that events name, by id, without those that are not the viewer's. At most one query."""
    fields = ("into_id", "source_id", "from_id", "new_conversation_id")
    named = [event.data for event in events if event.type != "ContactMerged"]
    ids = {data[name] for data in named for name in fields if name in data}
    if not ids:
        return {}
    rows = visible_conversations(viewer).filter(id__in=ids).values_list("id", "display_id", "subject")
    return {str(key): OtherConversation(display_id, subject) for key, display_id, subject in rows}


def join_questions(viewer: Viewer, messages: Sequence[ThreadMessage]) -> Mapping[UUID, OtherConversation]:
    """Return what these messages may belong to, by that one's id, as far as the viewer may see it.

    At most one query, none for nearly all threads.
    """
    ids = {message.may_belong_to for message in messages if message.may_belong_to}
    if not ids:
        return {}
    rows = visible_conversations(viewer).filter(id__in=ids).values_list("id", "display_id", "subject")
    return {key: OtherConversation(display_id, subject) for key, display_id, subject in rows}


def _messages(condition: str, parameters: Sequence[Any], limit: int) -> Sequence[ThreadMessage]:
    with connection.cursor() as cursor:
        cursor.execute(_MESSAGES.format(messages=condition), [*parameters, limit])
        rows: list[Any] = cursor.fetchall()
    return [_message(row) for row in reversed(rows)]


def _message(row: tuple[Any, ...]) -> ThreadMessage:
    return ThreadMessage(*(*row[:-2], _files(row[-2]), tuple(row[-1])))


def _files(text: str | None) -> Sequence[ThreadFile]:
    if text is None:
        return ()
    return tuple(ThreadFile(UUID(key), *rest) for key, *rest in orjson.loads(text))
