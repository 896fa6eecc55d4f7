"""The event timeline in words: who changed what, from what to what, and which rule did it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversations.enums import DeliveryState, Folder, Priority, Status
from conversations.queries.event_names import EventNames
from conversations.serializers.events import event_fields
from conversations.views.shapes.shape import moment
from hummdesk.events.actor import ActorKind
from hummdesk.events.models import LoggedEvent


@dataclass(frozen=True)
class HistoryChange:
    """One thing that differs; `before` and `after` are empty where there was or is nothing."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class HistoryLine:
    """One event: what happened, who did it (with their avatar's seed, "" for no person), and by which rule."""

    seq: int
    at: datetime
    what: str
    who: str
    seed: str
    rule: str
    changes: tuple[HistoryChange, ...]


def history(events: Sequence[LoggedEvent], names: EventNames) -> list[HistoryLine]:
    """Return a line for each event, in their order; those that are no news to anybody are left out."""
    return [_line(event, names) for event in events if event.type not in _NO_NEWS]


def _line(event: LoggedEvent, names: EventNames) -> HistoryLine:
    told = event_fields(event, names)
    actor = told["actor"]
    what = _WHAT.get(event.type)
    return HistoryLine(
        seq=event.seq,
        at=event.at,
        what=str(_CAUSES.get(told["cause"] or "") or what or told["type"].replace("_", " ").capitalize()),
        who=actor["name"] or str(ActorKind(actor["type"]).label),
        seed=actor["id"] or "",
        rule=_rule(event, names),
        changes=tuple(_changes(told["changes"])),
    )


def _rule(event: LoggedEvent, names: EventNames) -> str:
    if event.actor_kind != ActorKind.RULE:
        return ""
    return names.names.get(str(event.actor_id), "") or _("a rule that is gone")


def _changes(changes: Sequence[Mapping[str, Any]]) -> Iterator[HistoryChange]:
    for change in changes:
        field = change["field"]
        if field.startswith("custom_fields."):
            label = field.removeprefix("custom_fields.")
        else:
            label = str(_LABELS.get(field, field))
        yield HistoryChange(label, _shown(field, change["from"]), _shown(field, change["to"]))


def _shown(field: str, value: Any) -> str:
    """Return a value of an event as people say it."""
    if value is None or value == "":
        return ""
    if isinstance(value, dict):
        return value["name"] or _("something that is gone")
    if isinstance(value, list | tuple):
        return ", ".join(str(one) for one in value)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if field == "snoozed_until":
        at = parse_datetime(value)
        return moment(at) if at else str(value)
    choices = _CHOICES.get(field)
    return str(choices(value).label) if choices and value in choices.values else str(value)


_CHOICES: Mapping[str, Any] = {
    "status": Status,
    "priority": Priority,
    "folder": Folder,
    "delivery": DeliveryState,
}
_LABELS: Mapping[str, str | Promise] = {
    "status": gettext_lazy("Status"),
    "snoozed_until": gettext_lazy("Until"),
    "priority": gettext_lazy("Priority"),
    "subject": gettext_lazy("Subject"),
    "folder": gettext_lazy("Folder"),
    "delivery": gettext_lazy("Delivery"),
    "assignee": gettext_lazy("Assignee"),
    "team": gettext_lazy("Team"),
    "category": gettext_lazy("Category"),
    "merged_into": gettext_lazy("Into"),
    "absorbed": gettext_lazy("From"),
    "split_off": gettext_lazy("New conversation"),
    "macro": gettext_lazy("Macro"),
    "sla_policy": gettext_lazy("SLA policy"),
    "tags": gettext_lazy("Tags"),
    "follower": gettext_lazy("Follower"),
    "rating": gettext_lazy("Rating"),
    "text": gettext_lazy("Text"),
}
_CAUSES: Mapping[str, str | Promise] = {
    "woken": gettext_lazy("Woke up"),
    "customer_wrote": gettext_lazy("Reopened by the customer’s reply"),
}
_WHAT: Mapping[str, str | Promise] = {
    "ConversationOpened": gettext_lazy("Conversation started"),
    "MessageReceived": gettext_lazy("Customer wrote"),
    "ReplyWritten": gettext_lazy("Reply written"),
    "ReplySent": gettext_lazy("Reply sent"),
    "NoteAdded": gettext_lazy("Note added"),
    "DeliveryChanged": gettext_lazy("Delivery changed"),
    "ConversationStatusChanged": gettext_lazy("Status changed"),
    "ConversationAssigned": gettext_lazy("Assigned"),
    "ConversationTeamChanged": gettext_lazy("Team changed"),
    "ConversationPriorityChanged": gettext_lazy("Priority changed"),
    "ConversationCategoryChanged": gettext_lazy("Category changed"),
    "ConversationSubjectChanged": gettext_lazy("Subject changed"),
    "ConversationTagsChanged": gettext_lazy("Tags changed"),
    "ConversationFieldsChanged": gettext_lazy("Fields changed"),
    "ConversationFolderChanged": gettext_lazy("Moved"),
    "ConversationMerged": gettext_lazy("Merged into another conversation"),
    "ConversationUnmerged": gettext_lazy("Merge undone"),
    "ConversationAbsorbed": gettext_lazy("Another conversation merged in"),
    "ConversationReleased": gettext_lazy("Merged conversation parted again"),
    "MessagesSplit": gettext_lazy("Split"),
    "SplitUndone": gettext_lazy("Split undone"),
    "ConversationFollowed": gettext_lazy("Followers changed"),
    "MacroApplied": gettext_lazy("Macro applied"),
    "MessageEdited": gettext_lazy("Message edited"),
    "MessageDeleted": gettext_lazy("Message deleted"),
    "MessageReread": gettext_lazy("Mail read again"),
    "SlaPolicySet": gettext_lazy("Promised times changed"),
    "RuleApplied": gettext_lazy("Rule applied"),
    "SlaWarned": gettext_lazy("Promise nearly broken"),
    "SlaBreached": gettext_lazy("Promise broken"),
    "CsatAsked": gettext_lazy("Customer asked for a rating"),
    "CsatAnswered": gettext_lazy("Customer rated our help"),
    "CsatStopped": gettext_lazy("Customer does not want to be asked"),
}
_NO_NEWS = frozenset({"AttachmentThumbnailMade"})
