"""What changes of conversations send."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from types import NoneType
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from conversations.actions.change_in_steps import ChangeGroup
from conversations.enums import Folder, Priority, Status
from conversations.errors import SnoozeInPast
from conversations.queries.changes import BULK_MOST, SUBJECT_MAX_LENGTH
from conversations.snooze_times import typed_time
from hummdesk.errors import ValidationFailed
from teams.access import Viewer


class ChangeForm(forms.Form):
    """What is to be different about conversations; what is not sent stays as it is."""

    status = forms.ChoiceField(choices=Status.choices, required=False)
    snoozed_until = forms.CharField(max_length=60, required=False)
    assignee = forms.CharField(max_length=36, required=False)
    team = forms.CharField(max_length=36, required=False)
    priority = forms.ChoiceField(choices=Priority.choices, required=False)
    subject = forms.CharField(max_length=SUBJECT_MAX_LENGTH, required=False)
    category = forms.CharField(max_length=60, required=False)
    folder = forms.ChoiceField(choices=Folder.choices, required=False)
    sla_policy = forms.CharField(max_length=36, required=False)

    def changes(self, viewer: Viewer) -> dict[str, Any]:
        """Return what `change_conversation` takes. `snoozed_until` is the agent's local time, or what they typed.

        Raises: ValidationFailed.
        """
        if not self.is_valid():
            raise ValidationFailed(errors={name: [str(text) for text in texts] for name, texts in self.errors.items()})
        sent = {name: value for name, value in self.cleaned_data.items() if name in _SENT & set(self.data)}
        changes = {_KEYS.get(name, name): _value(name, value, viewer) for name, value in sent.items()}
        for name in ("add_tags", "remove_tags"):
            if names := [tag for tag in self._all(name) if tag.strip()]:
                changes[name] = names
        if changes.get("status") == Status.SNOOZED:
            changes.setdefault("snoozed_until", None)
        return changes

    def _all(self, name: str) -> list[str]:
        return cast(QueryDict, self.data).getlist(name)


_SENT = {"status", "snoozed_until", "assignee", "team", "priority", "subject", "category", "folder", "sla_policy"}
_KEYS = {"assignee": "assignee_id", "team": "team_id", "sla_policy": "sla_policy_id"}


def _value(name: str, value: str, viewer: Viewer) -> Any:
    if name == "snoozed_until":
        return _moment(value)
    if name in {"assignee", "team", "category", "sla_policy"} and value in {"", "none"}:
        return None
    return viewer.id if (name, value) == ("assignee", "me") else value


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    moment = typed_time(text, timezone.now())
    if moment is None:
        raise SnoozeInPast
    return moment


class SentBackField(forms.JSONField):
    """What a page sends back as it got it; no page sends what nests without end, or text that no database takes."""

    def __init__(self) -> None:
        super().__init__(required=False)

    def to_python(self, value: Any) -> Any:
        """Return the data. Raises: ValidationError."""
        try:
            data = super().to_python(value)
            json.dumps(data, ensure_ascii=False).encode()
        except (ValueError, RecursionError):
            raise forms.ValidationError(_("This could not be read.")) from None
        return data


class BulkForm(ChangeForm):
    """Changes of many: `ids`, or `matching` for the whole list in steps, or the `groups` that take a change back.

    What is done so far goes back and forth with the steps: `done`, `total`, `failed`, `back`; and in a whole list
    `after` the last one and `until` when it began.
    """

    matching = forms.BooleanField(required=False)
    after = forms.UUIDField(required=False)
    until = forms.CharField(max_length=40, required=False)
    done = forms.IntegerField(min_value=0, required=False)
    total = forms.IntegerField(min_value=0, required=False)
    failed = SentBackField()
    back = SentBackField()
    groups = SentBackField()
    is_undo = forms.BooleanField(required=False)
    is_stopped = forms.BooleanField(required=False)

    def clean_failed(self) -> dict[str, int]:
        """Return how many were not changed, by reason."""
        sent = self.cleaned_data["failed"] or {}
        if not isinstance(sent, dict) or not all(isinstance(count, int) for count in sent.values()):
            raise forms.ValidationError(_("This could not be read."))
        return sent

    def clean_back(self) -> list[ChangeGroup]:
        """Return the groups that take back what is done so far."""
        return _groups(self.cleaned_data["back"])

    def clean_groups(self) -> list[ChangeGroup]:
        """Return the groups that are to be changed."""
        return _groups(self.cleaned_data["groups"])

    def clean_until(self) -> datetime:
        """Return when the change of a whole list began: now, if this is the first step."""
        sent = self.cleaned_data["until"]
        try:
            moment = datetime.fromisoformat(sent) if sent else timezone.now()
            return (moment if moment.tzinfo else timezone.make_aware(moment)).astimezone(UTC)
        except (ValueError, OverflowError):
            raise forms.ValidationError(_("This could not be read.")) from None

    def ids(self) -> list[str]:
        """Return the conversations that are named. Raises: ValidationFailed for too many."""
        ids = self._all("ids")
        if len(ids) > BULK_MOST:
            text = gettext("Change at most %(count)d conversations at once.") % {"count": BULK_MOST}
            raise ValidationFailed(errors={"ids": [text]})
        return [word[:36] for word in ids]


_MARKS = ("unread", "read", "follow", "unfollow", "toggle-follow")


class MarkForm(forms.Form):
    """What the reader keeps of conversations for themselves."""

    mark = forms.ChoiceField(choices=[(mark, mark) for mark in _MARKS])


# What a way back may hold, and what its values are.
_IN_GROUPS: Mapping[str, type | tuple[type, ...]] = {
    "status": str,
    "snoozed_until": (str, NoneType),
    "assignee_id": (str, NoneType),
    "team_id": (str, NoneType),
    "category": (str, NoneType),
    "priority": str,
    "subject": str,
    "folder": str,
    "sla_policy_id": (str, NoneType),
    "add_tags": list,
    "remove_tags": list,
}


def _groups(sent: Any) -> list[ChangeGroup]:
    groups = sent if isinstance(sent, list) else []
    if (sent and not groups) or not all(_is_group(group) for group in groups):
        raise forms.ValidationError(_("This could not be read."))
    return [ChangeGroup(tuple(group["ids"]), group["changes"]) for group in groups]


def _is_group(group: Any) -> bool:
    if not isinstance(group, dict) or set(group) != {"ids", "changes"}:
        return False
    ids, changes = group["ids"], group["changes"]
    if not isinstance(ids, list) or not isinstance(changes, dict) or not all(isinstance(word, str) for word in ids):
        return False
    if not all(isinstance(value, _IN_GROUPS.get(name, ())) for name, value in changes.items()):
        return False
    return all(isinstance(word, str) for value in changes.values() if isinstance(value, list) for word in value)
