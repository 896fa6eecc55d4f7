"""What agents are told: their notifications, and who is to have one."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypedDict
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.enums import Role
from accounts.permissions import Permission
from accounts.queries import active_memberships, members_among
from conversations.access import Place, visible_conversations
from conversations.enums import MAILED_KINDS, NotificationKind
from conversations.models import (
    AutomationRule,
    Contact,
    Conversation,
    ConversationFollow,
    Message,
    MessageMention,
    Notification,
    NotificationSetting,
)
from conversations.queries.live import sights_of
from hummdesk.errors import NotFound
from hummdesk.events.models import LoggedEvent
from teams.access import Viewer
from teams.enums import TeamRole
from teams.models import Agent, TeamMember

UNREAD_MOST = 100


class _Told(TypedDict):
    actor_name: str | None


if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    ToldRow = WithAnnotations[Notification, _Told]
else:
    ToldRow = Notification


# For `fan_out`: raw, as above. The index `notification_to_mail` answers it.
NOTIFICATION_MAIL_IS_DUE_SQL = "EXISTS (SELECT FROM {schema}.conversations_notification WHERE mail_due_at <= now())"


def notifications_of(viewer: Viewer, *, unread: bool | None = None, kind: str | None = None) -> QuerySet[ToldRow]:
    """Return the viewer's notifications, each with its conversation and `actor_name`.

    Those about conversations that the viewer may not see any more are left out.
    """
    rows = _visible(viewer)
    if unread is not None:
        rows = rows.filter(read_at__isnull=unread)
    if kind is not None:
        rows = rows.filter(kind=kind)
    agents = Agent.objects.filter(user_id=OuterRef("actor_id")).values("name")[:1]
    contacts = Contact.objects.filter(id=OuterRef("actor_id")).values("name")[:1]
    rules = AutomationRule.objects.filter(id=OuterRef("actor_id")).values("name")[:1]
    name = Coalesce(Subquery(agents), Subquery(contacts), Subquery(rules))
    return rows.select_related("conversation").annotate(actor_name=name)


def get_notification(viewer: Viewer, id: UUID) -> ToldRow:
    """Return one of the viewer's notifications as `notifications_of` does. One query. Raises: NotFound."""
    found = notifications_of(viewer).filter(id=id).first()
    if found is None:
        raise NotFound
    return found


def unread_count(viewer: Viewer) -> int:
    """Return how many unread notifications the viewer has, `UNREAD_MOST` + 1 for all above. One query."""
    return _visible(viewer).filter(read_at=None)[: UNREAD_MOST + 1].count()


def _visible(viewer: Viewer) -> QuerySet[Notification]:
    rows = Notification.objects.filter(agent_id=viewer.id)
    if viewer.can(Permission.VIEW_CONVERSATIONS_ALL):
        return rows
    seen = visible_conversations(viewer).filter(id=OuterRef("conversation_id"))
    return rows.filter(Q(conversation=None) | Exists(seen))


def notification_settings(agent_id: UUID) -> dict[str, bool]:
    """Return for each kind whether the agent wants it. One query."""
    stored = dict(NotificationSetting.objects.filter(agent_id=agent_id).values_list("kind", "is_on"))
    return {kind: stored.get(kind, True) for kind in NotificationKind.values}


def followers_of(conversation: Conversation) -> set[UUID]:
    """Return the agents who follow the conversation. One query."""
    return set(ConversationFollow.objects.filter(conversation=conversation).values_list("agent_id", flat=True))


def agents_mentioned_in(message: Message) -> set[UUID]:
    """Return the agents whom the message mentions, by themselves or with their team. Two queries."""
    mentions = MessageMention.objects.filter(message=message)
    team_ids = mentions.filter(team__isnull=False).values("team_id")
    agents = mentions.filter(agent__isnull=False).values_list("agent_id", flat=True)
    return set(agents) | members_of_teams(team_ids)


