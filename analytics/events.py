"""What happens to surveys."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from hummdesk.events.event import Event


@dataclass(frozen=True, kw_only=True)
class CsatAsked(Event):
    """The customer was sent the question how they were helped; `message_id` is the line that shows it.

    `agent_id` and `team_id` are those whom the answer will be about.
    """

    conversation_id: UUID
    message_id: UUID
    survey_id: UUID
    agent_id: UUID | None
    team_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class CsatAnswered(Event):
    """The customer has said how they were helped, 1 to 5, or says it differently; the comment stays in its row.

    `is_low` where the team's leaders should look into it.
    """

    conversation_id: UUID
    survey_id: UUID
    agent_id: UUID | None
    team_id: UUID | None
    rating: int
    rating_before: int | None
    is_low: bool


@dataclass(frozen=True, kw_only=True)
class CsatStopped(Event):
    """The customer of a survey wants to be asked no more."""

    object_field: ClassVar[str] = "conversation_id"

    conversation_id: UUID
    survey_id: UUID
