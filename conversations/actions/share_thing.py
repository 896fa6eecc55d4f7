"""What macros and saved views have in common when they are kept."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from conversations.enums import Sharing
from conversations.models.saved import SharedThing
from conversations.queries.sharing import get_team, require_sharing
from hummdesk.errors import ValidationFailed
from teams.access import Viewer

SHARED_FIELDS = ("name", "visibility", "team", "position", "version", "updated_at")
SHARED_NAME_MAX_LENGTH = 80


def fill_shared(viewer: Viewer, thing: SharedThing, changes: Mapping[str, Any]) -> None:
    """The thing has the name, visibility, team and position that are given; it is not saved yet.

    A team that does not fit a new visibility is dropped.
    Raises: PermissionDenied when the viewer may not keep it for those who had it or are to have it; ValidationFailed.
    """
    if not thing._state.adding:
        require_sharing(viewer, thing)
    thing.name = changes.get("name", thing.name).strip()
    if not 1 <= len(thing.name) <= SHARED_NAME_MAX_LENGTH:
        text = _("A name has 1 to %(count)d characters.") % {"count": SHARED_NAME_MAX_LENGTH}
        raise ValidationFailed(errors={"name": [text]})
    thing.visibility = changes.get("visibility", thing.visibility)
    if "team_id" in changes:
        thing.team = get_team(changes["team_id"])
    elif thing.visibility != Sharing.TEAM:
        thing.team = None
    thing.position = changes.get("position", thing.position)
    require_sharing(viewer, thing)
