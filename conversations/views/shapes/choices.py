"""What an agent chooses from: assignees, teams, tags, categories, priorities, statuses, policies, times to wake."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from conversations.enums import Priority, Status
from conversations.models import Conversation
from conversations.queries.macros import macros_by_use
from conversations.queries.policies import listed_policies, policy_by_scopes
from conversations.queries.tags import categories_by_name, filtered_tags
from conversations.snooze_times import SnoozeTime, typed_time, usual_times
from conversations.views.shapes.policies import applied_reason, promise_text
from conversations.views.shapes.shape import Shape
from hummdesk.templatetags.ui import initials, tint
from teams.access import Viewer
from teams.queries import active_agents, teams_by_name

TAGS_MOST = 200


@dataclass(frozen=True)
class Choice:
    """One of a picker's choices: `name` and `value` are posted; an avatar, a dot, an icon or bars stand before it."""

    name: str
    value: str
    label: str
    hint: str = ""
    icon: str = ""
    tint: str = ""
    letters: str = ""
    bars: str = ""
    is_current: bool = False


def picker(kind: str, viewer: Viewer, conversation: Conversation | None, *, typed: str = "") -> Shape:
    """Return a picker; for one conversation with what it has now marked. `typed` is a time in words."""
    title, placeholder = _words(kind)
    return {
        "kind": kind,
        "title": title,
        "placeholder": placeholder,
        "choices": _MAKERS[kind](viewer, conversation, typed),
        "takes_time": kind == "snooze",
        "takes_new": kind == "tag",
    }


def _assignees(viewer: Viewer, conversation: Conversation | None, _typed: str) -> list[Choice]:
    has = conversation.assignee_id if conversation else viewer
    agents = sorted(active_agents(), key=lambda agent: agent.pk != viewer.id)
    people = [
        Choice(
            "assignee",
            str(agent.pk),
            agent.name,
            hint=_("You") if agent.pk == viewer.id else "",
            tint=tint(agent.pk),
            letters=initials(agent.name),
            is_current=agent.pk == has,
        )
        for agent in agents
    ]
    return [*people, Choice("assignee", "none", _("No one"), icon="circle-dashed", is_current=has is None)]


def _teams(viewer: Viewer, conversation: Conversation | None, _typed: str) -> list[Choice]:
    has = conversation.team_id if conversation else viewer
    teams = [
        Choice("team", str(team.id), team.name, tint=tint(team.id), is_current=team.id == has)
        for team in teams_by_name()
    ]
    return [*teams, Choice("team", "none", _("No team"), icon="circle-dashed", is_current=has is None)]


def _tags(_viewer: Viewer, conversation: Conversation | None, _typed: str) -> list[Choice]:
    has = {tag.name for tag in conversation.tags.all()} if conversation else set()
    names = [tag.name for tag in filtered_tags({})[:TAGS_MOST]]
    return [
        Choice("remove_tags" if name in has else "add_tags", name, name, icon="tag", is_current=name in has)
        for name in sorted({*names, *has}, key=lambda name: (name not in has, name.lower()))
    ]


def _priorities(_viewer: Viewer, conversation: Conversation | None, _typed: str) -> list[Choice]:
    has = conversation.priority if conversation else None
    return [
        Choice("priority", priority.value, str(priority.label), bars=priority.value, is_current=priority == has)
        for priority in reversed(Priority)
    ]


def _statuses(_viewer: Viewer, conversation: Conversation | None, _typed: str) -> list[Choice]:
    has = conversation.status if conversation else None
    return [
        Choice("status", status.value, str(status.label), icon=icon, is_current=status == has)
        for status, icon in _STATUSES.items()
    ]


def _categories(viewer: Viewer, conversation: Conversation | None, _typed: str) -> list[Choice]:
    has = conversation.category_id if conversation else viewer
    categories = [
        Choice("category", str(category.id), category.name, is_current=category.id == has)
        for category in categories_by_name()
    ]
    return [*categories, Choice("category", "none", _("None"), icon="circle-dashed", is_current=has is None)]


def _policies(_viewer: Viewer, conversation: Conversation | None, _typed: str) -> list[Choice]:
    has = conversation.sla_policy_id if conversation and conversation.sla_policy_is_set else None
    policies = [
        Choice("sla_policy", str(one.pk), one.name, hint=promise_text(one), icon="timer", is_current=one.pk == has)
        for one in listed_policies().order_by("name")
    ]
    hint = applied_reason(policy_by_scopes(conversation)) if conversation else ""
    label = _("Whichever applies by itself")
    is_current = conversation is not None and has is None
    return [*policies, Choice("sla_policy", "none", label, hint=hint, icon="rotate-ccw", is_current=is_current)]


def _times(_viewer: Viewer, conversation: Conversation | None, typed: str) -> list[Choice]:
    now = timezone.now()
    meant = typed_time(typed, now) if typed else None
    times = [SnoozeTime(typed, meant)] if meant and meant > now else usual_times(now)
    until = conversation.snoozed_until if conversation else None
    return [
        Choice(
            "snoozed_until",
            time.at.isoformat() if time.at else "",
            time.label,
            hint=time.hint,
            icon="alarm-clock" if time.at else "message-square-text",
            is_current=until is not None and time.at == until,
        )
        for time in times
    ]


_STATUSES: Mapping[Status, str] = {
    Status.OPEN: "circle-dot",
    Status.PENDING: "hourglass",
    Status.RESOLVED: "circle-check",
    Status.CLOSED: "archive",
}


def _macros(viewer: Viewer, _conversation: Conversation | None, _typed: str) -> list[Choice]:
    return [
        Choice("macro", reverse("macro-apply", args=[macro.id]), macro.name, icon="zap")
        for macro in macros_by_use(viewer)
    ]


_MAKERS: Mapping[str, Callable[[Viewer, Conversation | None, str], list[Choice]]] = {
    "assignee": _assignees,
    "team": _teams,
    "tag": _tags,
    "priority": _priorities,
    "status": _statuses,
    "category": _categories,
    "sla": _policies,
    "snooze": _times,
    "macro": _macros,
}
KINDS = frozenset(_MAKERS)
# Posted to an address of their own, by the script: no page has them.
SCRIPTED = frozenset({"macro"})


def _words(kind: str) -> tuple[str, str]:
    return {
        "assignee": (_("Assign"), _("Assign to")),
        "team": (_("Team"), _("Move to team")),
        "tag": (_("Tag"), _("Tag, or a new one")),
        "priority": (_("Priority"), _("Priority")),
        "status": (_("Status"), _("Status")),
        "category": (_("Category"), _("Category")),
        "sla": (_("SLA policy"), _("SLA policy")),
        "snooze": (_("Snooze"), _("Until, such as fri 9 or 2h")),
        "macro": (_("Macro"), _("Apply macro")),
    }[kind]
