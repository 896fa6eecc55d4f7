"""What the settings pages of teams, agents, skills and categories send."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, cast
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversations.actions.save_category import CATEGORY_NAME_MAX_LENGTH
from conversations.views.people.forms import named_languages
from hummdesk.errors import ChangedMeanwhile, DomainError
from teams.actions.save_skill import SKILL_NAME_MAX_LENGTH
from teams.actions.save_team import TEAM_NAME_MAX_LENGTH
from teams.agent_fields import LEVEL_LEAST, LEVEL_MOST, SkillLevel
from teams.enums import AgentStatus, RoutingStrategy, TeamRole
from teams.models import Skill

Offers = Mapping[str, Sequence[tuple[str, Any]]]


class _OfferingForm(forms.Form):
    """A form whose choices are rows; `version` is that of what is changed.

    `allowed` names the fields that whoever looks may change; the others are not in the form. None stands for all.
    """

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        data: Any = None,
        *,
        offers: Offers,
        initial: Mapping[str, Any] | None = None,
        allowed: Collection[str] | None = None,
    ) -> None:
        super().__init__(data, initial=dict(initial or {}))
        for name, choices in offers.items():
            field: Any = self.fields[name]
            field.choices = choices
        if allowed is not None:
            self.fields = {name: field for name, field in self.fields.items() if name in {*allowed, "version"}}

    def take_version(self, version: int) -> None:
        """What is sent next is about this version: whoever has read that somebody changed it meanwhile may go on."""
        sent = cast(QueryDict, self.data).copy()
        sent["version"] = str(version)
        self.data = sent

    def changes(self) -> dict[str, Any]:
        """Return what was sent, without the version."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class TeamForm(_OfferingForm):
    """A team."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=TEAM_NAME_MAX_LENGTH)
    routing = forms.ChoiceField(
        label=gettext_lazy("Routing"),
        choices=RoutingStrategy.choices,
        help_text=gettext_lazy(
            "Least loaded: whoever has the most room. Round robin: in turn. By hand: agents take what they like."
        ),
    )
    is_sticky = forms.BooleanField(
        label=gettext_lazy("Whoever knows the customer gets their next conversation"), required=False
    )
    hours_id = forms.TypedChoiceField(
        label=gettext_lazy("Business hours"), coerce=UUID, empty_value=None, required=False
    )
    sla_policy_id = forms.TypedChoiceField(
        label=gettext_lazy("SLA policy"), coerce=UUID, empty_value=None, required=False
    )
    category_ids = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Categories"), coerce=UUID, required=False, widget=forms.CheckboxSelectMultiple
    )


class PlaceForm(forms.Form):
    """Who joins a team, as what; only some may make leaders."""

    agent_id = forms.TypedChoiceField(label=gettext_lazy("Agent"), coerce=UUID)
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=TeamRole.choices)

    def __init__(self, data: Any = None, *, agents: Sequence[tuple[str, str]], makes_leaders: bool) -> None:
        super().__init__(data)
        field: Any = self.fields["agent_id"]
        field.choices = agents
        if not makes_leaders:
            del self.fields["role"]

    @property
    def role_chosen(self) -> TeamRole:
        """What the agent is to be in the team."""
        return TeamRole(self.cleaned_data.get("role", TeamRole.AGENT))


class TeamRoleForm(forms.Form):
    """What an agent is in a team."""

    role = forms.ChoiceField(choices=[*TeamRole.choices, ("leave", "")])


class TeamDeletionForm(forms.Form):
    """Which team gets what the other one had."""

    move_to = forms.TypedChoiceField(
        label=gettext_lazy("Give its open conversations, categories and mailboxes to"),
        coerce=UUID,
        empty_value=None,
        required=False,
    )

    def __init__(self, data: Any = None, *, others: Sequence[tuple[str, str]]) -> None:
        super().__init__(data)
        field: Any = self.fields["move_to"]
        field.choices = [("", _("Nobody")), *others]


class _SkillsForm(_OfferingForm):
    """A form with a level for each skill of the account."""

    def __init__(self, data: Any = None, *, skills: Sequence[Skill], **more: Any) -> None:
        super().__init__(data, **more)
        levels = [("", self.none_label()), *((str(one), str(one)) for one in range(LEVEL_LEAST, LEVEL_MOST + 1))]
        allowed = more.get("allowed")
        self.takes_skills = allowed is None or "skills" in allowed
        self._skills = {f"skill_{skill.id}": skill for skill in skills} if self.takes_skills else {}
        for name, skill in self._skills.items():
            self.fields[name] = forms.TypedChoiceField(
                label=skill.name, choices=levels, coerce=int, empty_value=None, required=False
            )

    @staticmethod
    def none_label() -> str:
        """Return what stands for no level."""
        return _("None")

    def skill_fields(self) -> list[forms.BoundField]:
        """Return the fields of the skills."""
        return [self[name] for name in self._skills]

    def changes(self) -> dict[str, Any]:
        """Return what was sent, the skills in one."""
        sent = super().changes()
        levels = {name: sent.pop(name) for name in self._skills}
        if not self.takes_skills:
            return sent
        skills = [SkillLevel(self._skills[name].name, level) for name, level in levels.items() if level]
        return {**sent, "skills": skills}


class AgentForm(_SkillsForm):
    """What an agent can take."""

    status = forms.ChoiceField(label=gettext_lazy("Status"), choices=AgentStatus.choices)
    max_capacity = forms.IntegerField(
        label=gettext_lazy("Capacity"),
        help_text=gettext_lazy("So many open and pending conversations at a time are routed to them."),
    )
    languages = forms.MultipleChoiceField(
        label=gettext_lazy("Languages"),
        required=False,
        help_text=gettext_lazy("What is written in another language is not routed to them."),
    )
    out_from_on = forms.DateField(
        label=gettext_lazy("Out of office from"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    out_until_on = forms.DateField(
        label=gettext_lazy("Last day out"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    substitute_id = forms.TypedChoiceField(
        label=gettext_lazy("Substitute"),
        coerce=UUID,
        empty_value=None,
        required=False,
        help_text=gettext_lazy("Gets what would go to them because they know the customer."),
    )

    def __init__(self, data: Any = None, **more: Any) -> None:
        super().__init__(data, **more)
        if "languages" in self.fields:
            field: Any = self.fields["languages"]
            field.choices = [("", ""), *named_languages(*self.initial.get("languages", ()))]

    def clean_languages(self) -> list[str]:
        """Return the codes, each once."""
        return list(dict.fromkeys(code for code in self.cleaned_data["languages"] if code))

    def language_rows(self) -> list[dict[str, Any]]:
        """Return a select for each language, and one for another: its number, and its options with which is chosen."""
        bound: Any = self["languages"]
        field: Any = self.fields["languages"]
        chosen = [code for code in dict.fromkeys(bound.value() or []) if code]
        return [
            {
                "number": number,
                "is_new": not code,
                "options": [(value, label, value == code) for value, label in field.choices if value],
            }
            for number, code in enumerate([*chosen, ""], start=1)
        ]

    def changes(self) -> dict[str, Any]:
        """Return what was sent; a status that stays is not set anew, so that it stays theirs who set it."""
        sent = super().changes()
        if "status" not in self.changed_data:
            sent.pop("status", None)
        return sent


class SkillForm(forms.Form):
    """A skill's name."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=SKILL_NAME_MAX_LENGTH)


class CategoryForm(_SkillsForm):
    """A category, who serves it, and what they must know."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=CATEGORY_NAME_MAX_LENGTH)
    team_id = forms.TypedChoiceField(
        label=gettext_lazy("Team"),
        coerce=UUID,
        empty_value=None,
        required=False,
        help_text=gettext_lazy("Conversations about this go to this team."),
    )

    @staticmethod
    def none_label() -> str:
        """Return what stands for no level."""
        return _("Not needed")


def note_errors(form: forms.Form, error: DomainError) -> None:
    """The form has the error's words beside their fields, or above all of them; what was typed stays."""
    if isinstance(error, ChangedMeanwhile) and isinstance(form, _OfferingForm):
        form.take_version(error.more["version"])
    placed = {name: texts for name, texts in error.errors.items() if name in form.fields}
    for name, texts in placed.items():
        for text in texts:
            form.add_error(name, text)
    if not placed:
        others = [text for texts in error.errors.values() for text in texts]
        for text in others or [str(error.detail)]:
            form.add_error(None, text)
