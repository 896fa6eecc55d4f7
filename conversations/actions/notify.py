"""Telling agents of what has happened: from one event of the log to their notifications."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from django.utils import timezone

from conversations.actions.gather_notification_mail import MAIL_AFTER
from conversations.enums import Folder, NotificationKind
from conversations.events import NotificationAdded
from conversations.models import Conversation, Message, Notification
from conversations.queries.notifications import (
    account_admins,
    agents_mentioned_in,
    already_told,
    followers_of,
    leaders_or_members_of,
    notice_texts,
    those_who_see,
    those_who_want,
)
from hummdesk.events.actor import Actor, ActorKind
from hummdesk.events.models import LoggedEvent
from hummdesk.events.publishing import action, publish


@dataclass(frozen=True)
class _Occasion:
    """An event, with the rows that it is about, and what each agent is to be told with it beyond its kind."""

    event: LoggedEvent
    conversation: Conversation | None
    message: Message | None
    texts: Mapping[UUID, str] = field(default_factory=dict)

    @property
    def author_id(self) -> UUID | None:
        """Whoever did it; a reply that left by the clock is still its author's."""
        author_id = self.message.agent_id if self.message is not None else None
        return author_id or self.event.actor_id


@action
def notify_of_event(*, event_seq: int) -> int:
    """Whoever is to know of the event has a notification of it; returns how many were added.

    Nobody is told of what they did themselves, may not see, or do not want to hear of, nor twice of one event or
    one message. The unique key lets only one of two runs at the same time add a row. Publishes: NotificationAdded.
    """
    event = LoggedEvent.objects.filter(seq=event_seq).first()
    if event is None or event.type not in _KINDS:
        return 0
    kind, candidates = _KINDS[event.type]
    occasion = _occasion(event)
    if not _is_worth_telling(occasion):
        return 0
    agent_ids = candidates(occasion) - {occasion.author_id}
    agent_ids -= already_told(event_seq=event_seq, message=occasion.message)
    if agent_ids and occasion.conversation is not None:
        agent_ids = those_who_see(agent_ids, occasion.conversation)
    wanting = those_who_want(agent_ids, kind) if agent_ids else {}
    return _add(occasion, kind, wanting) if wanting else 0


def _occasion(event: LoggedEvent) -> _Occasion:
    conversation_id, message_id = event.data.get("conversation_id"), event.data.get("message_id")
    conversation = Conversation.objects.filter(id=conversation_id).first() if conversation_id else None
    message = Message.objects.filter(id=message_id, deleted_at=None).first() if message_id else None
    return _Occasion(event, conversation, message, notice_texts(event) if event.type == "RuleApplied" else {})


def _is_worth_telling(occasion: _Occasion) -> bool:
    """Rows may have gone meanwhile, and of spam nobody wants to hear."""
    data, conversation = occasion.event.data, occasion.conversation
    if data.get("message_id") and occasion.message is None:
        return False
    if not data.get("conversation_id"):
        return True
    return conversation is not None and conversation.folder == Folder.INBOX


def _add(occasion: _Occasion, kind: NotificationKind, wanting: Mapping[UUID, bool]) -> int:
    """`wanting`: whether each agent wants it by mail, too."""
    rows = [_notification(occasion, kind, agent_id, by_mail=wanting[agent_id]) for agent_id in sorted(wanting)]
    Notification.objects.bulk_create(rows, ignore_conflicts=True)
    added = Notification.objects.filter(id__in=[row.id for row in rows])
    for row in added:
        publish(
            NotificationAdded(
                actor=Actor(ActorKind(row.actor_kind), row.actor_id),
                conversation_id=row.conversation_id,
                notification_id=row.id,
                agent_id=row.agent_id,
                kind=kind,
            )
        )
    return len(added)


def _notification(occasion: _Occasion, kind: NotificationKind, agent_id: UUID, *, by_mail: bool) -> Notification:
    event = occasion.event
    return Notification(
        agent_id=agent_id,
        kind=kind,
        conversation=occasion.conversation,
        message=occasion.message,
        actor_kind=event.actor_kind,
        actor_id=event.actor_id,
        event_seq=event.seq,
        text=occasion.texts.get(agent_id, ""),
        mail_due_at=timezone.now() + MAIL_AFTER if by_mail else None,
    )


def _assignee(occasion: _Occasion) -> set[UUID]:
    """Only while they still are: who was assigned for a moment need not know."""
    assignee_id, conversation = occasion.event.data.get("assignee_id"), occasion.conversation
    if not assignee_id or conversation is None or str(conversation.assignee_id) != assignee_id:
        return set()
    return {UUID(assignee_id)}


def _mentioned(occasion: _Occasion) -> set[UUID]:
    return agents_mentioned_in(occasion.message) if occasion.message else set()


def _followers(occasion: _Occasion) -> set[UUID]:
    return followers_of(occasion.conversation) if occasion.conversation else set()


def _followers_and_assignee(occasion: _Occasion) -> set[UUID]:
    """The assignee follows without having asked for it."""
    found = _followers(occasion)
    if occasion.conversation is not None and occasion.conversation.assignee_id is not None:
        found.add(occasion.conversation.assignee_id)
    return found


def _responsible(occasion: _Occasion) -> set[UUID]:
    """The assignee, or else the leaders of the team."""
    conversation = occasion.conversation
    if conversation is None:
        return set()
    if conversation.assignee_id is not None:
        return {conversation.assignee_id}
    return leaders_or_members_of(conversation.team_id) if conversation.team_id else set()


def _leaders(occasion: _Occasion) -> set[UUID]:
    """Those of the team that the customer was helped by, whoever has the conversation now."""
    team_id = occasion.event.data["team_id"]
    return leaders_or_members_of(UUID(team_id)) if team_id else set()


def _named(occasion: _Occasion) -> set[UUID]:
    return {UUID(agent_id) for agent_id in occasion.event.data["agent_ids"]}


def _admins(_of: _Occasion) -> set[UUID]:
    return account_admins()


_KINDS: Mapping[str, tuple[NotificationKind, Callable[[_Occasion], set[UUID]]]] = {
    "ConversationAssigned": (NotificationKind.ASSIGNED, _assignee),
    "NoteAdded": (NotificationKind.MENTIONED, _mentioned),
    "ReplyWritten": (NotificationKind.MENTIONED, _mentioned),
    "MessageEdited": (NotificationKind.MENTIONED, _mentioned),
    "MessageReceived": (NotificationKind.REPLY, _followers_and_assignee),
    "ReplySent": (NotificationKind.REPLY, _followers),
    "RuleApplied": (NotificationKind.RULE, _named),
    "SlaWarned": (NotificationKind.SLA_WARNING, _responsible),
    "SlaBreached": (NotificationKind.SLA_BREACH, _responsible),
    "CsatAnswered": (NotificationKind.LOW_RATING, _leaders),
    "WebhookDisabled": (NotificationKind.WEBHOOK_DISABLED, _admins),
}
