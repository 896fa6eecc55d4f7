"""What the operators of a search say about conversations."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from conversations.enums import Folder, Status
from conversations.models import ConversationTag, Tag
from conversations.queries.unread import unread_by
from conversations.search_query import SearchQuery
from teams.access import Viewer
from teams.models import Agent, Team

ME, NOBODY = "me", "none"
FOLDER_WORDS = frozenset({Folder.SPAM.value, Folder.TRASH.value})
_STATUS_WORDS = frozenset(Status.values)


def operator_condition(viewer: Viewer, query: SearchQuery) -> Q:
    """Return what the operators ask of a conversation. One query for each tag, team and assignee that is named.

    Several states such as `is:open is:pending`, and several numbers, mean any of them; all else must hold together.
    """
    condition = Q()
    statuses = query.values("is", _STATUS_WORDS)
    numbers = [int(number) for number in query.values("number")]
    if statuses:
        condition &= Q(status__in=statuses)
    if numbers:
        condition &= Q(display_id__in=numbers)
    for one in query.conditions:
        is_grouped = one.name == "number" or (one.name == "is" and one.value in _STATUS_WORDS | FOLDER_WORDS)
        if is_grouped and not one.is_excluded:
            continue
        says = _CONDITIONS[one.name](viewer, one.value)
        condition &= ~says if one.is_excluded else says
    return condition


def folder_condition(query: SearchQuery) -> Q:
    """Return that conversations lie in the inbox, or where `is:spam` and `is:trash` ask; merged ones nowhere."""
    return Q(merged_into=None, folder__in=query.values("is", FOLDER_WORDS) or [Folder.INBOX])


def is_narrow(query: SearchQuery) -> bool:
    """Return whether the operators leave few conversations."""
    return bool(query.values("number"))


def moment_of(day: date) -> datetime:
    """Return when the day begins in the account's time zone."""
    zone = ZoneInfo(getattr(connection.tenant, "timezone", None) or "UTC")  # type: ignore[attr-defined]
    return datetime.combine(day, time(), zone)


def _is(viewer: Viewer, word: str) -> Q:
    match word:
        case "mine":
            return Q(assignee_id=viewer.id)
        case "unassigned":
            return Q(assignee=None)
        case "unread":
            return Q(unread_by(viewer))
        case "spam" | "trash":
            return Q(folder=word)
    return Q(status=word)


def _tagged(_viewer: Viewer, name: str) -> Q:
    ids = list(Tag.objects.filter(name__iexact=name).values_list("id", flat=True))
    return Q(Exists(ConversationTag.objects.filter(conversation=OuterRef("id"), tag_id__in=ids)))


def _assigned_to(viewer: Viewer, who: str) -> Q:
    match who.lower():
        case "me":
            return Q(assignee_id=viewer.id)
        case "none":
            return Q(assignee=None)
    named = Agent.objects.filter(Q(name__icontains=who) | Q(email__istartswith=who))
    return Q(assignee_id__in=list(named.values_list("user_id", flat=True)))


def _of_team(_viewer: Viewer, name: str) -> Q:
    if name.lower() == NOBODY:
        return Q(team=None)
    named = Team.objects.filter(Q(name__icontains=name) | Q(slug__iexact=name))
    return Q(team_id__in=list(named.values_list("id", flat=True)))


def _numbered(_viewer: Viewer, number: str) -> Q:
    return Q(display_id=int(number))


_CONDITIONS: Mapping[str, Callable[[Viewer, str], Q]] = {
    "is": _is,
    "tag": _tagged,
    "assignee": _assigned_to,
    "team": _of_team,
    "number": _numbered,
}
_EPOCH = timezone.make_aware(datetime(1900, 1, 1))
