"""What an agent wants to be told."""

from collections.abc import Mapping

from conversations.enums import NotificationKind
from conversations.models import NotificationSetting
from hummdesk.events.publishing import action
from teams.access import Viewer


@action
def save_notification_settings(
    *, viewer: Viewer, wanted: Mapping[str, bool], by_mail: Mapping[str, bool] | None = None
) -> None:
    """The viewer wants these kinds, or does not, and these by mail; kinds that are not named stay as they are."""
    _save(viewer, "is_on", wanted)
    _save(viewer, "by_mail", by_mail or {})


def _save(viewer: Viewer, field: str, values: Mapping[str, bool]) -> None:
    rows = [
        NotificationSetting(agent_id=viewer.id, kind=NotificationKind(kind), **{field: value})
        for kind, value in values.items()
    ]
    NotificationSetting.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["agent", "kind"], update_fields=[field]
    )
