"""Lists are kept that agents come back to."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from accounts.permissions import Permission
from conversations.actions.share_thing import SHARED_FIELDS, fill_shared
from conversations.models import SavedView
from conversations.queries.sharing import get_shared, require_sharing
from hummdesk.events.publishing import action
from hummdesk.versions import IT_HAS_CHANGED, require_version
from teams.access import Viewer


@action
def create_saved_view(*, viewer: Viewer, fields: Mapping[str, Any]) -> SavedView:
    """There is a new view of the viewer's.

    Fields: name, visibility, team_id, position; filters, ordering and columns, which the caller has checked.
    Raises: PermissionDenied, ValidationFailed.
    """
    viewer.require(Permission.REPLY)
    view = SavedView(owner=viewer.agent)
    _fill(viewer, view, fields)
    view.save(force_insert=True)
    return view


@action
def change_saved_view(
    *, viewer: Viewer, view_id: UUID, changes: Mapping[str, Any], version: int | None = None
) -> SavedView:
    """The view has these values. Locks it.

    Raises: NotFound, PermissionDenied, ValidationFailed, Conflict for a stale version.
    """
    view = get_shared(viewer, SavedView, view_id, lock=True)
    require_version(version, view.version, IT_HAS_CHANGED)
    _fill(viewer, view, changes)
    view.version += 1
    view.save(update_fields=[*SHARED_FIELDS, "filters", "ordering", "columns"])
    return view


@action
def delete_saved_view(*, viewer: Viewer, view_id: UUID) -> None:
    """The view is gone. Raises: NotFound, PermissionDenied."""
    view = get_shared(viewer, SavedView, view_id, lock=True)
    require_sharing(viewer, view)
    view.delete()


def _fill(viewer: Viewer, view: SavedView, changes: Mapping[str, Any]) -> None:
    fill_shared(viewer, view, changes)
    view.filters = changes.get("filters", view.filters)
    view.ordering = changes.get("ordering", view.ordering)
    view.columns = changes.get("columns", view.columns)
