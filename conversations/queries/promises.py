"""What was promised for conversations: by which policy, and out of which facts its clocks are made."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict
from uuid import UUID

from django.db import connection
from django.db.models import Case, F, OuterRef, Q, QuerySet, Subquery, UUIDField, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from conversations.clock_plans import PolicyTerms, calendar_by
from conversations.enums import UNFINISHED, ClockKind, Folder, MessageKind, Status
from conversations.models import Conversation, Message, SlaClock, SlaScope
from conversations.models.conversation import IN_INBOX
from conversations.promises import ClockFact, ClockFactKind, Terms
from conversations.queries.timeline import countable
from hummdesk.compiled import CompiledLookup
from hummdesk.events.models import LoggedEvent
from teams.models import SlaPolicy

# For `fan_out`: raw, since it looks into many schemas at once. The partial index `clock_to_look_at` answers it.
CLOCK_RINGS_SQL = "EXISTS (SELECT FROM {schema}.conversations_slaclock WHERE next_look_at <= now())"
# So long after its time a clock that does not ring is one whose event got lost.
OVERDUE_FOR = timedelta(minutes=2)
# After these the clocks are looked at: `ConversationOpened` stands for the first message, too.
CLOCK_MOVERS = frozenset(
    {
        "ConversationOpened",
        "MessageReceived",
        "MessageReread",
        "MessageDeleted",
        "ReplySent",
        "ConversationStatusChanged",
        "ConversationFolderChanged",
        "ConversationTeamChanged",
        "ConversationPriorityChanged",
        "ConversationMerged",
        "ConversationUnmerged",
        "ConversationAbsorbed",
        "ConversationReleased",
        "MessagesSplit",
        "SplitUndone",
        "SlaPolicySet",
    }
)
_MOVING_EVENTS = (
    "ConversationStatusChanged",
    "ConversationFolderChanged",
    "ConversationMerged",
    "ConversationUnmerged",
)


class _Chosen(TypedDict):
    chosen_policy_id: UUID | None


if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    PromisedConversation = WithAnnotations[Conversation, _Chosen]
else:
    PromisedConversation = Conversation


def promised_conversations() -> QuerySet[PromisedConversation]:
    """Return conversations with `chosen_policy_id`, the policy that is theirs now (docs/sla.md), in no order.

    Set by hand, else of the narrowest scope that matches, else the team's, else the account's default, else None.
    """
    scopes = matching_scopes(OuterRef("contact__company"), OuterRef("team"), OuterRef("priority"))
    narrowest = scopes.values("policy")[:1]
    default = SlaPolicy.objects.filter(is_default=True).values("id")[:1]
    by_rules = Coalesce(Subquery(narrowest), F("team__sla_policy"), Subquery(default), output_field=UUIDField())
    return Conversation.objects.annotate(
        chosen_policy_id=Case(When(sla_policy_is_set=True, then=F("sla_policy")), default=by_rules)
    )


def matching_scopes(company: Any, team: Any, priority: Any) -> QuerySet[SlaScope]:
    """Return the scopes that such a conversation matches, the narrowest first: values, or references to them."""
    scopes = SlaScope.objects.filter(
        Q(company=None) | Q(company=company), Q(team=None) | Q(team=team), Q(priority="") | Q(priority=priority)
    )
    # Company before team before priority, and of two alike the one that names more: NULL sorts last, "" below words.
    return scopes.order_by(F("company").asc(nulls_last=True), F("team").asc(nulls_last=True), F("priority").desc())


def lock_promised(conversation_ids: Collection[UUID]) -> Sequence[PromisedConversation]:
    """Return the conversations that are there with their `chosen_policy_id`, locked in the order of ids. One query."""
    if len(conversation_ids) == 1:
        return _locked.all(*conversation_ids)
    rows = promised_conversations().select_for_update(of=("self",)).filter(id__in=conversation_ids)
    return list(rows.order_by("id"))


def _lock(conversation_id: UUID) -> QuerySet[PromisedConversation]:
    return promised_conversations().select_for_update(of=("self",)).filter(id=conversation_id)


def show_promises(conversations: Sequence[Conversation]) -> None:
    """The rows of these conversations have their `SHOWN_FIELDS`. One query, raw since the ORM writes row by row."""
    columns = [[getattr(one, name) for one in conversations] for name in ("id", *SHOWN_FIELDS)]
    with connection.cursor() as cursor:
        cursor.execute(_SHOW, [timezone.now(), *columns])


SHOWN_FIELDS = (
    "sla_policy_id",
    "first_response_due_at",
    "resolution_due_at",
    "sla_due_at",
    "sla_breached_at",
)
_SET = ", ".join(f"{name} = shown.{name}" for name in SHOWN_FIELDS)
_SHOW = f"""
UPDATE conversations_conversation AS conversation SET updated_at = %s, {_SET}
FROM unnest(%s::uuid[], %s::uuid[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[])
  AS shown(id, {", ".join(SHOWN_FIELDS)})
WHERE conversation.id = shown.id"""  # noqa: S608 - our own constants


def policy_with_hours(policy_id: UUID | None) -> SlaPolicy | None:
    """Return a policy with its hours. One query, none for None."""
    return _policies.first(policy_id) if policy_id else None


def _policy(policy_id: UUID) -> QuerySet[SlaPolicy]:
    return SlaPolicy.objects.select_related("hours").filter(id=policy_id)


# Each mail makes these queries.
_locked = CompiledLookup(_lock, UUID)
_policies = CompiledLookup(_policy, UUID)


def terms_of(policy: SlaPolicy | None) -> PolicyTerms:
    """Return what a policy, with its hours, promises; nothing for None."""
    if policy is None:
        return PolicyTerms(None, None, Terms({}))
    targets = {
        ClockKind.FIRST_RESPONSE: policy.first_response_s,
        ClockKind.NEXT_RESPONSE: policy.next_response_s,
        ClockKind.RESOLUTION: policy.resolution_s,
    }
    terms = Terms(targets, policy.warn_percent, policy.pauses_while_pending, calendar_by(policy.hours))
    return PolicyTerms(policy.id, policy.hours, terms)


def facts_of(conversations: Sequence[Conversation]) -> Mapping[UUID, Sequence[ClockFact]]:
    """Return what moves the clocks of each conversation, in no order. Two queries, one more for merged ones.

    What a merged one had said counts as its own still, so that its clocks are there when the merge is undone.
    """
    events: dict[UUID, list[LoggedEvent]] = defaultdict(list)
    ids = [conversation.id for conversation in conversations]
    for event in _moving_of_one.all(*ids) if len(ids) == 1 else _moving_events(ids):
        if event.object_id:
            events[event.object_id].append(event)
    said = _said(conversations, events)
    return {one.id: [*_own_facts(one, events[one.id]), *said[one.id]] for one in conversations}


def _moving_events(conversation_ids: Sequence[UUID]) -> QuerySet[LoggedEvent]:
    return LoggedEvent.objects.filter(object_id__in=conversation_ids, type__in=_MOVING_EVENTS).order_by("seq")


def _moving_events_of(conversation_id: UUID) -> QuerySet[LoggedEvent]:
    return LoggedEvent.objects.filter(object_id=conversation_id, type__in=_MOVING_EVENTS).order_by("seq")


_moving_of_one = CompiledLookup(_moving_events_of, UUID, takes_all=True)


def _said(
    conversations: Sequence[Conversation], events: Mapping[UUID, Sequence[LoggedEvent]]
) -> Mapping[UUID, Sequence[ClockFact]]:
    said: dict[UUID, list[ClockFact]] = defaultdict(list)
    rows = _words().values_list("conversation_id", "kind", "created_at")
    if len(conversations) == 1:
        found = [(row.conversation_id, row.kind, row.created_at) for row in _said_in_one.all(conversations[0].id)]
    else:
        found = list(rows.filter(conversation__in=conversations))
    for conversation_id, kind, at in found:
        said[conversation_id].append(_message_fact(kind, at))
    for one in conversations:
        if one.merged_into_id is not None:
            said[one.id] = [
                _message_fact(kind, at) for _id, kind, at in rows.filter(id__in=_merged_ids(events[one.id]))
            ]
    return said


def _words() -> QuerySet[Message]:
    """Return what customers and agents said to each other, in no order."""
    awaited = Q(kind=MessageKind.INCOMING, is_automatic=False) | Q(kind=MessageKind.REPLY, to=[])
    return countable(Message.objects.filter(awaited)).order_by()


def _words_in(conversation_id: UUID) -> QuerySet[Message]:
    return _words().filter(conversation_id=conversation_id).only("conversation_id", "kind", "created_at")


_said_in_one = CompiledLookup(_words_in, UUID, takes_all=True)


def _merged_ids(events: Sequence[LoggedEvent]) -> Sequence[str]:
    merges = [event for event in events if event.type == "ConversationMerged"]
    return merges[-1].data["message_ids"] if merges else []


def _message_fact(kind: str, at: datetime) -> ClockFact:
    return ClockFact(ClockFactKind.WROTE if kind == MessageKind.INCOMING else ClockFactKind.REPLIED, at)


def _own_facts(conversation: Conversation, events: Sequence[LoggedEvent]) -> Sequence[ClockFact]:
    """What the log says of a conversation; what it does not say (imports) is as the row has it since its last word."""
    first = {event.type: event for event in reversed(events)}
    moved, filed = first.get("ConversationStatusChanged"), first.get("ConversationFolderChanged")
    folder = filed.data["folder_before"] if filed else conversation.folder
    began = ClockFact(
        ClockFactKind.BEGAN,
        conversation.created_at,
        order=-1,
        status=moved.data["status_before"] if moved else Status.OPEN,
        is_in_inbox=folder == Folder.INBOX,
    )
    facts = [began, *map(_event_fact, events)]
    if moved is None and conversation.status != Status.OPEN:
        at = conversation.resolved_at or conversation.last_message_at or conversation.created_at
        facts.append(ClockFact(ClockFactKind.STATUS, at, order=1, status=conversation.status))
    return facts


def _event_fact(event: LoggedEvent) -> ClockFact:
    if event.type == "ConversationFolderChanged":
        return ClockFact(ClockFactKind.FOLDER, event.at, event.seq, is_in_inbox=event.data["folder"] == Folder.INBOX)
    if event.type == "ConversationStatusChanged":
        is_by_customer = event.data.get("cause") == "customer_wrote"
        return ClockFact(
            ClockFactKind.STATUS, event.at, event.seq, status=event.data["status"], is_by_customer=is_by_customer
        )
    return ClockFact(ClockFactKind.MERGED, event.at, event.seq, is_merged=event.type == "ConversationMerged")


class RungClock(NamedTuple):
    """A clock that has warned just now, or is broken."""

    conversation_id: UUID
    kind: ClockKind
    due_at: datetime
    is_broken: bool


def ring_due_clocks(now: datetime, limit: int) -> Sequence[RungClock]:
    """Clocks whose moment has come say that they have warned, or are broken; returns them in the order of it.

    One statement, raw, since each account's task makes it: to build it takes longer than to run it. Locks the clocks
    and their conversations, and passes over those that somebody else holds.
    """
    with connection.cursor() as cursor:
        cursor.execute(_RING, {"now": now, "limit": limit})
        rows = sorted(cursor.fetchall())
    return [RungClock(row[2], ClockKind(row[3]), row[4], row[5]) for row in rows]


# The row of the conversation says whether the promise is still open: clocks follow it a moment later.
_PROMISES = """conversations_slaclock clock
JOIN conversations_conversation conversation ON conversation.id = clock.conversation_id
LEFT JOIN teams_slapolicy policy ON policy.id = clock.policy_id"""
_IS_OPEN = """(
  conversation.folder = 'inbox' AND conversation.merged_into_id IS NULL
  AND (conversation.status = 'open' OR conversation.status = 'pending' AND NOT policy.pauses_while_pending)
  AND (clock.kind = 'resolution' OR conversation.waiting_since IS NOT NULL)
)"""
_RING = f"""
WITH due AS (
  SELECT clock.id, clock.next_look_at, clock.due_at <= %(now)s AS is_broken
  FROM {_PROMISES}
  WHERE clock.next_look_at <= %(now)s AND clock.due_at IS NOT NULL AND {_IS_OPEN}
  ORDER BY clock.next_look_at, clock.id LIMIT %(limit)s
  FOR UPDATE OF clock, conversation SKIP LOCKED
)
UPDATE conversations_slaclock clock SET
  warned_at = CASE WHEN due.is_broken THEN clock.warned_at ELSE %(now)s END,
  breached_at = CASE WHEN due.is_broken THEN clock.due_at END,
  next_look_at = CASE WHEN due.is_broken THEN NULL ELSE clock.due_at END
FROM due WHERE clock.id = due.id
RETURNING due.next_look_at, clock.id, clock.conversation_id, clock.kind, clock.due_at, due.is_broken
"""  # noqa: S608 - our own constants


def ids_to_keep_anew(now: datetime, limit: int) -> Sequence[UUID]:
    """Return conversations whose clocks should have rung long ago, and do not: their event got lost.

    One query, raw as above.
    """
    with connection.cursor() as cursor:
        cursor.execute(_OVERDUE, [now - OVERDUE_FOR, limit])
        return [row[0] for row in cursor.fetchall()]


_OVERDUE = f"""
SELECT DISTINCT clock.conversation_id FROM {_PROMISES}
WHERE clock.next_look_at <= %s AND {_IS_OPEN} IS NOT TRUE LIMIT %s
"""  # noqa: S608 - our own constants


def clocks_by_conversation(conversation_ids: Sequence[UUID]) -> Mapping[UUID, Sequence[SlaClock]]:
    """Return the clocks of each conversation with the hours that they run by, the oldest first. One query."""
    found: dict[UUID, list[SlaClock]] = defaultdict(list)
    ids = list(conversation_ids)
    rows = SlaClock.objects.select_related("hours").order_by("started_at", "kind")
    for row in _clocks_of_one.all(*ids) if len(ids) == 1 else rows.filter(conversation__in=ids):
        found[row.conversation_id].append(row)
    return found


def _clocks(conversation_id: UUID) -> QuerySet[SlaClock]:
    rows = SlaClock.objects.filter(conversation_id=conversation_id)
    return rows.select_related("hours").order_by("started_at", "kind")


_clocks_of_one = CompiledLookup(_clocks, UUID, takes_all=True)


def unfinished_after(conversation_id: UUID | None, limit: int) -> Sequence[UUID]:
    """Return the next unfinished conversations of the inbox in the order of their ids. One query."""
    rows = Conversation.objects.filter(IN_INBOX, status__in=UNFINISHED)
    if conversation_id is not None:
        rows = rows.filter(id__gt=conversation_id)
    return list(rows.order_by("id").values_list("id", flat=True)[:limit])


def unfinished_of_contacts(contact_ids: Sequence[UUID], limit: int) -> Sequence[UUID]:
    """Return unfinished conversations of these contacts, none where no policy asks for the company. Up to two queries.

    Whom a contact writes for decides nothing else.
    """
    if not SlaScope.objects.filter(company__isnull=False).exists():
        return []
    rows = Conversation.objects.filter(IN_INBOX, contact__in=contact_ids, status__in=UNFINISHED)
    return list(rows.order_by("-last_activity_at").values_list("id", flat=True)[:limit])
