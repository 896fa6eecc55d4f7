"""What an agent wants to be told."""

from collections.abc import Mapping

from conversations.enums import NotificationKind
from conversations.models import NotificationSetting
from hummdesk.events.publishing import action
from teams.access import Viewer


@action
def save_notification_settings(*, viewer: Viewer, wanted: Mapping[str, bool]) -> None:
    """The viewer wants these kinds, or does not; kinds that are not named stay as they are."""
    rows = [
        NotificationSetting(agent_id=viewer.id, kind=NotificationKind(kind), is_on=is_on)
        for kind, is_on in wanted.items()
    ]
    NotificationSetting.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["agent", "kind"], update_fields=["is_on"]
    )