def members_of_teams(team_ids: Any) -> set[UUID]:
    """Return the agents of these teams (ids, or a query of them). One query."""
    return set(TeamMember.objects.filter(team_id__in=team_ids).values_list("agent_id", flat=True))


def leaders_or_members_of(team_id: UUID) -> set[UUID]:
    """Return a team's leaders, or all its agents while nobody leads it. One query."""
    members = list(TeamMember.objects.filter(team_id=team_id).values_list("agent_id", "role"))
    leaders = {agent_id for agent_id, role in members if role == TeamRole.LEADER}
    return leaders or {agent_id for agent_id, _role in members}


def notice_texts(event: LoggedEvent) -> dict[UUID, str]:
    """Return what a rule that was applied says to each agent, in its words of now; "" where it has none. One query."""
    rule = AutomationRule.objects.filter(id=event.data["rule_id"]).first()
    if rule is None:
        return {}
    texts = {str(place): one.get("text") or "" for place, one in enumerate(rule.actions) if one["type"] == "notify"}
    return {
        UUID(agent_id): " · ".join(text for place in str(places).split() if (text := texts.get(place, "")))
        for agent_id, places in event.data.get("notices", {}).items()
    }


def account_admins() -> set[UUID]:
    """Return the admins of the account in force. One query."""
    admins = active_memberships().filter(account=_account(), role=Role.ACCOUNT_ADMIN)
    return set(admins.values_list("user_id", flat=True))


def those_who_see(agent_ids: Iterable[UUID], conversation: Conversation) -> set[UUID]:
    """Return those of the agents who may see the conversation. Three queries."""
    members = members_among(agent_ids, _account())
    place = Place(conversation.team_id, conversation.assignee_id)
    return {agent_id for agent_id, sight in sights_of(members.values()).items() if sight.covers(place)}


def those_who_want(agent_ids: Iterable[UUID], kind: NotificationKind) -> dict[UUID, bool]:
    """Return those of the agents who have not switched this kind off, and whether each wants it by mail. One query."""
    rows = NotificationSetting.objects.filter(agent_id__in=set(agent_ids), kind=kind)
    stored = {row.agent_id: row for row in rows}
    off = {agent_id for agent_id, row in stored.items() if not row.is_on}
    return {agent_id: _by_mail(stored.get(agent_id), kind) for agent_id in set(agent_ids) - off}


def _by_mail(row: NotificationSetting | None, kind: str) -> bool:
    return kind in MAILED_KINDS if row is None or row.by_mail is None else row.by_mail


def mail_settings(agent_id: UUID) -> dict[str, bool]:
    """Return for each kind whether the agent wants it by mail. One query."""
    stored = {row.kind: row for row in NotificationSetting.objects.filter(agent_id=agent_id)}
    return {kind: _by_mail(stored.get(kind), kind) for kind in NotificationKind.values}


def agents_to_mail(now: datetime) -> Sequence[UUID]:
    """Return the agents with something to be mailed by now. One query."""
    due = Notification.objects.filter(mail_due_at__lte=now)
    return list(due.order_by("agent_id").values_list("agent_id", flat=True).distinct())


def was_mailed(agent_id: UUID, *, since: datetime) -> bool:
    """Return whether the agent was sent a mail of notifications since then. One query."""
    return Notification.objects.filter(agent_id=agent_id, mailed_at__gt=since).exists()


def lock_notified(agent_id: UUID) -> None:
    """Nobody else gathers this agent's mail until the commit. One query."""
    Agent.objects.select_for_update(no_key=True).filter(user_id=agent_id).first()


def already_told(*, event_seq: int, message: Message | None) -> set[UUID]:
    """Return the agents who have a notification of this event, or of the same message. One query."""
    same = Q(event_seq=event_seq)
    if message is not None:
        same |= Q(message=message)
    return set(Notification.objects.filter(same).values_list("agent_id", flat=True))


def _account() -> Any:
    """The row of the account in force, which django-tenants keeps."""
    return connection.tenant  # type: ignore[attr-defined]
