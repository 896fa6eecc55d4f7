"""Durations, measured once when they end."""

from uuid import UUID

from analytics.enums import Metric
from analytics.models import MetricEvent
from analytics.queries import first_response
from hummdesk.events.publishing import action


@action
def measure_first_response(*, conversation_id: UUID, message_id: UUID, event_seq: int) -> None:
    """The first response time is on record if this reply was the first; a second run changes nothing."""
    found = first_response(conversation_id, message_id)
    if found is None:
        return
    MetricEvent.objects.get_or_create(
        metric=Metric.FIRST_RESPONSE,
        event_seq=event_seq,
        defaults={
            "conversation_id": found.conversation_id,
            "agent_id": found.agent_id,
            "team_id": found.team_id,
            "duration_s": found.duration_s,
            "at": found.at,
        },
    )
