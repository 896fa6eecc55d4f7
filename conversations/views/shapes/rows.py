"""The rows of the list."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from conversations.enums import FINISHED, MessageKind, Priority
from conversations.models import Conversation
from conversations.queries.inbox import InboxRow
from conversations.views.place import InboxPlace
from conversations.views.shapes.shape import moment
from hummdesk.templatetags.ui import full_time, initials, short_time, tint
from teams.access import Viewer

_HOUR_S, _DAY_S = 3600, 86_400
# A promise that is further away is no news, so a tag is shown instead.
_PROMISE_SHOWN_S = 8 * _HOUR_S


@dataclass(frozen=True)
class RowChip:
    """The one chip of a row; `title` says the whole of it."""

    label: str
    title: str
    tone: str = ""
    icon: str = ""


@dataclass(frozen=True)
class RowMark:
    """An agent or a team, as a small mark: `letters` on one of the tints."""

    name: str
    tint: str
    letters: str = ""


@dataclass(frozen=True)
class Row:
    """What a row shows, as text, so that the same values are drawn once."""

    id: str
    number: int
    url: str
    who: str
    face: RowMark
    channel: str
    subject: str
    preview: str
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


def row(conversation: InboxRow, viewer: Viewer, place: InboxPlace) -> Row:
    """Return one row of the list."""
    who = conversation.contact.display_name or _("Unknown")
    mixed = place.view not in {"mine", "unassigned"}
    assignee = conversation.assignee if mixed else None
    at = conversation.last_activity_at
    return Row(
        id=str(conversation.id),
        number=conversation.display_id,
        url=place.conversation_url(conversation.display_id),
        who=who,
        face=RowMark(who, tint(conversation.contact_id), initials(who)),
        channel=conversation.channel,
        subject=conversation.subject or _("(no subject)"),
        preview=conversation.preview,
        prefix=_prefix(conversation, viewer),
        age=short_time(at),
        at_iso=at.isoformat(),
        at_full=full_time(at),
        is_unread=conversation.is_unread,
        has_draft=False,
        priority="" if conversation.priority == Priority.NORMAL else conversation.priority,
        assignee=RowMark(assignee.name, tint(assignee.pk), initials(assignee.name)) if assignee else None,
        team=None,
        chip=_chip(conversation, timezone.now()),
    )


def _prefix(conversation: Conversation, viewer: Viewer) -> str:
    """Return who wrote last, where it was not the customer."""
    author = conversation.last_message_agent
    if author is None:
        return ""
    if conversation.last_message_kind == MessageKind.NOTE:
        return _("Note:")
    return _("You:") if author.pk == viewer.id else f"{author.name.split(' ')[0]}:"


def _chip(conversation: Conversation, now: datetime) -> RowChip | None:
    """Return the one chip that matters most: late, due soon, when it wakes, when it is due, a tag."""
    due_at = conversation.sla_due_at if conversation.status not in FINISHED else None
    if due_at and due_at - now < timedelta(seconds=_HOUR_S):
        return _promise(due_at, now)
    if conversation.snoozed_until:
        until = moment(conversation.snoozed_until)
        return RowChip(until, _("Snoozed until %(moment)s") % {"moment": until}, icon="alarm-clock")
    if due_at and due_at - now < timedelta(seconds=_PROMISE_SHOWN_S):
        return _promise(due_at, now)
    return None


def _promise(due_at: datetime, now: datetime) -> RowChip:
    left_s = int((due_at - now).total_seconds())
    title = _("Reply due %(moment)s") % {"moment": full_time(due_at)}
    if left_s < 0:
        return RowChip(_("%(time)s over") % {"time": _span(-left_s)}, title, "danger", "clock")
    return RowChip(_span(left_s), title, "warn" if left_s < _HOUR_S else "", "clock")


def _span(seconds: int) -> str:
    """Return a length of time in at most two units: "38m", "1h 20m", "3d"."""
    if seconds < _HOUR_S:
        return _("%(count)dm") % {"count": seconds // 60}
    if seconds < _DAY_S:
        hours, minutes = divmod(seconds // 60, 60)
        short = _("%(count)dh") % {"count": hours}
        return _("%(hours)s %(count)dm") % {"hours": short, "count": minutes} if minutes else short
    return _("%(count)dd") % {"count": seconds // _DAY_S}
