"""The list of settings pages."""

from django.urls import reverse
from django.utils.translation import gettext as _

from conversations.views.shapes.shape import Shape


def settings_pages(current: str) -> list[Shape]:
    """Return the pages of the settings, the one with this URL name marked."""
    pages = [
        ("settings-profile", _("Profile"), "user"),
        ("settings-shortcuts", _("Shortcuts"), "keyboard"),
        ("settings-notifications", _("Notifications"), "bell"),
    ]
    return [
        {"url": reverse(name), "label": label, "icon": icon, "is_current": name == current}
        for name, label, icon in pages
    ]
