"""What events refer to by id, by the names that agents know."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model, TextField, Value
from django.db.models.functions import Cast, Coalesce, Concat, NullIf

from accounts.permissions import Permission
from conversations.models import AutomationRule, Category, Contact, Conversation, Macro, MessageVersion
from hummdesk.events.actor import ActorKind
from hummdesk.events.models import LoggedEvent
from teams.access import Viewer
from teams.models import Agent, SlaPolicy, Team

# The field of an event's data that is an id → whose.
_MODEL_OF_FIELD: Mapping[str, type[Model]] = {
    "assignee_before": Agent,
    "assignee_id": Agent,
    "agent_id": Agent,
    "team_before": Team,
    "team_id": Team,
    "category_before": Category,
    "category_id": Category,
    "into_id": Conversation,
    "source_id": Conversation,
    "from_id": Conversation,
    "new_conversation_id": Conversation,
    "contact_id": Contact,
    "macro_id": Macro,
    "policy_before": SlaPolicy,
    "policy_id": SlaPolicy,
    "version_id": MessageVersion,
}
_MODEL_OF_ACTOR: Mapping[str, type[Model]] = {
    ActorKind.AGENT: Agent,
    ActorKind.CONTACT: Contact,
    ActorKind.PLATFORM: Agent,
    ActorKind.RULE: AutomationRule,
}


_NAME_OF: Mapping[type[Model], Any] = {
    Contact: Coalesce(NullIf(Cast("name", TextField()), Value("", TextField())), Cast("email", TextField())),
    Conversation: Concat(Value("#"), Cast("display_id", TextField()), output_field=TextField()),
}


@dataclass(frozen=True)
class EventNames:
    """Names by id, and what messages said before, by version; ids of what is gone are not there."""

    names: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)

    def of(self, id: str | None) -> dict[str, str] | None:
        """Return the id with its name ("" for what is gone), None for none."""
        return {"id": id, "name": self.names.get(id, "")} if id else None


def event_names(viewer: Viewer, events: Sequence[LoggedEvent]) -> EventNames:
    """Return the names of all that these events mention. One query, and one more when a message was changed.

    `texts` has only what the viewer may read: one's own messages, all of them with `delete_messages`.
    """
    ids: dict[type[Model], set[str]] = {}
    for model, mentioned in _mentioned(events):
        ids.setdefault(model, set()).add(mentioned)
    texts = _texts(viewer, ids.pop(MessageVersion, set()))
    queries = [_named(model, wanted) for model, wanted in ids.items()]
    rows = queries[0].union(*queries[1:], all=True) if queries else []
    return EventNames(dict(rows), texts)


def _named(model: type[Model], ids: set[str]) -> Any:
    rows = model._default_manager.filter(pk__in=ids).order_by()
    name = _NAME_OF.get(model, Cast("name", TextField()))
    return rows.annotate(thing=Cast("pk", TextField()), its_name=name).values_list("thing", "its_name")


def _mentioned(events: Iterable[LoggedEvent]) -> Iterable[tuple[type[Model], str]]:
    for event in events:
        if event.actor_id and event.actor_kind in _MODEL_OF_ACTOR:
            yield _MODEL_OF_ACTOR[event.actor_kind], str(event.actor_id)
        for name, model in _MODEL_OF_FIELD.items():
            if event.data.get(name):
                yield model, event.data[name]


def _texts(viewer: Viewer, ids: set[str]) -> dict[str, str]:
    if not ids:
        return {}
    rows = MessageVersion.objects.filter(id__in=ids)
    if not viewer.can(Permission.DELETE_MESSAGES):
        rows = rows.filter(message__agent_id=viewer.id)
    return {str(version): text for version, text in rows.values_list("id", "body_text")}
