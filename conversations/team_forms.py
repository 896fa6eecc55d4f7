"""What the settings pages of teams, agents, skills and categories send."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversations.actions.save_category import CATEGORY_NAME_MAX_LENGTH
from hummdesk.errors import DomainError
from teams.actions.save_skill import SKILL_NAME_MAX_LENGTH
from teams.actions.save_team import TEAM_NAME_MAX_LENGTH
from teams.agent_fields import LEVEL_LEAST, LEVEL_MOST, SkillLevel
from teams.enums import AgentStatus, RoutingStrategy, TeamRole
from teams.models import Skill

Offers = Mapping[str, Sequence[tuple[str, Any]]]
_LANGUAGES_MAX_LENGTH = 200


class _OfferingForm(forms.Form):
    """A form whose choices are rows; `version` is that of what is changed."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, offers: Offers, initial: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, initial=dict(initial or {}))
        for name, choices in offers.items():
            field: Any = self.fields[name]
            field.choices = choices

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
    """Who is in a team, as what; `leave` takes them out."""

    agent_id = forms.TypedChoiceField(label=gettext_lazy("Agent"), coerce=UUID)
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=TeamRole.choices)

    def __init__(self, data: Any = None, *, agents: Sequence[tuple[str, str]]) -> None:
        super().__init__(data)
        field: Any = self.fields["agent_id"]
        field.choices = agents


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
        self._skills = {f"skill_{skill.id}": skill for skill in skills}
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
        skills = [SkillLevel(self._skills[name].name, level) for name, level in levels.items() if level]
        return {**sent, "skills": skills}


class AgentForm(_SkillsForm):
    """What an agent can take."""

    status = forms.ChoiceField(label=gettext_lazy("Status"), choices=AgentStatus.choices)
    max_capacity = forms.IntegerField(
        label=gettext_lazy("Capacity"),
        help_text=gettext_lazy("So many open and pending conversations at a time are routed to them."),
    )
    languages = forms.CharField(
        label=gettext_lazy("Languages"),
        required=False,
        max_length=_LANGUAGES_MAX_LENGTH,
        help_text=gettext_lazy("Codes with commas between, such as: en, fi"),
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

    def clean_languages(self) -> list[str]:
        """Return the codes."""
        return [code.strip() for code in self.cleaned_data["languages"].split(",") if code.strip()]


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
    """The form has the error's words beside their fields, or above all of them."""
    placed = {name: texts for name, texts in error.errors.items() if name in form.fields}
    for name, texts in placed.items():
        for text in texts:
            form.add_error(name, text)
    if not placed:
        others = [text for texts in error.errors.values() for text in texts]
        for text in others or [str(error.detail)]:
            form.add_error(None, text)
