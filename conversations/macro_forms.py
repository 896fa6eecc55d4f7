"""What the page of a macro sends: its name and whose it is, and its actions as rows of fields, without JSON."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from conversations.actions.share_thing import SHARED_NAME_MAX_LENGTH
from conversations.enums import Priority, Sharing, Status
from conversations.macro_actions import ACTIONS_MOST, TEXT_MAX_LENGTH

Choices = Sequence[tuple[str, Any]]
TYPES: Choices = [
    ("", _("Choose")),
    ("reply", _("Write a reply")),
    ("note", _("Write a note")),
    ("assign", _("Assign")),
    ("team", _("Give to a team")),
    ("add_tags", _("Add tags")),
    ("remove_tags", _("Remove tags")),
    ("status", _("Set the status")),
    ("priority", _("Set the priority")),
    ("snooze", _("Snooze")),
]
UNTIL_REPLY = "until-reply"
SNOOZES: Choices = [
    (UNTIL_REPLY, _("Until a reply")),
    ("1", _("1 hour")),
    ("4", _("4 hours")),
    ("24", _("1 day")),
    ("72", _("3 days")),
    ("168", _("1 week")),
]


class MacroForm(forms.Form):
    """A macro's name and who may use it."""

    name = forms.CharField(label=_("Name"), max_length=SHARED_NAME_MAX_LENGTH)
    visibility = forms.ChoiceField(label=_("For"))
    team_id = forms.TypedChoiceField(label=_("Team"), required=False, coerce=UUID, empty_value=None)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, sharings: Sequence[Sharing], teams: Sequence[tuple[UUID, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "visibility", [(one.value, one.label) for one in sharings])
        _offer(self, "team_id", [("", _("No team")), *((str(id_), name) for id_, name in teams)])
        if not teams:
            del self.fields["team_id"]

    def clean(self) -> dict[str, Any]:
        """A team is chosen if, and only if, the team is to have the macro."""
        cleaned = super().clean() or {}
        if cleaned.get("visibility") != Sharing.TEAM:
            cleaned["team_id"] = None
        elif not cleaned.get("team_id"):
            self.add_error("team_id", _("Choose the team."))
        return cleaned


class MacroStepForm(forms.Form):
    """One action; only the field of its type counts."""

    type = forms.ChoiceField(label=_("Action"), choices=TYPES, required=False)
    text = forms.CharField(
        label=_("Text"), required=False, max_length=TEXT_MAX_LENGTH, widget=forms.Textarea(attrs={"rows": 4})
    )
    agent = forms.ChoiceField(label=_("To"), required=False)
    team = forms.ChoiceField(label=_("Team"), required=False)
    tags = forms.CharField(label=_("Tags, with commas between"), required=False, max_length=500)
    status = forms.ChoiceField(
        label=_("Status"), required=False, choices=[one for one in Status.choices if one[0] != Status.SNOOZED]
    )
    priority = forms.ChoiceField(label=_("Priority"), required=False, choices=Priority.choices)
    snooze = forms.ChoiceField(label=_("For how long"), required=False, choices=SNOOZES)

    def __init__(self, *args: Any, agents: Choices, teams: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "agent", [("me", _("Me")), ("none", _("No one")), *agents])
        _offer(self, "team", [("none", _("No team")), *teams])
        kept = str(self.initial.get("snooze", ""))
        if kept and kept not in dict(SNOOZES):
            _offer(self, "snooze", [*SNOOZES, (kept, _("%(count)s hours") % {"count": kept})])

    @property
    def action(self) -> dict[str, Any] | None:
        """The action as a macro keeps it, None for a row in which nothing was chosen."""
        given = self.cleaned_data
        match given.get("type", ""):
            case "":
                return None
            case "assign":
                fields: dict[str, Any] = {"agent_id": None if given["agent"] == "none" else given["agent"]}
            case "team":
                fields = {"team_id": None if given["team"] == "none" else given["team"]}
            case "add_tags" | "remove_tags":
                fields = {"tags": [tag for word in given["tags"].split(",") if (tag := word.strip())]}
            case "snooze":
                hours = given["snooze"]
                fields = {"until_reply": True} if hours == UNTIL_REPLY else {"hours": float(hours)}
            case kind:
                name = "text" if kind in {"reply", "note"} else kind
                fields = {name: given[name]}
        return {"type": given["type"], **fields}


MacroSteps: Any = forms.formset_factory(MacroStepForm, extra=0, max_num=ACTIONS_MOST, absolute_max=ACTIONS_MOST)


def step_values(action: Mapping[str, Any]) -> dict[str, Any]:
    """Return a kept action as the values of a row."""
    values: dict[str, Any] = {"type": action["type"]}
    for name in ("text", "status", "priority"):
        if name in action:
            values[name] = action[name]
    if "agent_id" in action:
        values["agent"] = action["agent_id"] or "none"
    if "team_id" in action:
        values["team"] = action["team_id"] or "none"
    if "tags" in action:
        values["tags"] = ", ".join(action["tags"])
    if action["type"] == "snooze" or action.get("status") == Status.SNOOZED:
        hours = action.get("hours")
        values |= {"type": "snooze", "snooze": UNTIL_REPLY if hours is None else f"{hours:g}"}
    return values


def rearranged(rows: list[dict[str, Any]], order: str) -> list[dict[str, Any]]:
    """Return the rows after `add`, `up-1`, `down-0` or `remove-2`; what makes no sense changes nothing."""
    verb, _dash, number = order.partition("-")
    if verb == "add":
        return [*rows, {}]
    place = int(number) if number.isascii() and number.isdigit() else -1
    if not 0 <= place < len(rows):
        return rows
    row, rest = rows[place], rows[:place] + rows[place + 1 :]
    if verb == "remove":
        return rest
    to = place + {"up": -1, "down": 1}.get(verb, 0)
    return [*rest[: max(0, to)], row, *rest[max(0, to) :]]


def _offer(form: forms.Form, name: str, choices: list[Any]) -> None:
    field: Any = form.fields[name]
    field.choices = choices
