"""What the inbox page's forms send."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from conversations.enums import NotificationKind, Status
from teams.enums import AgentStatus

BODY_MAX_LENGTH = 100_000


class MessageForm(forms.Form):
    """A reply or a note in plain text; `status` is set along with a reply."""

    body = forms.CharField(
        label=_("Message"),
        max_length=BODY_MAX_LENGTH,
        strip=True,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write something first.")},
    )
    status = forms.ChoiceField(choices=Status.choices, required=False)


class StatusForm(forms.Form):
    """Another status. Snoozing needs a time and has a form of its own."""

    status = forms.ChoiceField(choices=[choice for choice in Status.choices if choice[0] != Status.SNOOZED])


class AssignForm(forms.Form):
    """Somebody: `me`, `none`, or an agent's id."""

    assignee = forms.CharField(max_length=36)


class NotificationSettingsForm(forms.Form):
    """A switch for each kind of notification."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in NotificationKind:
            self.fields[kind.value] = forms.BooleanField(label=kind.label, required=False)


class AgentStatusForm(forms.Form):
    """Whether one takes work."""

    status = forms.ChoiceField(choices=AgentStatus.choices)
