"""The states that conversations were in, by which a rule of time would have acted."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from conversations.enums import MessageKind
from conversations.models import AutomationRule, Conversation, Message
from conversations.queries.past_values import state_now
from conversations.rules.episodes import EPISODE_EVENTS, EpisodeFacts
from conversations.rules.past import before_event, states_at
from conversations.rules.replay import PastEpisode, episodes_along, facts_along
from hummdesk.events.models import LoggedEvent

EPISODES_LOADED = EPISODE_EVENTS


def awaited_messages(ids: Sequence[UUID]) -> Mapping[str, bool]:
    """Return, as False, the messages of these conversations that move no wait: of machines, forwards. One query."""
    idle = Q(kind=MessageKind.INCOMING, is_automatic=True) | ~Q(to=[])
    messages = Message.objects.filter(idle, conversation_id__in=ids)
    return {str(one): False for one in messages.values_list("id", flat=True)}


def past_episodes(
    rule: AutomationRule,
    conversation: Conversation,
    log: Sequence[LoggedEvent],
    awaited: Mapping[str, bool],
    until: datetime,
) -> Sequence[PastEpisode]:
    """Return the states of the rule's trigger in a conversation; `log` is all that it has, the newest first."""
    steps = list(states_at(state_now(conversation), log))[::-1]
    first = before_event(steps[0][1], steps[0][0]) if steps else state_now(conversation)
    begin = EpisodeFacts(
        status=first.fields["status"],
        folder=first.fields["folder"],
        is_merged=False,
        is_assigned=first.fields["assignee"] is not None,
        created_at=conversation.created_at,
        waiting_since=None,
        resolved_at=None,
    )
    moments = list(facts_along(begin, steps, awaited))
    return episodes_along(rule.trigger, timedelta(seconds=rule.delay_s or 0), moments, until)
