"""What the pages about mail send."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversations.message_forms import AddressListField, WritingForm
from conversations.queries.changes import SUBJECT_MAX_LENGTH
from email_channel.models import Mailbox
from teams.models import Team


class FirstMessageForm(WritingForm):
    """A mail with which a conversation begins."""

    mailbox = forms.TypedChoiceField(coerce=UUID, label=gettext_lazy("From"))
    to = AddressListField(label=gettext_lazy("To"))
    subject = forms.CharField(
        max_length=SUBJECT_MAX_LENGTH,
        label=gettext_lazy("Subject"),
        error_messages={"required": gettext_lazy("Give it a subject.")},
    )
    team = forms.TypedChoiceField(coerce=UUID, empty_value=None, required=False, label=gettext_lazy("Team"))

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        files: MultiValueDict[str, Any] | None = None,
        *,
        mailboxes: Sequence[Mailbox],
        teams: Sequence[Team],
    ) -> None:
        super().__init__(data, files)
        self._offer("mailbox", [(str(one.id), f"{one.name} <{one.address}>") for one in mailboxes])
        self._offer("team", [("", _("No team")), *((str(one.id), one.name) for one in teams)])

    def _offer(self, name: str, choices: Sequence[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  # as declared above
        field.choices = choices

    def clean_to(self) -> list[str]:
        """Return the customer's address first. Raises: ValidationError without one."""
        to: list[str] = self.cleaned_data["to"]
        if not to:
            raise forms.ValidationError(_("Say who is to get it."))
        return to

    def clean(self) -> dict[str, Any]:
        """Refuse what says nothing."""
        given = super().clean() or {}
        if not given.get("body") and not given.get("body_html"):
            self.add_error("body", _("Write something first."))
        return given
