"""An agent's unread notifications leave as one mail, through the same outbox as sign-in mail."""

from collections.abc import Sequence
from datetime import timedelta
from email.utils import make_msgid, parseaddr
from typing import Any
from uuid import UUID, uuid5

from django.conf import settings
from django.db import connection
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from accounts.links import link_to
from accounts.models import Account, Membership
from accounts.queries import membership_of
from conversations.notification_words import told_text
from conversations.queries.notifications import ToldRow, notifications_of
from email_channel.provider.actions.send_system_mail import queue_system_mail
from email_channel.provider.models import SystemMail
from email_channel.provider.queries import is_mail_unwelcome, is_system_mail_known
from email_channel.queries import suppressions_of
from hummdesk.events.publishing import action
from hummdesk.logs import logger
from teams.access import viewer_of

# More than these nobody reads in a mail; the rest stands in the list.
LISTED_MOST = 20
# After a bounce or a complaint nothing of this kind is sent to the address for so long.
SPARED_FOR = timedelta(days=7)


@action
def queue_notification_mail(*, event_seq: int, agent_id: UUID, notification_ids: Sequence[UUID]) -> SystemMail | None:
    """The agent gets one mail of what they were told and have not read yet, in their language.

    Returns None, and sends nothing, to those who have left, have read it meanwhile, may not see it any more, or to
    whose address nothing is sent. `event_seq` makes it the same mail when the task runs twice.
    Raises: DeliveryRefused for what no mail may hold.
    """
    account: Any = connection.tenant  # type: ignore[attr-defined]  # of django-tenants
    mail_id = uuid5(account.id, f"notifications/{event_seq}")
    membership = membership_of(agent_id, account.id)
    if membership is None or is_system_mail_known(mail_id):
        return None
    rows = notifications_of(viewer_of(membership), unread=True).filter(id__in=notification_ids).order_by("id")
    shown = list(rows)
    if not shown or _is_unreachable(membership.user.email):
        logger.info("notification_mail_left_out", agent_id=str(agent_id), unread_count=len(shown))
        return None
    mail = _mail(mail_id, membership, shown)
    queue_system_mail(mail)
    return mail


def _is_unreachable(address: str) -> bool:
    """Return whether mail to the address comes back: going on would harm everybody's standing with mail servers."""
    return bool(suppressions_of([address])) or is_mail_unwelcome(address, since=timezone.now() - SPARED_FOR)


def _mail(id: UUID, membership: Membership, rows: Sequence[ToldRow]) -> SystemMail:
    account, user = membership.account, membership.user
    with override(user.language):
        context = {
            "account_name": account.name,
            "count": len(rows),
            "items": [_item(account, row) for row in rows[:LISTED_MOST]],
            "more_count": max(0, len(rows) - LISTED_MOST),
            "list_url": _url(account, "notification-list"),
            "settings_url": _url(account, "settings-notifications"),
        }
        subject, text, html = (
            render_to_string(f"email_channel/email/notifications_{part}", context)
            for part in ("subject.txt", "message.txt", "message.html")
        )
    sender = settings.DEFAULT_FROM_EMAIL
    return SystemMail(
        id=id,
        account=account,
        sender=sender,
        recipient=user.email,
        subject=" ".join(subject.split()),
        text=text.strip() + "\n",
        html=html.strip(),
        message_id=make_msgid(domain=parseaddr(sender)[1].rpartition("@")[2] or "localhost"),
    )


def _item(account: Account, row: ToldRow) -> dict[str, Any]:
    conversation = row.conversation
    about = f"#{conversation.display_id} {' '.join(conversation.subject.split())}".strip() if conversation else ""
    return {
        "text": told_text(row),
        "note": " ".join(row.text.split()),
        "about": about,
        "url": _url(account, "notification-open", row.id),
    }


def _url(account: Account, name: str, *args: object) -> str:
    # The API serves accounts on the platform's host, too, which has no such page.
    return link_to(account, reverse(name, settings.ROOT_URLCONF, args=args))
