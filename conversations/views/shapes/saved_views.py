"""Saved views, as their pages show them."""

from collections.abc import Iterable, Mapping

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.permissions import Permission
from conversations.enums import Sharing
from conversations.models import SavedView
from conversations.views.shapes.lists import filter_text
from conversations.views.shapes.shape import Shape
from teams.access import Viewer


def listed(views: Iterable[SavedView], viewer: Viewer) -> list[Shape]:
    """Return the views with where each leads, and for whom it is."""
    return [
        {
            "name": view.name,
            "url": f"{reverse('inbox')}?view=view-{view.id}",
            "edit_url": reverse("view-edit", args=[view.id]),
            "for": _sharing(view),
            "owner": _("You") if view.owner_id == viewer.id else view.owner.name,
        }
        for view in views
    ]


def edited(view: SavedView, viewer: Viewer) -> Shape:
    """Return the view that a form changes."""
    may_change = view.visibility != Sharing.ACCOUNT or viewer.can(Permission.MANAGE_TEMPLATES)
    return {
        "name": view.name,
        "url": f"{reverse('inbox')}?view=view-{view.id}",
        "delete_url": reverse("view-delete", args=[view.id]) if may_change else "",
        "may_change": may_change,
        "for": _sharing(view),
    }


def texts(filters: Mapping[str, str], names: Mapping[str, str]) -> list[str]:
    """Return the filters in words."""
    return [filter_text(name, value, names) for name, value in filters.items()]


def _sharing(view: SavedView) -> str:
    return view.team.name if view.team else str(Sharing(view.visibility).label)
