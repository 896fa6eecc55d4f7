"""Every kind of notification has words and an icon, whoever adds one."""

import pytest

from accounts.models import Account, User
from conversations.enums import NotificationKind
from conversations.models import AutomationRule, Notification
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


def test_rule_is_named_with_its_own_words(acme: Account, agent: User, viewer_as: ViewerOf) -> None:
    viewer = viewer_as(agent)
    rule = AutomationRule.objects.create(name="Broken lamps", trigger="note_added")
    Notification.objects.create(
        agent_id=viewer.id, kind=NotificationKind.RULE, event_seq=1, actor_kind="rule", actor_id=rule.id, text="Look"
    )

    named = item(notifications_of(viewer).get())
    rule.delete()
    unnamed = item(notifications_of(viewer).get())

    assert (named["text"], named["note"]) == ("The rule “Broken lamps” wants you to look", "Look")
    assert (unnamed["text"], unnamed["note"]) == ("A rule has something to tell you", "Look")
