"""What the composer sends."""

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import TextChoices
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.email_addresses import email_errors
from conversations.actions.message_body import BODY_CHARS
from conversations.actions.recipients import RECIPIENTS_MOST
from conversations.enums import Status

FILES_AT_ONCE, MENTIONS_AT_ONCE = 20, 50
_ADDRESSES_CHARS = 8_000


class Writing(TextChoices):
    """What somebody writes in the composer."""

    REPLY = "reply", gettext_lazy("Reply")
    REPLY_ALL = "reply-all", gettext_lazy("Reply all")
    FORWARD = "forward", gettext_lazy("Forward")
    NOTE = "note", gettext_lazy("Note")


class AddressListField(forms.CharField):
    """E-mail addresses with commas between them, with names or without; they come out bare and in lower case."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, max_length=_ADDRESSES_CHARS, **options)

    def clean(self, value: Any) -> list[str]:
        """Return the addresses, each once. Raises: ValidationError, naming what is none."""
        words = [_bare(word) for word in re.split(r"[,;\n]", super().clean(value))]
        addresses = list(dict.fromkeys(filter(None, words)))
        faults = [_("%(address)s is no e-mail address.") % {"address": one} for one in addresses if email_errors(one)]
        if len(addresses) > RECIPIENTS_MOST:
            faults = [_("Name at most %(count)d addresses.") % {"count": RECIPIENTS_MOST}]
        if faults:
            raise forms.ValidationError(faults)
        return addresses


class IdListField(forms.MultipleChoiceField):
    """Ids, each in a field of its own; those that are none are passed over."""

    def __init__(self, most: int) -> None:
        super().__init__(required=False, widget=forms.MultipleHiddenInput)
        self.most = most

    def clean(self, value: Any) -> list[UUID]:
        """Return the ids. Raises: ValidationError for too many."""
        found = [_uuid(one) for one in dict.fromkeys(value or ())]
        ids = [one for one in found if one is not None]
        if len(ids) > self.most:
            raise forms.ValidationError(_("Use at most %(count)d.") % {"count": self.most})
        return ids


class WritingForm(forms.Form):
    """Words and files, whoever they are for."""

    body = forms.CharField(required=False, max_length=BODY_CHARS, strip=True, label=gettext_lazy("Message"))
    body_html = forms.CharField(required=False, max_length=BODY_CHARS, strip=True)
    cc = AddressListField(label=gettext_lazy("Cc"))
    bcc = AddressListField(label=gettext_lazy("Bcc"))
    send_at = forms.DateTimeField(required=False, label=gettext_lazy("Send later"))

    def __init__(self, data: Mapping[str, Any] | None = None, files: MultiValueDict[str, Any] | None = None) -> None:
        super().__init__(data, files)
        self.fields["attachments"] = IdListField(FILES_AT_ONCE)

    @property
    def words(self) -> dict[str, Any]:
        """What the message says, as actions take it."""
        given = self.cleaned_data
        return {
            "body_text": given["body"],
            "body_html": given["body_html"],
            "attachment_ids": given["attachments"],
        }

    @property
    def copies(self) -> dict[str, Any]:
        """Who else gets it, and when."""
        given = self.cleaned_data
        return {"cc": given["cc"], "bcc": given["bcc"], "send_at": given["send_at"]}


class MessageForm(WritingForm):
    """A reply, a forward or a note; a status may be set along with what leaves.

    `sends_as` is what the pressed button says that it does, so that no page lets a note pass for a reply.
    """

    kind = forms.ChoiceField(choices=Writing, required=False)
    sends_as = forms.ChoiceField(choices=[("mail", "mail"), ("note", "note")], required=False)
    to = AddressListField(label=gettext_lazy("To"))
    forwarded = forms.UUIDField(required=False)
    seen_seq = forms.IntegerField(required=False, min_value=0, max_value=2**63 - 1)
    force = forms.BooleanField(required=False)
    status = forms.ChoiceField(choices=Status, required=False)
    status_before = forms.ChoiceField(choices=Status, required=False)
    snoozed_until = forms.DateTimeField(required=False, label=gettext_lazy("Snooze until"))
    draft_id = forms.UUIDField(required=False)

    def __init__(self, data: Mapping[str, Any] | None = None, files: MultiValueDict[str, Any] | None = None) -> None:
        super().__init__(data, files)
        self.fields["mentions"] = IdListField(MENTIONS_AT_ONCE)

    def clean_kind(self) -> Writing:
        """Return what is written; a reply where nothing is said of it."""
        return Writing(self.cleaned_data["kind"] or Writing.REPLY)

    def clean(self) -> dict[str, Any]:
        """Refuse what has no words, nobody to go to, or another button than its kind has."""
        given = super().clean() or {}
        kind = given.get("kind", Writing.REPLY)
        if given.get("sends_as") and (given["sends_as"] == "note") != (kind == Writing.NOTE):
            self.add_error(None, _("Choose first whether this is a note or goes out."))
        if kind == Writing.FORWARD and "to" in given and not given["to"]:
            self.add_error("to", _("Say whom to forward it to."))
        if kind != Writing.FORWARD and not given.get("body") and not given.get("body_html"):
            self.add_error("body", _("Write something first."))
        if given.get("status") == Status.SNOOZED and not given.get("snoozed_until"):
            self.add_error("snoozed_until", _("Choose a time that is still to come."))
        return given


def _bare(word: str) -> str:
    """Return the address of `Name <address>`, or the word itself."""
    found = re.search(r"<([^<>]*)>\s*\Z", word)
    return (found[1] if found else word).strip().lower()


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
