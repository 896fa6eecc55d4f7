"""Which events rules look at, and what an event tells of before and after."""

from collections.abc import Mapping, Sequence
from typing import Any

from conversations.enums import RuleTrigger
from conversations.rules.fields import AFTER, BEFORE, CUSTOM
from hummdesk.events.actor import ActorKind
from hummdesk.events.models import LoggedEvent

_TRIGGER_OF_EVENT: Mapping[str, RuleTrigger] = {
    "ConversationOpened": RuleTrigger.CONVERSATION_OPENED,
    "MessageReceived": RuleTrigger.MESSAGE_RECEIVED,
    "ReplySent": RuleTrigger.REPLY_SENT,
    "NoteAdded": RuleTrigger.NOTE_ADDED,
    "ConversationStatusChanged": RuleTrigger.STATUS_CHANGED,
    "ConversationPriorityChanged": RuleTrigger.PRIORITY_CHANGED,
    "ConversationCategoryChanged": RuleTrigger.CATEGORY_CHANGED,
    "ConversationTeamChanged": RuleTrigger.TEAM_CHANGED,
    "ConversationAssigned": RuleTrigger.ASSIGNEE_CHANGED,
    "ConversationTagsChanged": RuleTrigger.TAGS_CHANGED,
    "ConversationFieldsChanged": RuleTrigger.FIELDS_CHANGED,
    "SlaWarned": RuleTrigger.SLA_WARNED,
    "SlaBreached": RuleTrigger.SLA_BREACHED,
}
EVENT_OF_TRIGGER: Mapping[str, str] = {trigger: event for event, trigger in _TRIGGER_OF_EVENT.items()}
# Event → the field that it changes, and the names under which it tells the value before and after.
CHANGED_BY_EVENT: Mapping[str, tuple[str, str, str]] = {
    "ConversationStatusChanged": ("status", "status_before", "status"),
    "ConversationPriorityChanged": ("priority", "priority_before", "priority"),
    "ConversationCategoryChanged": ("category", "category_before", "category_id"),
    "ConversationTeamChanged": ("team", "team_before", "team_id"),
    "ConversationAssigned": ("assignee", "assignee_before", "assignee_id"),
    "ConversationTagsChanged": ("tags", "removed", "added"),
    "ConversationFolderChanged": ("folder", "folder_before", "folder"),
    "SlaPolicySet": ("sla_policy", "policy_before", "policy_id"),
    "ConversationSubjectChanged": ("subject", "subject_before", "subject"),
}


def triggers_of(event: LoggedEvent, *, begins_with_message: bool = False) -> Sequence[RuleTrigger]:
    """Return what rules may listen to for this event, none for what none can. `begins_with_message`: what begins a
    conversation stands for its first message, too. Notes that rules leave are no news to rules.
    """
    trigger = _TRIGGER_OF_EVENT.get(event.type)
    if trigger is None or (trigger == RuleTrigger.NOTE_ADDED and event.actor_kind == ActorKind.RULE):
        return []
    if trigger == RuleTrigger.CONVERSATION_OPENED and begins_with_message:
        return [trigger, RuleTrigger.MESSAGE_RECEIVED]
    return [trigger]


def told_by(event: LoggedEvent) -> dict[str, Any]:
    """Return the fields `before.…` and `after.…` that an event tells; categories are ids."""
    if event.type == "ConversationFieldsChanged":
        return {
            f"{prefix}{CUSTOM}{name}": value
            for prefix, values in ((BEFORE, event.data["fields_before"]), (AFTER, event.data["fields"]))
            for name, value in values.items()
        }
    if event.type not in CHANGED_BY_EVENT:
        return {}
    field, before, after = CHANGED_BY_EVENT[event.type]
    return {BEFORE + field: event.data[before], AFTER + field: event.data[after]}
