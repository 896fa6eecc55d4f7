"""What the page of an SLA policy sends: its fields, and the rows of whom it is for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversations.actions.save_policy import POLICY_NAME_MAX_LENGTH, SCOPES_MOST, TARGETS
from conversations.durations import duration_s, duration_text
from conversations.enums import Priority
from conversations.models import SlaScope
from conversations.queries.policies import companies_named
from teams.models import BusinessHours, SlaPolicy, Team

Choices = Sequence[tuple[str, Any]]


class DurationField(forms.CharField):
    """A length of time in words, as seconds; None for nothing."""

    def prepare_value(self, value: Any) -> Any:
        """Return seconds as they are written; what was typed stays as it is."""
        return duration_text(value) if isinstance(value, int) else value

    def clean(self, value: Any) -> Any:
        """Raises: ValidationError for what is no time."""
        text = super().clean(value)
        if not text:
            return None
        seconds = duration_s(text)
        if seconds is None:
            raise forms.ValidationError(_("Write a time such as 30 min, 4 h or 2 d."))
        return seconds


def _target(label: Any) -> DurationField:
    return DurationField(required=False, max_length=40, label=label)


class PolicyForm(forms.Form):
    """What is promised, and by which hours."""

    name = forms.CharField(max_length=POLICY_NAME_MAX_LENGTH, label=gettext_lazy("Name"))
    hours_id = forms.TypedChoiceField(coerce=UUID, empty_value=None, required=False, label=gettext_lazy("Time counts"))
    first_response_s = _target(gettext_lazy("First reply within"))
    next_response_s = _target(gettext_lazy("Next reply within"))
    resolution_s = _target(gettext_lazy("Resolved within"))
    warn_percent = forms.IntegerField(
        min_value=1,
        max_value=99,
        initial=75,
        label=gettext_lazy("Warn after (percent)"),
        help_text=gettext_lazy("Of the promised time."),
    )
    pauses_while_pending = forms.BooleanField(
        required=False,
        initial=True,
        label=gettext_lazy("Pause while pending"),
        help_text=gettext_lazy("Clocks stand still while the customer is asked. While snoozed they always do."),
    )
    is_default = forms.BooleanField(
        required=False,
        label=gettext_lazy("Default"),
        help_text=gettext_lazy("For conversations that no other policy is for."),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        hours: Sequence[BusinessHours],
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial=dict(initial or {}))
        field: Any = self.fields["hours_id"]
        by_hours = [(str(one.pk), _("In %(hours)s") % {"hours": one.name}) for one in hours]
        field.choices = [("", _("Around the clock")), *by_hours]


@dataclass(frozen=True)
class WrittenScope:
    """One choice of whom a policy is for, as it was typed."""

    company: str = ""
    team_id: str = ""
    priority: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is chosen: such a row is none."""
        return not (self.company or self.team_id or self.priority)


def policy_values(policy: SlaPolicy) -> dict[str, Any]:
    """Return a stored policy as the values of its form."""
    names = ("name", "hours_id", *TARGETS, "warn_percent", "pauses_while_pending", "is_default", "version")
    return {name: getattr(policy, name) for name in names}


def written_scopes(scopes: Iterable[SlaScope]) -> list[WrittenScope]:
    """Return stored scopes as rows."""
    return [
        WrittenScope(one.company.name if one.company else "", str(one.team_id or ""), one.priority) for one in scopes
    ]


def posted_scopes(data: QueryDict) -> list[WrittenScope]:
    """Return the rows as they were typed, right or wrong."""
    columns = (data.getlist("scope_company"), data.getlist("scope_team"), data.getlist("scope_priority"))
    rows = [WrittenScope(company.strip()[:200], team, word) for company, team, word in zip(*columns, strict=False)]
    return rows[: SCOPES_MOST + 1]


def rearranged_scopes(rows: Sequence[WrittenScope], deed: str) -> list[WrittenScope]:
    """Return the rows after `add` or `remove-2`; anything else changes nothing."""
    if deed == "add":
        return [*rows, WrittenScope()]
    return [row for place, row in enumerate(rows) if f"remove-{place}" != deed]


def read_scopes(rows: Sequence[WrittenScope], teams: Sequence[Team]) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the rows as `save_policy` takes them, and what is wrong with them; empty ones are none. One query."""
    chosen = [row for row in rows if not row.is_empty]
    companies = companies_named({row.company for row in chosen if row.company})
    ids = {str(team.pk): team.pk for team in teams}
    errors = [
        _("There is no company “%(name)s”.") % {"name": row.company}
        for row in chosen
        if row.company and row.company.lower() not in companies
    ]
    if any(row.team_id and row.team_id not in ids for row in chosen):
        errors.append(_("There is no such team."))
    if any(row.priority and row.priority not in Priority.values for row in chosen):
        errors.append(_("There is no such priority."))
    if errors:
        return [], errors
    scopes = [
        {
            "company_id": companies[row.company.lower()].pk if row.company else None,
            "team_id": ids.get(row.team_id),
            "priority": row.priority,
        }
        for row in chosen
    ]
    return scopes, []
