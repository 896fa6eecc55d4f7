"""What the fields of conditions are for a conversation, now or at a moment that is over."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from django.utils.module_loading import import_string

from conversations.enums import MessageKind, SlaState
from conversations.models import Category, Conversation, Message
from conversations.queries.conversations import DUE_SOON
from conversations.queries.timeline import countable_messages
from conversations.rules.fields import AFTER, BEFORE, CONTACT_CUSTOM, CUSTOM, rule_fields
from conversations.rules.triggers import told_by
from hummdesk.events.models import LoggedEvent
from hummdesk.subscriptions import RULE_VALUES
from teams.calendar import Calendar, is_open_at
from teams.queries import default_hours
from teams.queries.hours import calendar_of

# Of a text, its beginning is looked at.
TEXT_MOST_CHARS = 20_000


@dataclass
class RuleGround:
    """What many looks at conversations share, each read once."""

    _calendars: dict[Any, Calendar | None] = field(default_factory=dict)

    @cached_property
    def slugs(self) -> Mapping[str, str]:
        """The slugs of categories by the text of their ids. One query."""
        return {str(pk): slug for pk, slug in Category.objects.values_list("pk", "slug")}

    def is_open(self, conversation: Conversation, at: datetime) -> bool | None:
        """Return whether the hours of its team, else the account's, are open; None without any."""
        team_id = conversation.team_id
        if team_id not in self._calendars:
            team = conversation.team
            hours = team.hours if team is not None and team.hours_id else default_hours()
            self._calendars[team_id] = calendar_of(hours) if hours else None
        calendar = self._calendars[team_id]
        return is_open_at(calendar, at) if calendar else None


class RuleValues(Mapping[str, Any]):
    """The value of each field of one conversation at a moment, read when it is asked for, and once.

    `tags` are given for a moment that is over, as are the columns of `conversation`; `event` tells what it changed.
    """

    def __init__(
        self,
        conversation: Conversation,
        at: datetime,
        *,
        event: LoggedEvent | None = None,
        tags: list[str] | None = None,
        ground: RuleGround | None = None,
    ) -> None:
        self.conversation, self.at, self.event, self.tags = conversation, at, event, tags
        self.ground = ground or RuleGround()
        self._read: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._read:
            self._read[name] = self._value(name)
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(rule_fields())

    def __len__(self) -> int:
        return len(rule_fields())

    def _value(self, name: str) -> Any:
        if name.startswith((BEFORE, AFTER)):
            value = self._told.get(name)
            return self.ground.slugs.get(value) if name.endswith(".category") and value else value
        if name.startswith(CONTACT_CUSTOM):
            return self.conversation.contact.custom_fields.get(name.removeprefix(CONTACT_CUSTOM))
        if name.startswith(CUSTOM):
            return self.conversation.custom_fields.get(name.removeprefix(CUSTOM))
        if name.startswith("ai."):
            return self._of_others.get(name)
        return _READ[name](self)

    @cached_property
    def _told(self) -> Mapping[str, Any]:
        return told_by(self.event) if self.event is not None else {}

    @cached_property
    def _of_others(self) -> Mapping[str, Any]:
        """What other apps know of the conversation. A query each."""
        found: dict[str, Any] = {}
        for path in RULE_VALUES:
            found |= import_string(path)(conversation_id=self.conversation.id, at=self.at)
        return found


def _id(value: Any) -> str | None:
    return str(value) if value else None


def _category(values: RuleValues) -> str | None:
    return values.ground.slugs.get(str(values.conversation.category_id))


def _tags(values: RuleValues) -> list[str]:
    if values.tags is None:
        values.tags = list(values.conversation.tags.order_by("name").values_list("name", flat=True))
    return values.tags


def _first_message(values: RuleValues) -> str | None:
    messages = Message.objects.filter(conversation=values.conversation, kind=MessageKind.INCOMING, deleted_at=None)
    text = messages.order_by("created_at", "id").values_list("body_text", flat=True).first()
    return text[:TEXT_MOST_CHARS] if text else None


def _newest_message(values: RuleValues) -> str | None:
    messages = countable_messages(values.conversation).filter(created_at__lte=values.at)
    text = messages.order_by("-created_at", "-id").values_list("body_text", flat=True).first()
    return text[:TEXT_MOST_CHARS] if text else None


def _waiting_s(values: RuleValues) -> float | None:
    since = values.conversation.waiting_since
    return (values.at - since).total_seconds() if since else None


def _sla(values: RuleValues) -> str | None:
    """As `sla_state` says of a row."""
    conversation = values.conversation
    due_at = conversation.sla_due_at
    if conversation.sla_breached_at or (due_at and due_at <= values.at):
        return SlaState.BREACHED.value
    if conversation.sla_policy_id is None:
        return None
    return (SlaState.DUE_SOON if due_at and due_at <= values.at + DUE_SOON else SlaState.OK).value


_READ: Mapping[str, Callable[[RuleValues], Any]] = {
    "status": lambda values: values.conversation.status,
    "priority": lambda values: values.conversation.priority,
    "channel": lambda values: values.conversation.channel,
    "folder": lambda values: values.conversation.folder,
    "category": _category,
    "team": lambda values: _id(values.conversation.team_id),
    "assignee": lambda values: _id(values.conversation.assignee_id),
    "tags": _tags,
    "language": lambda values: values.conversation.language or None,
    "mailbox": lambda values: _id(values.conversation.mailbox_id),
    "subject": lambda values: values.conversation.subject,
    "first_message": _first_message,
    "newest_message": _newest_message,
    "contact.email": lambda values: values.conversation.contact.email or None,
    "contact.domain": lambda values: values.conversation.contact.email.rpartition("@")[2] or None,
    "contact.company": lambda values: _id(values.conversation.contact.company_id),
    "waiting_s": _waiting_s,
    "age_s": lambda values: (values.at - values.conversation.created_at).total_seconds(),
    "message_count": lambda values: values.conversation.message_count,
    "hours_open": lambda values: values.ground.is_open(values.conversation, values.at),
    "sla": _sla,
    "actor": lambda values: values.event.actor_kind if values.event is not None else None,
}
