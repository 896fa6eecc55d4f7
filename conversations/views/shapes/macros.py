"""Macros in words: what they write and change, for menus, lists and pages."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.permissions import Permission
from conversations.enums import Priority, Sharing, Status
from conversations.macro_actions import VARIABLES, MacroText, MacroUser, macro_changes, macro_texts
from conversations.models import Conversation, Macro
from conversations.views.shapes.shape import Shape
from hummdesk.markup import one_line, text_to_html
from teams.access import Viewer

PREVIEW_CHARS = 60


def listed_macros(macros: Iterable[Macro], names: Mapping[str, str]) -> list[Shape]:
    """Return macros as the page of all of them shows them. `names` are those of agents and teams, by id."""
    return [
        {
            "name": macro.name,
            "url": reverse("macro-edit", args=[macro.id]),
            "summary": " · ".join(step_words(macro.actions, names)),
            "for": macro.team.name if macro.team else str(Sharing(macro.visibility).label),
            "usage_count": macro.usage_count,
        }
        for macro in macros
    ]


def menu_macros(macros: Iterable[Macro], conversation: Conversation) -> list[Shape]:
    """Return macros as the editor's menu shows them."""
    return [
        {
            "id": str(macro.id),
            "name": macro.name,
            "url": reverse("conversation-macro", args=[conversation.display_id, macro.id]),
            "preview": _preview(macro),
        }
        for macro in macros
    ]


def menu_variables(values: Mapping[str, str]) -> list[Shape]:
    """Return what `{{…}}` stands for in a conversation, with its name in words."""
    return [{"name": name, "label": label, "value": values[name]} for name, label in variable_labels().items()]


def variable_labels() -> dict[str, str]:
    """Return what the variables are called, in the order of `VARIABLES`."""
    labels = (
        _("Customer's name"),
        _("Customer's first name"),
        _("Customer's address"),
        _("Number of the conversation"),
        _("Subject"),
        _("Your name"),
        _("Name of the account"),
    )
    return dict(zip(VARIABLES, labels, strict=True))


def inserted(macro: Macro, texts: Sequence[MacroText], viewer: Viewer, names: Mapping[str, str]) -> Shape:
    """Return what the editor inserts, and what the macro changes besides, in words and for the change form."""
    changes = macro_changes(macro.actions, user=MacroUser(viewer.id, timezone.now()))
    others = [one for one in macro.actions if one["type"] not in {"reply", "note"}]
    return {
        "html": "\n".join(text_to_html(one.text) for one in texts),
        "changes": step_words(others, names),
        "values": dict(_form_value(name, value) for name, value in changes.items()),
    }


def _form_value(name: str, value: Any) -> tuple[str, Any]:
    """Return a change as a field of the form, whose times are the agent's local ones."""
    if isinstance(value, datetime):
        return name, timezone.localtime(value).strftime("%Y-%m-%dT%H:%M")
    if name in {"assignee_id", "team_id"}:
        return name.removesuffix("_id"), str(value) if value else "none"
    if isinstance(value, list):
        return name, value
    return name, str(value) if value else ""


def _preview(macro: Macro) -> str:
    texts = macro_texts(macro.actions)
    return one_line(texts[0].text, PREVIEW_CHARS) if texts else ""


def step_words(actions: Iterable[Mapping[str, Any]], names: Mapping[str, str]) -> list[str]:
    """Return each action in a few words; ids without a name in `names` are of what is not there any more."""
    return [_words_of(one, names) for one in actions]


def _words_of(one: Mapping[str, Any], names: Mapping[str, str]) -> str:
    if one["type"] == "assign":
        return _assign_words(one["agent_id"], names)
    if one["type"] == "team":
        return (
            _("Give to %(team)s") % {"team": names.get(str(one["team_id"]), "?")} if one["team_id"] else _("No team")
        )
    return _WORDS[one["type"]](one)


def _assign_words(agent_id: UUID | str | None, names: Mapping[str, str]) -> str:
    if agent_id is None:
        return _("Assign to no one")
    if agent_id == "me":
        return _("Assign to me")
    return _("Assign to %(name)s") % {"name": names.get(str(agent_id), "?")}


def _snooze_words(one: Mapping[str, Any]) -> str:
    hours = one.get("hours")
    if hours is None:
        return _("Snooze until a reply")
    return ngettext("Snooze for %(count)s hour", "Snooze for %(count)s hours", hours) % {"count": f"{hours:g}"}


def _status_words(one: Mapping[str, Any]) -> str:
    if one["status"] == Status.SNOOZED:
        return _snooze_words(one)
    return _("Set to %(status)s") % {"status": str(Status(one["status"]).label).lower()}


_WORDS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "reply": lambda _one: _("Reply"),
    "note": lambda _one: _("Note"),
    "add_tags": lambda one: _("Add %(tags)s") % {"tags": ", ".join(one["tags"])},
    "remove_tags": lambda one: _("Remove %(tags)s") % {"tags": ", ".join(one["tags"])},
    "priority": lambda one: _("Priority %(name)s") % {"name": str(Priority(one["priority"]).label).lower()},
    "category": lambda one: _("Category %(name)s") % {"name": one["category"] or _("none")},
    "snooze": _snooze_words,
    "status": _status_words,
}


def edited_macro(macro: Macro, viewer: Viewer) -> Shape:
    """Return the macro that a form changes."""
    may_change = macro.visibility != Sharing.ACCOUNT or viewer.can(Permission.MANAGE_TEMPLATES)
    return {
        "name": macro.name,
        "url": reverse("macro-edit", args=[macro.id]),
        "delete_url": reverse("macro-delete", args=[macro.id]) if may_change else "",
        "may_change": may_change,
        "usage_count": macro.usage_count,
    }


def previewed(macro: Macro, texts: Sequence[MacroText], conversation: Conversation, names: Mapping[str, str]) -> Shape:
    """Return what a macro would write and change in a conversation."""
    others = [one for one in macro.actions if one["type"] not in {"reply", "note"}]
    return {
        "subject": conversation.subject,
        "texts": [{"is_note": one.kind == "note", "html": text_to_html(one.text)} for one in texts],
        "changes": step_words(others, names),
    }
