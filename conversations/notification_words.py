"""What an agent was told, in words: for pages and for mail."""

from django.utils.translation import gettext as _

from conversations.enums import NotificationKind
from conversations.queries.notifications import ToldRow


def told_text(row: ToldRow) -> str:
    """Return what has happened, in the language in force."""
    texts = {
        NotificationKind.ASSIGNED: _("%(name)s assigned this to you"),
        NotificationKind.MENTIONED: _("%(name)s mentioned you"),
        NotificationKind.REPLY: _("%(name)s wrote"),
        NotificationKind.SLA_WARNING: _("A promised time is near"),
        NotificationKind.SLA_BREACH: _("A promised time is over"),
        NotificationKind.RULE: _("The rule “%(name)s” wants you to look")
        if row.actor_name
        else _("A rule has something to tell you"),
        NotificationKind.LOW_RATING: _("%(name)s gave a low rating"),
        NotificationKind.WEBHOOK_DISABLED: _("A webhook was switched off"),
    }
    return texts[NotificationKind(row.kind)] % {"name": row.actor_name or _("Somebody")}
