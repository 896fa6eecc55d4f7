"""Having read what one was told."""

from uuid import UUID

from django.utils import timezone

from conversations.models import Notification
from hummdesk.errors import NotFound
from teams.access import Viewer


def read_notification(*, viewer: Viewer, notification_id: UUID) -> None:
    """The viewer has read this one. Raises: NotFound for one that is not the viewer's."""
    own = Notification.objects.filter(id=notification_id, agent_id=viewer.id)
    if own.filter(read_at=None).update(read_at=timezone.now()):
        return
    if not own.exists():
        raise NotFound


def unread_notification(*, viewer: Viewer, notification_id: UUID) -> None:
    """The viewer is to look at this one again. Raises: NotFound for one that is not the viewer's."""
    if not Notification.objects.filter(id=notification_id, agent_id=viewer.id).update(read_at=None):
        raise NotFound


def read_all_notifications(*, viewer: Viewer) -> None:
    """The viewer has read all that there are."""
    Notification.objects.filter(agent_id=viewer.id, read_at=None).update(read_at=timezone.now())
