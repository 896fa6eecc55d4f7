"""The list of settings pages."""

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.permissions import Permission
from conversations.views.shapes.shape import Shape
from teams.access import Viewer

# The first page of each group: who works, what is promised and done by itself, mail.
_BEGIN = frozenset({"settings-teams", "settings-hours", "settings-mailboxes"})


def settings_pages(current: str, viewer: Viewer) -> list[Shape]:
    """Return the settings' pages that the viewer may open, the one with this URL name marked."""
    # Without a permission: who leads a team has a page of it, too.
    teams = None if viewer.led_team_ids else Permission.MANAGE_TEAMS
    pages: list[tuple[str, str, str, Permission | None]] = [
        ("settings-profile", _("Profile"), "user", None),
        ("settings-availability", _("Days out and languages"), "calendar-off", None),
        ("settings-shortcuts", _("Shortcuts"), "keyboard", None),
        ("settings-notifications", _("Notifications"), "bell", None),
        ("settings-teams", _("Teams"), "users", teams),
        ("settings-agents", _("Agents"), "user-check", Permission.MANAGE_TEAMS),
        ("settings-people", _("People"), "user-plus", Permission.MANAGE_USERS),
        ("settings-skills", _("Skills"), "star", Permission.MANAGE_TEAMS),
        ("settings-categories", _("Categories"), "tag", Permission.MANAGE_TEAMS),
        ("settings-hours", _("Business hours"), "clock", Permission.MANAGE_SLA),
        ("settings-sla", _("SLA policies"), "timer", Permission.MANAGE_SLA),
        ("settings-rules", _("Rules"), "workflow", Permission.MANAGE_AUTOMATIONS),
        ("settings-mailboxes", _("Mailboxes"), "mail", Permission.MANAGE_ACCOUNT),
        ("settings-domains", _("Domains"), "globe", Permission.MANAGE_ACCOUNT),
        ("settings-templates", _("Mail templates"), "message-square-text", Permission.MANAGE_TEMPLATES),
        ("settings-articles", _("Articles"), "book-open", Permission.MANAGE_KNOWLEDGE),
        ("settings-incoming-mail", _("Incoming mail"), "mail-open", Permission.MANAGE_ACCOUNT),
        ("settings-deliveries", _("Outgoing mail"), "send", Permission.MANAGE_ACCOUNT),
        ("settings-suppressions", _("Suppressed addresses"), "mail-x", Permission.MANAGE_ACCOUNT),
        ("settings-csat", _("Satisfaction"), "smile", Permission.MANAGE_ACCOUNT),
    ]
    return [
        {"url": reverse(name), "label": label, "icon": icon, "is_current": name == current, "begins": name in _BEGIN}
        for name, label, icon, need in pages
        if need is None or viewer.can(need)
    ]
