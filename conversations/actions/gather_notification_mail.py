"""What an agent has not read is gathered into one mail, which another app sends."""

from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from conversations.events import NotificationMailDue
from conversations.models import Notification
from conversations.queries.notifications import agents_to_mail, lock_notified, was_mailed
from hummdesk.events.actor import Actor
from hummdesk.events.publishing import action, publish
from hummdesk.live.here import users_here
from hummdesk.tenancy.context import current_schema
from teams.queries import agents_online

# Who looks at the page has read it by then.
MAIL_AFTER = timedelta(minutes=5)
MAILS_APART = timedelta(minutes=5)
# Who was online for so long without reading it does not want to hear of it by mail either.
MAILED_WITHIN = timedelta(hours=24)


def mail_unread_notifications() -> int:
    """Agents whose time has come are sent what they have not read, unless they are online; returns how many are.

    Whoever is online is looked at again in some minutes. Publishes: NotificationMailDue.
    """
    now = timezone.now()
    agent_ids = agents_to_mail(now)
    here = users_here(current_schema(), agents_online(agent_ids))
    _look_again(here, now)
    return sum(gather_notification_mail(agent_id=agent_id) for agent_id in agent_ids if agent_id not in here)


@action
def gather_notification_mail(*, agent_id: UUID) -> bool:
    """The agent's unread notifications whose time has come go into one mail; returns whether there is one.

    At most one in five minutes; what comes sooner waits and goes together. Locks the agent.
    Publishes: NotificationMailDue.
    """
    now = timezone.now()
    lock_notified(agent_id)
    waiting = Notification.objects.filter(agent_id=agent_id, mail_due_at__isnull=False)
    waiting.exclude(read_at=None, created_at__gt=now - MAILED_WITHIN).update(mail_due_at=None)
    if was_mailed(agent_id, since=now - MAILS_APART):
        return False
    if not waiting.filter(mail_due_at__lte=now).exists():
        return False
    # What came a moment ago goes along: else it would wait for the next mail.
    ids = sorted(waiting.values_list("id", flat=True))
    Notification.objects.filter(id__in=ids).update(mail_due_at=None, mailed_at=now)
    publish(NotificationMailDue(actor=Actor.system(), agent_id=agent_id, notification_ids=tuple(ids)))
    return True


@action
def _look_again(agent_ids: set[UUID], now: datetime) -> None:
    due = Notification.objects.filter(agent_id__in=agent_ids, mail_due_at__lte=now)
    due.update(mail_due_at=now + MAIL_AFTER)
