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
from email_channel.actions.save_mailbox import SIGNATURE_MAX_LENGTH
from email_channel.enums import AutoReplyWhen
from email_channel.models import Mailbox
from teams.models import Team


class MailboxForm(forms.Form):
    """A mailbox's settings; `is_new` asks for its address, too."""

    address = forms.CharField(max_length=254, label=gettext_lazy("Address"), widget=forms.EmailInput)
    name = forms.CharField(
        max_length=120, label=gettext_lazy("Name"), help_text=gettext_lazy("Customers see it as the sender.")
    )
    team_id = forms.TypedChoiceField(
        coerce=UUID,
        empty_value=None,
        required=False,
        label=gettext_lazy("Team"),
        help_text=gettext_lazy("New conversations go to this team."),
    )
    signature = forms.CharField(
        max_length=SIGNATURE_MAX_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        label=gettext_lazy("Signature"),
        help_text=gettext_lazy("Stands below each answer."),
    )
    auto_reply = forms.ChoiceField(choices=AutoReplyWhen.choices, label=gettext_lazy("Answer by itself"))
    auto_reply_template_id = forms.TypedChoiceField(
        coerce=UUID, empty_value=None, required=False, label=gettext_lazy("What it answers")
    )
    hours_id = forms.TypedChoiceField(
        coerce=UUID, empty_value=None, required=False, label=gettext_lazy("Business hours")
    )
    reply_to_token = forms.BooleanField(
        required=False,
        label=gettext_lazy("Give each conversation its own address for answers"),
        help_text=gettext_lazy(
            "Answers go to an address like support+1042-k7m2qxw4ta@… and find their conversation "
            "even where a mail program drops all else. Switch it on only if your mail server takes such addresses."
        ),
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        choices: Mapping[str, Sequence[tuple[str, str]]],
        initial: Mapping[str, Any] | None = None,
        is_new: bool,
    ) -> None:
        super().__init__(data, initial=dict(initial or {}))
        for name, offered in choices.items():
            _offer(self, name, offered)
        if not is_new:
            del self.fields["address"]


class RemoveMailboxForm(forms.Form):
    """Where the conversations of a mailbox that goes are answered from; nowhere where there is no other."""

    move_to = forms.TypedChoiceField(
        coerce=UUID, empty_value=None, required=False, label=gettext_lazy("Answer its conversations from")
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, others: Sequence[Mailbox]) -> None:
        super().__init__(data)
        nowhere = ("", _("Nowhere: answers fail"))
        _offer(self, "move_to", [*((str(one.id), f"{one.name} <{one.address}>") for one in others), nowhere])


class SuppressionForm(forms.Form):
    """An address to which nothing is to be sent."""

    address = forms.CharField(max_length=320, label=gettext_lazy("Address"), widget=forms.EmailInput)
    detail = forms.CharField(max_length=1000, required=False, label=gettext_lazy("Why (for colleagues)"))


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
        _offer(self, "mailbox", [(str(one.id), f"{one.name} <{one.address}>") for one in mailboxes])
        _offer(self, "team", [("", _("No team")), *((str(one.id), one.name) for one in teams)])

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


def _offer(form: forms.Form, name: str, choices: Sequence[tuple[str, str]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101  # as its form declares
    field.choices = choices
