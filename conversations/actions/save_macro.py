"""Macros are kept: ordered actions under a name."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils import timezone

from accounts.permissions import Permission
from conversations.actions.share_thing import SHARED_FIELDS, fill_shared
from conversations.macro_actions import MacroUser, check_macro_actions, macro_changes
from conversations.models import Macro
from conversations.queries.changes import checked_changes
from conversations.queries.sharing import get_shared, require_sharing
from hummdesk.errors import ValidationFailed
from hummdesk.events.publishing import action
from hummdesk.versions import IT_HAS_CHANGED, require_version
from teams.access import Viewer


@action
def create_macro(*, viewer: Viewer, fields: Mapping[str, Any]) -> Macro:
    """There is a new macro of the viewer's. Fields: name, visibility, team_id, position, actions.

    Raises: PermissionDenied, ValidationFailed.
    """
    viewer.require(Permission.REPLY)
    macro = Macro(owner=viewer.agent)
    _fill(viewer, macro, fields)
    macro.save(force_insert=True)
    return macro


@action
def change_macro(*, viewer: Viewer, macro_id: UUID, changes: Mapping[str, Any], version: int | None = None) -> Macro:
    """The macro has these values. Locks it.

    Raises: NotFound, PermissionDenied, ValidationFailed, Conflict for a stale version.
    """
    macro = get_shared(viewer, Macro, macro_id, lock=True)
    require_version(version, macro.version, IT_HAS_CHANGED)
    _fill(viewer, macro, changes)
    macro.version += 1
    macro.save(update_fields=[*SHARED_FIELDS, "actions"])
    return macro


@action
def delete_macro(*, viewer: Viewer, macro_id: UUID) -> None:
    """The macro is gone; what it did stays. Raises: NotFound, PermissionDenied."""
    macro = get_shared(viewer, Macro, macro_id, lock=True)
    require_sharing(viewer, macro)
    macro.delete()


def _fill(viewer: Viewer, macro: Macro, changes: Mapping[str, Any]) -> None:
    fill_shared(viewer, macro, changes)
    if "actions" in changes:
        check_macro_actions(changes["actions"])
        _check_references(viewer, changes["actions"])
        macro.actions = changes["actions"]


def _check_references(viewer: Viewer, actions: Sequence[Mapping[str, Any]]) -> None:
    """Raises: ValidationFailed for agents, teams and categories that are not there, by the action's place."""
    user = MacroUser(viewer.id, timezone.now())
    for place, one in enumerate(actions):
        try:
            checked_changes(macro_changes([one], user=user))
        except ValidationFailed as error:
            texts = [text for texts in error.errors.values() for text in texts]
            raise ValidationFailed(errors={f"actions.{place}": texts}) from error
