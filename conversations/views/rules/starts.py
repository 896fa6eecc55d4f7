"""Ready starting points of new rules; what only the account knows is left to be chosen."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from conversations.enums import Priority, RuleTrigger
from conversations.views.shapes.shape import Shape

DAY_S = 86_400


def rule_starts(current: str = "") -> list[Shape]:
    """Return the starting points as links, the chosen one marked."""
    labels = {
        "urgent": (_("Urgent mail to a team"), _("What is urgent goes to one team at once."), "flag"),
        "silence": (_("Remind after two days"), _("The customer has not answered: ask once more."), "clock"),
        "tag": (_("Tag by a word"), _("A word in the subject puts a tag on."), "tag"),
        "closed": (_("Out of hours"), _("Say when you are open again."), "moon"),
    }
    url = reverse("rule-create")
    return [
        {"label": label, "text": text, "icon": icon, "url": f"{url}?start={name}", "is_current": name == current}
        for name, (label, text, icon) in labels.items()
    ]


def started_rule(name: str) -> Mapping[str, Any]:
    """Return the rule that a starting point begins with, an empty one for a name that there is not."""
    makers = {"urgent": _urgent, "silence": _silence, "tag": _tag, "closed": _closed}
    return makers[name]() if name in makers else {}


def _urgent() -> Mapping[str, Any]:
    return {
        "name": _("Urgent mail to a team"),
        "trigger": RuleTrigger.MESSAGE_RECEIVED.value,
        "conditions": {"all": [{"field": "priority", "op": "is", "value": Priority.URGENT.value}]},
        "actions": [{"type": "assign_team", "team_id": ""}],
    }


def _silence() -> Mapping[str, Any]:
    return {
        "name": _("Remind after two days"),
        "trigger": RuleTrigger.CUSTOMER_SILENT.value,
        "delay_s": 2 * DAY_S,
        "actions": [{"type": "reply_template", "template_id": ""}],
    }


def _tag() -> Mapping[str, Any]:
    return {
        "name": _("Tag by a word in the subject"),
        "trigger": RuleTrigger.CONVERSATION_OPENED.value,
        "conditions": {"any": [{"field": "subject", "op": "contains", "value": ""}]},
        "actions": [{"type": "add_tags", "tags": []}],
    }


def _closed() -> Mapping[str, Any]:
    return {
        "name": _("Answer out of hours"),
        "trigger": RuleTrigger.CONVERSATION_OPENED.value,
        "conditions": {
            "all": [
                {"field": "hours_open", "op": "is", "value": False},
                {"field": "channel", "op": "is", "value": "email"},
            ]
        },
        "actions": [{"type": "reply_template", "template_id": ""}],
    }
