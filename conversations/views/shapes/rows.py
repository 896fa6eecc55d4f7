"""The rows of the list."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from conversations.enums import FINISHED, MessageKind, Priority
from conversations.queries.inbox import InboxFind
from conversations.queries.inbox_lists import InboxList
from conversations.queries.inbox_rows import InboxRow
from conversations.views.place import InboxPlace
from conversations.views.shapes.shape import moment
from hummdesk.templatetags.ui import full_time, initials, short_time, tint
from teams.access import Viewer

_HOUR_S, _DAY_S = 3600, 86_400
# A promise that is further away is no news, so a tag is shown instead.
_PROMISE_SHOWN_S = 8 * _HOUR_S
# What a row can show, by the names that saved views choose their columns from.
_EVERYTHING = frozenset({"channel", "last_message", "priority", "assignee", "team", "sla", "snoozed_until", "tags"})
_ALL_ALIKE = {"assignee": frozenset({"mine", "unassigned"}), "team": frozenset({"team"})}


@dataclass(frozen=True)
class RowChip:
    """The one chip of a row; `title` says the whole of it. The script counts on to `due_iso`, if it is a time."""

    label: str
    title: str
    tone: str = ""
    icon: str = ""
    due_iso: str = ""


@dataclass(frozen=True)
class RowMark:
    """An agent or a team, as a small mark: `letters` on one of the tints."""

    name: str
    tint: str
    letters: str = ""


@dataclass(frozen=True)
class Row:
    """What a row shows, as text, so that the same values are drawn once.

    `subject_html` and `snippet_html` are escaped, with what the search asked for marked; "" without a search.
    """

    id: str
    number: int
    url: str
    who: str
    face: RowMark
    channel: str
    subject: str
    subject_html: str
    preview: str
    snippet_html: str
    prefix: str
    age: str
    at_iso: str
    at_full: str
    is_unread: bool
    has_draft: bool
    priority: str
    assignee: RowMark | None
    team: RowMark | None
    chip: RowChip | None


def row(find: InboxFind, viewer: Viewer, place: InboxPlace, shown: InboxList) -> Row:
    """Return one row of the list, without what the list's columns leave out."""
    item, snippet = find.row, find.snippet
    who = item.contact_name or item.contact_email or _("Unknown")
    columns = shown.columns or _EVERYTHING
    drafted = item.draft_text if shown.kind == "drafts" else ""
    return Row(
        id=str(item.id),
        number=item.display_id,
        url=place.conversation_url(item.display_id),
        who=who,
        face=RowMark(who, tint(item.contact_id), initials(who)),
        channel=item.channel if "channel" in columns else "",
        subject=item.subject or _("(no subject)"),
        subject_html=snippet.subject_html if snippet else "",
        preview=(drafted or item.preview) if "last_message" in columns else "",
        snippet_html=snippet.text_html if snippet else "",
        prefix="" if snippet or drafted else _prefix(item, viewer),
        age=short_time(item.last_activity_at),
        at_iso=item.last_activity_at.isoformat(timespec="minutes"),
        at_full=full_time(item.last_activity_at),
        is_unread=item.is_unread,
        has_draft=item.draft_text is not None,
        priority="" if item.priority == Priority.NORMAL or "priority" not in columns else item.priority,
        assignee=_mark(item.assignee_id, item.assignee_name) if _mixes(shown, "assignee", columns) else None,
        team=_mark(item.team_id, item.team_name) if _mixes(shown, "team", columns) else None,
        chip=_chip(item, timezone.now(), columns),
    )


def _mixes(shown: InboxList, column: str, columns: Collection[str]) -> bool:
    """Return whether the rows of a list differ in this column, so that it is worth showing."""
    return column in columns and shown.kind not in _ALL_ALIKE[column]


def _mark(id: UUID | None, name: str | None) -> RowMark | None:
    return RowMark(name, tint(id), initials(name)) if name else None


def _prefix(item: InboxRow, viewer: Viewer) -> str:
    """Return who wrote last, where it was not the customer."""
    if item.author_name is None:
        return ""
    if item.last_message_kind == MessageKind.NOTE:
        return _("Note:")
    return _("You:") if item.last_message_agent_id == viewer.id else f"{item.author_name.split(' ')[0]}:"


def _chip(item: InboxRow, now: datetime, columns: Collection[str]) -> RowChip | None:
    """Return the one chip that matters most: late, due soon, when it wakes, when it is due, a tag, due much later."""
    due_at = item.sla_due_at if item.status not in FINISHED and "sla" in columns else None
    left_s = (due_at - now).total_seconds() if due_at else 0.0
    if due_at and left_s < _HOUR_S:
        return _promise(due_at, left_s)
    if item.snoozed_until and "snoozed_until" in columns:
        until = moment(item.snoozed_until)
        return RowChip(until, _("Snoozed until %(moment)s") % {"moment": until}, icon="alarm-clock")
    if due_at and (left_s < _PROMISE_SHOWN_S or not item.tags):
        return _promise(due_at, left_s)
    if item.tags and "tags" in columns:
        return RowChip(item.tags[0], _("Tags: %(names)s") % {"names": ", ".join(item.tags)})
    return None


def _promise(due_at: datetime, left_s: float) -> RowChip:
    title, due_iso = _("Reply due %(moment)s") % {"moment": full_time(due_at)}, due_at.isoformat(timespec="seconds")
    if left_s < 0:
        return RowChip(_("%(time)s over") % {"time": _span(-int(left_s))}, title, "danger", "clock", due_iso)
    return RowChip(_span(int(left_s)), title, "warn" if left_s < _HOUR_S else "", "clock", due_iso)


def _span(seconds: int) -> str:
    """Return a length of time in at most two units: "38m", "1h 20m", "3d"."""
    if seconds < _HOUR_S:
        return _("%(count)dm") % {"count": seconds // 60}
    if seconds < _DAY_S:
        hours, minutes = divmod(seconds // 60, 60)
        short = _("%(count)dh") % {"count": hours}
        return _("%(hours)s %(count)dm") % {"hours": short, "count": minutes} if minutes else short
    return _("%(count)dd") % {"count": seconds // _DAY_S}
