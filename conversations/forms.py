"""What the inbox page's forms send."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from conversations.actions.share_thing import SHARED_NAME_MAX_LENGTH
from conversations.enums import NotificationKind, Sharing
from conversations.models import Message
from teams.enums import AgentStatus

BODY_MAX_LENGTH = 100_000


class NotificationSettingsForm(forms.Form):
    """Two switches for each kind of notification: here, and by mail."""

    def __init__(self, *args: Any, wanted: Mapping[str, bool], by_mail: Mapping[str, bool], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in NotificationKind:
            self.fields[kind.value] = forms.BooleanField(label=kind.label, required=False, initial=wanted[kind.value])
            self.fields[_mail_field(kind)] = forms.BooleanField(required=False, initial=by_mail[kind.value])

    def rows(self) -> list[dict[str, Any]]:
        """Return the switches side by side, in the order of the kinds."""
        return [
            {"label": kind.label, "here": self[kind.value], "by_mail": self[_mail_field(kind)]}
            for kind in NotificationKind
        ]

    @property
    def wanted(self) -> dict[str, bool]:
        """Whether each kind is wanted."""
        return {kind.value: self.cleaned_data[kind.value] for kind in NotificationKind}

    @property
    def by_mail(self) -> dict[str, bool]:
        """Whether each kind is wanted by mail."""
        return {kind.value: self.cleaned_data[_mail_field(kind)] for kind in NotificationKind}


def _mail_field(kind: NotificationKind) -> str:
    return f"{kind.value}_by_mail"


class AgentStatusForm(forms.Form):
    """Whether one takes work."""

    status = forms.ChoiceField(choices=AgentStatus.choices)


class AvailabilityForm(AgentStatusForm):
    """Whether somebody takes work, and how much at most."""

    max_capacity = forms.IntegerField(min_value=1, max_value=999)


class SavedViewForm(forms.Form):
    """A list that is kept: its name, who may use it, and its order; the filters are in the address."""

    name = forms.CharField(label=_("Name"), max_length=SHARED_NAME_MAX_LENGTH)
    visibility = forms.ChoiceField(label=_("For"))
    team_id = forms.TypedChoiceField(label=_("Team"), required=False, coerce=UUID, empty_value=None)
    ordering = forms.ChoiceField(label=_("Order"), required=False)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, sharings: Sequence[Sharing], teams: Sequence[tuple[UUID, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._offer("visibility", [(one.value, one.label) for one in sharings])
        self._offer("team_id", [("", _("No team")), *((str(id_), name) for id_, name in teams)])
        self._offer("ordering", list(list_orders().items()))
        if not teams:
            del self.fields["team_id"]

    def _offer(self, name: str, choices: list[Any]) -> None:
        field: Any = self.fields[name]
        field.choices = choices

    def clean(self) -> dict[str, Any]:
        """A team is chosen if, and only if, the team is to have the view."""
        cleaned = super().clean() or {}
        if cleaned.get("visibility") != Sharing.TEAM:
            cleaned["team_id"] = None
        elif not cleaned.get("team_id"):
            self.add_error("team_id", _("Choose the team."))
        return cleaned


def list_orders() -> dict[str, Any]:
    """Return what the orders of lists are called."""
    return {
        "-last_activity_at": _("Newest activity"),
        "created_at": _("Oldest first"),
        "-priority": _("Priority"),
        "sla_due_at": _("Next due"),
    }


class EditForm(forms.Form):
    """What a note, or a reply that is still held, says from now on."""

    body = forms.CharField(
        label=_("Message"),
        max_length=BODY_MAX_LENGTH,
        strip=True,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Write something first.")},
    )

    def words(self, message: Message) -> dict[str, str]:
        """Return what the message says from now on, as actions take it: as it was, with its marks, where it is so."""
        text = "\n".join(self.cleaned_data["body"].splitlines())
        is_same = text == "\n".join(message.body_text.strip().splitlines())
        return {"body_html": message.body_html} if is_same else {"body_text": text}


class MergeIntoForm(forms.Form):
    """The conversation that another one goes into: its number or id."""

    into = forms.CharField(max_length=36)
