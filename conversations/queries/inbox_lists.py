"""The lists of the sidebar: which conversations each one holds, in which order, and what it is called."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.permissions import Permission
from conversations.access import visible_conversations
from conversations.enums import FINISHED, Folder, MessageKind, Status
from conversations.models import (
    Conversation,
    ConversationTag,
    MessageDraft,
    MessageMention,
    SavedView,
    Tag,
)
from conversations.models.conversation import IN_INBOX
from conversations.queries.conversations import NOBODY, filtered_conversations
from conversations.queries.sharing import get_shared
from hummdesk.compiled import CompiledSql
from hummdesk.errors import NotFound
from teams.access import Viewer
from teams.models import Agent, Team, TeamMember

WORKABLE = (Status.OPEN, Status.PENDING)
BY_ACTIVITY = "-last_activity_at"
# What lists can be ordered by, and the columns of each order.
ORDER_COLUMNS: Mapping[str, Sequence[str]] = {
    BY_ACTIVITY: ("-last_activity_at",),
    "created_at": ("created_at",),
    "-priority": ("-priority_rank", "-last_activity_at"),
    "sla_due_at": ("sla_due_at",),
    "snoozed_until": ("snoozed_until",),
}
# Lists that anybody's filters make, and the one that holds all that the search finds.
FILTERED, SEARCH = "filter", "search"
_ON_SIGHT = (
    Permission.VIEW_CONVERSATIONS_ALL,
    Permission.VIEW_CONVERSATIONS_TEAM,
    Permission.VIEW_CONVERSATIONS_ASSIGNED,
)
_WORKABLE_WORDS = ",".join(WORKABLE)


@dataclass(frozen=True)
class InboxList:
    """One list of conversations.

    `word` names it in addresses; `name` is that of a team, a tag or a saved view, "" for the built-in ones.
    `filters` are those parameters of `GET /conversations` that hold the same, None where none can say it.
    `columns`: what a row shows, empty for everything.
    """

    word: str
    kind: str
    id: UUID | None = None
    name: str = ""
    ordering: str = BY_ACTIVITY
    filters: Mapping[str, str] | None = None
    checked: Mapping[str, Any] = field(default_factory=dict)
    columns: frozenset[str] = frozenset()
    saved: SavedView | None = None


def inbox_list(viewer: Viewer, word: str) -> InboxList:
    """Return the list of this name. One query for a team, a tag or a saved view, else none. Raises: NotFound.

    A saved view's filters are not checked yet.
    """
    if word in _BUILT_IN or word == SEARCH:
        order = "snoozed_until" if word == "snoozed" else BY_ACTIVITY
        return InboxList(word, word, ordering=order, filters=_FILTERS_OF.get(word))
    kind, _dash, text = word.partition("-")
    if kind not in _NAMED:
        raise NotFound
    return _NAMED[kind](viewer, word, _uuid(text))


def list_rows(viewer: Viewer, shown: InboxList) -> QuerySet[Conversation]:
    """Return the conversations of a list that the viewer may see, in no order. Queries: see `filtered_conversations`.

    Of the search, all that lie in the inbox.
    """
    if shown.kind in (FILTERED, "view"):
        return filtered_conversations(viewer, shown.checked)
    if shown.kind == SEARCH:
        return visible_conversations(viewer).filter(IN_INBOX)
    return _built_in(viewer, shown.kind, viewer.id, shown.id or viewer.id)


def is_compiled(shown: InboxList) -> bool:
    """Return whether the list's ids can be had from `compiled_list`."""
    return shown.kind in _CONDITIONS


def compiled_list(viewer: Viewer, kind: str, *, ordering: str | None = None) -> CompiledSql:
    """Return the ids of a built-in list as SQL for the agent's id, and for that of the team or the tag it is of."""
    sight = frozenset(permission for permission in _ON_SIGHT if viewer.can(permission))
    return _compiled_list(kind, ordering, sight)


@lru_cache(maxsize=256)
def _compiled_list(kind: str, ordering: str | None, sight: frozenset[Permission]) -> CompiledSql:
    keys = [*ORDER_COLUMNS[ordering], "-id" if ordering == BY_ACTIVITY else "id"] if ordering else []

    def build(agent_id: UUID, of: UUID | None = None) -> QuerySet[Conversation, Any]:
        viewer = Viewer(Agent(user_id=agent_id), sight)
        return _built_in(viewer, kind, agent_id, of or agent_id).order_by(*keys).values("id")

    return CompiledSql(build, 2 if kind in _NAMED else 1)


