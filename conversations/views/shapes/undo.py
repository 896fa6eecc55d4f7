"""Toasts that say what was done and take it back."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from conversations.actions.change_in_steps import ChangeGroup, StepTally
from conversations.views.shapes.said import said, said_with_failures
from conversations.views.shapes.shape import Shape

Fields = list[tuple[str, str]]
# What `change_conversation` calls otherwise than the form.
_FORM_NAMES = {"assignee_id": "assignee", "team_id": "team", "sla_policy_id": "sla_policy"}
# Fields that a step of a bulk change sets anew for the next one.
_OF_A_STEP = {"done", "total", "failed", "back", "groups", "after", "until", "csrfmiddlewaretoken"}


def of_one(url: str, changes: Mapping[str, Any], back: Mapping[str, Any], *, is_undo: bool) -> Shape | None:
    """Return the toast after one conversation was changed, None if nothing was; what is undone has no undo."""
    if is_undo:
        return {"text": _("Undone")}
    if not back:
        return None
    return {"text": said(changes), "url": url, "fields": [*_fields(back), ("is_undo", "on")]}


def of_many(url: str, changes: Mapping[str, Any], tally: StepTally, *, is_undo: bool) -> Shape:
    """Return the toast after many were changed: how many, which were not and why."""
    text = _("Undone") if is_undo else said(changes, tally.done) if tally.done else _("Nothing changed")
    toast: Shape = {"text": said_with_failures(text, tally.failed)}
    if is_undo or not tally.back:
        return toast
    return toast | {"url": url, "fields": [("groups", _json(tally.back)), ("is_undo", "on")]}


def of_mark(url: str, mark: str, ids: Sequence[str]) -> Shape:
    """Return the toast after conversations were marked for the reader alone."""
    text, back = {
        "unread": (ngettext("Marked as unread", "Marked %(count)d conversations as unread", len(ids)), "read"),
        "read": (ngettext("Marked as read", "Marked %(count)d conversations as read", len(ids)), "unread"),
        "follow": (ngettext("Following", "Following %(count)d conversations", len(ids)), "unfollow"),
        "unfollow": (ngettext("Not following", "Not following %(count)d conversations", len(ids)), "follow"),
    }[mark]
    return {
        "text": text % {"count": len(ids)},
        "url": url,
        "fields": [("mark", back), *(("ids", word) for word in ids)],
    }


def next_step(
    sent: QueryDict,
    tally: StepTally,
    *,
    after: UUID | None,
    groups: Sequence[ChangeGroup],
    total: int,
    until: datetime,
) -> Fields:
    """Return the fields that the next step of a bulk change is posted with."""
    kept = [(name, value) for name in sent if name not in _OF_A_STEP for value in sent.getlist(name)]
    state = {
        "done": str(tally.done),
        "total": str(total),
        "failed": json.dumps(tally.failed),
        "back": _json(tally.back),
        "groups": _json(groups) if groups else "",
        "after": str(after or ""),
        "until": until.isoformat(),
    }
    return [*kept, *state.items()]


def _fields(changes: Mapping[str, Any]) -> Fields:
    fields: Fields = []
    for key, value in changes.items():
        name = _FORM_NAMES.get(key, key)
        if isinstance(value, list):
            fields += [(name, str(one)) for one in value]
        else:
            fields.append((name, str(value) if value is not None else "" if key == "snoozed_until" else "none"))
    return fields


def _json(groups: Sequence[ChangeGroup]) -> str:
    return json.dumps([asdict(group) for group in groups])
