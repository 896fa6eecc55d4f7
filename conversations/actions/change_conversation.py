"""Whatever agents change about a conversation, but for what is said in it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Model
from django.utils.translation import gettext as _

from accounts.permissions import Permission
from conversations.access import get_conversation_for
from conversations.actions.set_status import STATUS_FIELDS, move_status
from conversations.actions.tag_conversation import retag
from conversations.custom_fields import changed_custom_fields
from conversations.enums import Status
from conversations.errors import MergedAway
from conversations.events import (
    ConversationAssigned,
    ConversationCategoryChanged,
    ConversationFieldsChanged,
    ConversationFolderChanged,
    ConversationPriorityChanged,
    ConversationSubjectChanged,
    ConversationTeamChanged,
)
from conversations.models import Conversation
from conversations.promise_events import SlaPolicySet
from conversations.queries.changes import CheckedChanges, checked_changes, fault_in
from hummdesk.events.actor import Actor
from hummdesk.events.event import Event
from hummdesk.events.publishing import action, publish
from hummdesk.versions import require_version
from teams.access import Viewer

_CHANGED_FIELDS = (
    *STATUS_FIELDS,
    "priority",
    "assignee",
    "team",
    "subject",
    "category",
    "custom_fields",
    "folder",
    "sla_policy",
    "sla_policy_is_set",
    "version",
    "updated_at",
)


@action
def change_conversation(
    *, viewer: Viewer, conversation_id: UUID | int | str, changes: Mapping[str, Any], version: int | None = None
) -> Conversation:
    """All of the changes hold, or none; nothing happens where it is so already.

    Keys of `changes`: status, snoozed_until (None: until the customer writes), priority, assignee_id, team_id,
    subject, tags (all of them), add_tags, remove_tags, custom_fields (merged in, None removes one), category
    (slug, id or None), folder and sla_policy_id (None leaves it to the scopes). `version` is the one that the caller
    knows, None to change whatever there is.

    Locks the conversation, and counts its version up by one.
    Raises: NotFound, PermissionDenied, Conflict for a stale version, MergedAway, TransitionRefused, ValidationFailed.
    Publishes: one event with the values before and after for each thing that differs.
    """
    conversation = get_conversation_for(viewer, conversation_id, need=Permission.REPLY, lock=True)
    text = _("The conversation has changed meanwhile: its version is %(version)d now.")
    require_version(version, conversation.version, text)
    apply_changes(conversation, checked_changes(changes), actor=viewer.actor)
    return conversation


def apply_changes(conversation: Conversation, changes: CheckedChanges, *, actor: Actor) -> Sequence[Event]:
    """The locked conversation has these values; return what was published, nothing when all was so; in an action.

    Raises: MergedAway, TransitionRefused, ValidationFailed. Publishes: one event for each thing that differs.
    """
    if conversation.merged_into_id is not None:
        raise MergedAway
    events = [event for change in _CHANGES if (event := change(conversation, changes, actor=actor)) is not None]
    if not events:
        return []
    conversation.version += 1
    conversation.save(update_fields=_CHANGED_FIELDS)
    for event in events:
        publish(event)
    return events


def _id_of(row: Model | None) -> UUID | None:
    return row.pk if row is not None else None


def _change_status(conversation: Conversation, changes: CheckedChanges, *, actor: Actor) -> Event | None:
    status = changes.get("status", Status(conversation.status))
    wakes_at = changes.get("snoozed_until")
    if wakes_at is not None and status != Status.SNOOZED:
        raise fault_in("snoozed_until", _("Only a snoozed conversation has a time to wake up."))
    if not {"status", "snoozed_until"} & set(changes):
        return None
    return move_status(conversation, status, actor=actor, snoozed_until=wakes_at)


def _change_priority(conversation: Conversation, changes: CheckedChanges, *, actor: Actor) -> Event | None:
    before = conversation.priority
    if changes.get("priority", before) == before:
        return None
    conversation.priority = changes["priority"]
    return ConversationPriorityChanged(
        actor=actor, conversation_id=conversation.id, priority_before=before, priority=conversation.priority
    )


def _change_assignee(conversation: Conversation, changes: CheckedChanges, *, actor: Actor) -> Event | None:
    before = conversation.assignee_id
    after = _id_of(changes.get("assignee"))
    if "assignee" not in changes or before == after:
        return None
    conversation.assignee = changes["assignee"]
    return ConversationAssigned(
        actor=actor, conversation_id=conversation.id, assignee_before=before, assignee_id=after
    )


def _change_team(conversation: Conversation, changes: CheckedChanges, *, actor: Actor) -> Event | None:
    before = conversation.team_id
    after = _id_of(changes.get("team"))
    if "team" not in changes or before == after:
        return None
    conversation.team = changes["team"]
    return ConversationTeamChanged(actor=actor, conversation_id=conversation.id, team_before=before, team_id=after)


def _change_category(conversation: Conversation, changes: CheckedChanges, *, actor: Actor) -> Event | None:
    before = conversation.category_id
    after = _id_of(changes.get("category"))
    if "category" not in changes or before == after:
        return None
    conversation.category = changes["category"]
    return ConversationCategoryChanged(
        actor=actor, conversation_id=conversation.id, category_before=before, category_id=after
    )


def _change_subject(conversation: Conversation, changes: CheckedChanges, *, actor: Actor) -> Event | None:
    before = conversation.subject
    if changes.get("subject", before) == before:
        return None
    conversation.subject = changes["subject"]
    return ConversationSubjectChanged(
        actor=actor, conversation_id=conversation.id, subject_before=before, subject=conversation.subject
    )


def _change_fields(conversation: Conversation, changes: CheckedChanges, *, actor: Actor) -> Event | None:
    before = conversation.custom_fields
    after = changed_custom_fields(before, changes.get("custom_fields", {}))
    names = [name for name in before | after if not _is_same(before.get(name), after.get(name))]
    if not names:
        return None
    conversation.custom_fields = after
    return ConversationFieldsChanged(
        actor=actor,
        conversation_id=conversation.id,
        fields_before={name: before.get(name) for name in names},
        fields={name: after.get(name) for name in names},
    )


def _is_same(before: Any, after: Any) -> bool:
    """Return whether two values of a field are alike; `1 == True` is not."""
    return type(before) is type(after) and bool(before == after)


def _change_folder(conversation: Conversation, changes: CheckedChanges, *, actor: Actor) -> Event | None:
    before = conversation.folder
    if changes.get("folder", before) == before:
        return None
    conversation.folder = changes["folder"]
    return ConversationFolderChanged(
        actor=actor, conversation_id=conversation.id, folder_before=before, folder=conversation.folder
    )


def _change_policy(conversation: Conversation, changes: CheckedChanges, *, actor: Actor) -> Event | None:
    """The clocks follow with the event; until then the row shows the times of before."""
    if "sla_policy" not in changes:
        return None
    before = conversation.sla_policy_id if conversation.sla_policy_is_set else None
    policy = changes["sla_policy"]
    after = _id_of(policy)
    if before == after:
        return None
    conversation.sla_policy = policy or conversation.sla_policy
    conversation.sla_policy_is_set = policy is not None
    return SlaPolicySet(actor=actor, conversation_id=conversation.id, policy_before=before, policy_id=after)


_CHANGES: Sequence[Callable[..., Event | None]] = (
    _change_status,
    _change_priority,
    _change_assignee,
    _change_team,
    _change_category,
    _change_subject,
    retag,
    _change_fields,
    _change_folder,
    _change_policy,
)
