"""Every kind of notification has words and an icon, whoever adds one."""

import pytest

from accounts.models import Account, User
from conversations.enums import NotificationKind
from conversations.models import Notification
from conversations.queries.notifications import notifications_of
from conversations.views.shapes.notifications import item
from tests.conversations.conftest import ViewerOf


@pytest.mark.parametrize("kind", NotificationKind.values)
def test_each_kind_is_shown(acme: Account, agent: User, viewer_as: ViewerOf, kind: str) -> None:
    viewer = viewer_as(agent)
    Notification.objects.create(agent_id=viewer.id, kind=kind, event_seq=1)

    shown = item(notifications_of(viewer).get())

    assert shown["text"]
    assert shown["icon"]
