"""What customers say of an agent, in one figure."""

from collections.abc import Callable
from decimal import Decimal
from uuid import UUID

from hummdesk.events.publishing import action
from teams.models import Agent


@action
def score_agent(*, agent_id: UUID, mean: Callable[[], Decimal | None]) -> None:
    """The agent has this CSAT score, 1 to 5, None for none; `mean` is asked for it while the agent is locked.

    So of two answers at the same time the later one counts both.
    """
    agent = Agent.objects.select_for_update(no_key=True).filter(pk=agent_id).first()
    if agent is None:
        return
    score = mean()
    if agent.csat_score != score:
        agent.csat_score = score
        agent.save(update_fields=["csat_score"])
