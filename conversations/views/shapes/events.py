"""The lines that the event log adds to a conversation's timeline."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from conversations.actions.undo_move import UNDOABLE_FOR
from conversations.enums import FINISHED, ClockKind, Folder, Priority, Status
from conversations.queries.thread import OtherConversation
from conversations.views.shapes.shape import moment
from hummdesk.events.actor import ActorKind
from hummdesk.events.models import LoggedEvent


@dataclass(frozen=True)
class EventItem:
    """One line. `text` is safe HTML; `link` is the number of a conversation it names, `undo_seq` an event to undo."""

    kind: str
    at: datetime
    icon: str
    text: SafeString
    link: int = 0
    undo_seq: int = 0


@dataclass(frozen=True)
class Names:
    """What ids in events are called; agents, teams, categories and policies by the text of their id."""

    agents: Mapping[str, str]
    teams: Mapping[str, str] = field(default_factory=dict)
    categories: Mapping[str, str] = field(default_factory=dict)
    policies: Mapping[str, str] = field(default_factory=dict)
    conversations: Mapping[str, OtherConversation] = field(default_factory=dict)


def event_items(events: Sequence[LoggedEvent], names: Names, *, may_undo: bool) -> list[EventItem]:
    """Return a line for each event that a reader would miss; messages speak for themselves."""
    undone = _undone(events)
    items = (_item(event, names, undone=undone, may_undo=may_undo) for event in events if event.type in _LINES)
    return [item for item in items if item is not None]


def deleted_by(events: Sequence[LoggedEvent], names: Names) -> dict[str, str]:
    """Return who deleted which message, by its id."""
    return {event.data["message_id"]: _who(event, names) for event in events if event.type == "MessageDeleted"}


def _item(event: LoggedEvent, names: Names, *, undone: set[Any], may_undo: bool) -> EventItem | None:
    icon, write = _LINES[event.type]
    text = write(event, names)
    if text is None:
        return None
    other = names.conversations.get(event.data.get(_OTHER.get(event.type, ""), ""))
    is_fresh = event.type in _UNDOABLE and event.at > timezone.now() - UNDOABLE_FOR + timedelta(minutes=1)
    can = may_undo and is_fresh and other is not None and not undone & {event.seq, event.data.get("source_id")}
    return EventItem("event", event.at, icon, text, other.display_id if other else 0, event.seq if can else 0)


_OTHER = {
    "ConversationMerged": "into_id",
    "ConversationAbsorbed": "source_id",
    "ConversationReleased": "source_id",
    "ConversationUnmerged": "from_id",
    "MessagesSplit": "new_conversation_id",
    "SplitUndone": "from_id",
}
_UNDOABLE = ("ConversationMerged", "ConversationAbsorbed", "MessagesSplit")


def _undone(events: Sequence[LoggedEvent]) -> set[Any]:
    """Return the seqs of what was taken back, and the ids of the conversations that have left again."""
    undone: set[Any] = set()
    for event in events:
        if event.type == "ConversationAbsorbed":
            undone.discard(event.data["source_id"])
        elif event.type == "ConversationReleased":
            undone.add(event.data["source_id"])
        undone.update(event.data[name] for name in ("merge_seq", "split_seq") if name in event.data)
    return undone


def _line(text: str, **values: object) -> SafeString:
    """Return a sentence as HTML whose values stand out, but for `who`."""
    marked = {
        name: escape(value) if name == "who" else format_html("<b>{}</b>", value) for name, value in values.items()
    }
    return SafeString(escape(text) % marked)


def _who(event: LoggedEvent, names: Names) -> str:
    if event.actor_kind == ActorKind.AGENT:
        return names.agents.get(str(event.actor_id), _("A former agent"))
    return str(ActorKind(event.actor_kind).label)


def _status(event: LoggedEvent, names: Names) -> SafeString | None:
    status, cause = Status(event.data["status"]), event.data.get("cause", "")
    if cause in ("merged", "unmerged"):
        return None
    if cause == "customer_wrote" or event.actor_kind == ActorKind.CONTACT:
        return _line(_("Reopened by the customer's reply"))
    if cause == "woken":
        return _line(_("Snooze is over"))
    return _set_status(event, _who(event, names), status)


def _set_status(event: LoggedEvent, who: str, status: Status) -> SafeString:
    if status == Status.RESOLVED:
        return _line(_("%(who)s resolved this"), who=who)
    if status == Status.SNOOZED:
        return _snoozed(who, event.data.get("snoozed_until"))
    if status == Status.OPEN and event.data.get("status_before") in FINISHED:
        return _line(_("%(who)s reopened this"), who=who)
    return _line(_("%(who)s set the status to %(status)s"), who=who, status=status.label)


def _snoozed(who: str, until: str | None) -> SafeString:
    at = parse_datetime(until) if until else None
    if at is None:
        return _line(_("%(who)s snoozed this until the customer writes"), who=who)
    return _line(_("%(who)s snoozed this until %(moment)s"), who=who, moment=moment(at))


def _assigned(event: LoggedEvent, names: Names) -> SafeString:
    who, assignee = _who(event, names), event.data["assignee_id"]
    if assignee is None:
        return _line(_("%(who)s took the assignee away"), who=who)
    if assignee == str(event.actor_id):
        return _line(_("%(who)s took the conversation"), who=who)
    agent = names.agents.get(assignee, _("a former agent"))
    return _line(_("%(who)s assigned %(agent)s"), who=who, agent=agent)


def _team(event: LoggedEvent, names: Names) -> SafeString:
    who, team = _who(event, names), event.data["team_id"]
    if team is None:
        return _line(_("%(who)s took the team away"), who=who)
    return _line(_("%(who)s moved this to %(team)s"), who=who, team=names.teams.get(team, _("a former team")))


def _priority(event: LoggedEvent, names: Names) -> SafeString:
    label = Priority(event.data["priority"]).label
    return _line(_("%(who)s set the priority to %(priority)s"), who=_who(event, names), priority=label)


def _category(event: LoggedEvent, names: Names) -> SafeString:
    who, category = _who(event, names), event.data["category_id"]
    if category is None:
        return _line(_("%(who)s took the category away"), who=who)
    name = names.categories.get(category, _("a former category"))
    return _line(_("%(who)s sorted this as %(category)s"), who=who, category=name)


def _subject(event: LoggedEvent, names: Names) -> SafeString:
    subject = event.data["subject"] or _("(no subject)")
    return _line(_("%(who)s changed the subject to %(subject)s"), who=_who(event, names), subject=subject)


def _tags(event: LoggedEvent, names: Names) -> SafeString:
    who, added, removed = _who(event, names), event.data["added"], event.data["removed"]
    values = {"added": ", ".join(added), "removed": ", ".join(removed)}
    if added and removed:
        return _line(_("%(who)s added the tag %(added)s and removed %(removed)s"), who=who, **values)
    if added:
        text = ngettext("%(who)s added the tag %(added)s", "%(who)s added the tags %(added)s", len(added))
        return _line(text, who=who, added=values["added"])
    text = ngettext("%(who)s removed the tag %(removed)s", "%(who)s removed the tags %(removed)s", len(removed))
    return _line(text, who=who, removed=values["removed"])


def _fields(event: LoggedEvent, names: Names) -> SafeString:
    return _line(_("%(who)s changed %(fields)s"), who=_who(event, names), fields=", ".join(event.data["fields"]))


def _folder(event: LoggedEvent, names: Names) -> SafeString:
    who, folder = _who(event, names), Folder(event.data["folder"])
    if folder == Folder.INBOX:
        return _line(_("%(who)s moved this back to the inbox"), who=who)
    return _line(_("%(who)s moved this to %(folder)s"), who=who, folder=folder.label)


def _moved(text: Callable[[], str]) -> Callable[[LoggedEvent, Names], SafeString]:
    return lambda event, names: _line(text(), who=_who(event, names))


def _due(event: LoggedEvent, _names: Names) -> SafeString:
    at = parse_datetime(event.data["due_at"])
    is_resolution = event.data.get("kind") == ClockKind.RESOLUTION
    text = _("A solution is due %(moment)s") if is_resolution else _("An answer is due %(moment)s")
    return _line(text, moment=moment(at) if at else "")


def _late(event: LoggedEvent, _names: Names) -> SafeString:
    at = parse_datetime(event.data["due_at"])
    is_resolution = event.data.get("kind") == ClockKind.RESOLUTION
    text = _("A solution was due %(moment)s") if is_resolution else _("An answer was due %(moment)s")
    return _line(text, moment=moment(at) if at else "")


def _policy(event: LoggedEvent, names: Names) -> SafeString:
    who, policy = _who(event, names), event.data["policy_id"]
    if policy is None:
        return _line(_("%(who)s left the promised times to the rules"), who=who)
    name = names.policies.get(policy, _("a former policy"))
    return _line(_("%(who)s promised the times of %(policy)s"), who=who, policy=name)


def _rated(event: LoggedEvent, _names: Names) -> SafeString:
    if event.data.get("rating_before"):
        text = _("The customer changed the rating to %(rating)s of 5")
    else:
        text = _("The customer rated our help %(rating)s of 5")
    return _line(text, rating=event.data["rating"])


_LINES: dict[str, tuple[str, Callable[[LoggedEvent, Names], SafeString | None]]] = {
    "ConversationStatusChanged": ("circle-dot", _status),
    "ConversationAssigned": ("user", _assigned),
    "ConversationTeamChanged": ("users", _team),
    "ConversationPriorityChanged": ("flag", _priority),
    "ConversationCategoryChanged": ("layers", _category),
    "ConversationSubjectChanged": ("pencil", _subject),
    "ConversationTagsChanged": ("tag", _tags),
    "ConversationFieldsChanged": ("pencil", _fields),
    "ConversationFolderChanged": ("archive", _folder),
    "ConversationMerged": ("merge", _moved(lambda: _("%(who)s merged this into another conversation"))),
    "ConversationAbsorbed": ("merge", _moved(lambda: _("%(who)s merged another conversation into this one"))),
    "ConversationReleased": ("rotate-ccw", _moved(lambda: _("%(who)s undid a merge into this conversation"))),
    "ConversationUnmerged": ("rotate-ccw", _moved(lambda: _("%(who)s undid the merge"))),
    "MessagesSplit": ("arrow-right-left", _moved(lambda: _("%(who)s split off a conversation"))),
    "SplitUndone": ("rotate-ccw", _moved(lambda: _("%(who)s undid the split"))),
    "MacroApplied": ("zap", _moved(lambda: _("%(who)s used a macro"))),
    "SlaPolicySet": ("timer", _policy),
    "SlaWarned": ("timer", _due),
    "SlaBreached": ("timer", _late),
    "CsatAsked": ("smile", lambda _event, _names: _line(_("The customer was asked how they were helped"))),
    "CsatAnswered": ("smile", _rated),
    "CsatStopped": ("smile", lambda _event, _names: _line(_("The customer does not want to be asked for ratings"))),
    "ContactMerged": ("users", _moved(lambda: _("%(who)s merged another customer into this one"))),
}