def _built_in(viewer: Viewer, kind: str, agent_id: UUID, of: UUID) -> QuerySet[Conversation]:
    in_folder = Q(folder=kind, merged_into=None) if kind in (Folder.SPAM, Folder.TRASH) else IN_INBOX
    return visible_conversations(viewer).filter(in_folder & _CONDITIONS[kind](agent_id, of))


def _mentioning(agent_id: UUID) -> Q:
    teams = TeamMember.objects.filter(agent_id=agent_id).values("team_id")
    mentions = MessageMention.objects.filter(Q(agent_id=agent_id) | Q(team_id__in=teams), message__deleted_at=None)
    return Q(id__in=mentions.values("message__conversation_id"))


def _drafted_by(agent_id: UUID) -> Q:
    return Q(id__in=MessageDraft.objects.filter(agent_id=agent_id).values("conversation_id"))


def _tagged(tag_id: UUID) -> Q:
    links = ConversationTag.objects.filter(conversation=OuterRef("id"), tag_id=tag_id)
    return Q(Exists(links), status__in=WORKABLE)


_CONDITIONS: Mapping[str, Callable[[UUID, UUID], Q]] = {
    "mine": lambda agent_id, _of: Q(status__in=WORKABLE, assignee_id=agent_id),
    "unassigned": lambda _agent_id, _of: Q(status__in=WORKABLE, assignee=None),
    "all": lambda _agent_id, _of: Q(status__in=WORKABLE),
    "mentions": lambda agent_id, _of: _mentioning(agent_id),
    "drafts": lambda agent_id, _of: _drafted_by(agent_id),
    "snoozed": lambda _agent_id, _of: Q(status=Status.SNOOZED),
    "sent": lambda agent_id, _of: Q(last_message_kind=MessageKind.REPLY, last_message_agent_id=agent_id),
    "closed": lambda _agent_id, _of: Q(status__in=FINISHED),
    "spam": lambda _agent_id, _of: Q(),
    "trash": lambda _agent_id, _of: Q(),
    "team": lambda _agent_id, of: Q(status__in=WORKABLE, team_id=of),
    "tag": lambda _agent_id, of: _tagged(of),
}
_BUILT_IN = frozenset(_CONDITIONS) - {"team", "tag"}
_FILTERS_OF: Mapping[str, Mapping[str, str]] = {
    "mine": {"assignee_id": "me", "status": _WORKABLE_WORDS},
    "unassigned": {"assignee_id": NOBODY, "status": _WORKABLE_WORDS},
    "all": {"status": _WORKABLE_WORDS},
    "snoozed": {"status": Status.SNOOZED.value},
    "closed": {"status": ",".join(FINISHED)},
    "spam": {"folder": Folder.SPAM.value},
    "trash": {"folder": Folder.TRASH.value},
    SEARCH: {},
}


def _team_list(_viewer: Viewer, word: str, id: UUID) -> InboxList:
    name = Team.objects.filter(id=id).values_list("name", flat=True).first()
    if name is None:
        raise NotFound
    return InboxList(word, "team", id, name, filters={"team_id": str(id), "status": _WORKABLE_WORDS})


def _tag_list(_viewer: Viewer, word: str, id: UUID) -> InboxList:
    name = Tag.objects.filter(id=id).values_list("name", flat=True).first()
    if name is None:
        raise NotFound
    return InboxList(word, "tag", id, name, filters={"tag": name, "status": _WORKABLE_WORDS})


def _view_list(viewer: Viewer, word: str, id: UUID) -> InboxList:
    view = get_shared(viewer, SavedView, id)
    return InboxList(
        word,
        "view",
        id,
        view.name,
        ordering=view.ordering or BY_ACTIVITY,
        filters=view.filters,
        columns=frozenset(view.columns),
        saved=view,
    )


_NAMED: Mapping[str, Callable[[Viewer, str, UUID], InboxList]] = {
    "team": _team_list,
    "tag": _tag_list,
    "view": _view_list,
}


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound from None
