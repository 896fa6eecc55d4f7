"""The list of settings pages."""

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.permissions import Permission
from conversations.views.shapes.shape import Shape
from teams.access import Viewer


def settings_pages(current: str, viewer: Viewer) -> list[Shape]:
    """Return the settings' pages that the viewer may open, the one with this URL name marked."""
    own = None
    pages = [
        ("settings-profile", _("Profile"), "user", own),
        ("settings-shortcuts", _("Shortcuts"), "keyboard", own),
        ("settings-notifications", _("Notifications"), "bell", own),
        ("settings-mailboxes", _("Mailboxes"), "mail", Permission.MANAGE_ACCOUNT),
    ]
    return [
        {"url": reverse(name), "label": label, "icon": icon, "is_current": name == current}
        for name, label, icon, need in pages
        if need is None or viewer.can(need)
    ]
