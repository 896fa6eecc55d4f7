"""Who is on, as the board shows it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from conversations.views.people.forms import language_name
from conversations.views.shapes.shape import Shape
from teams.enums import AgentStatus
from teams.models import Agent

_ORDER = {status: place for place, status in enumerate(AgentStatus)}


@dataclass(frozen=True)
class BoardRow:
    """One agent; `url` takes status and capacity, `page_url` leads to more: "" where the viewer may not set them.

    `status_to_set`, `capacity_to_set` stand in the form: the agent's, or those that were refused with `faults`.
    """

    id: UUID
    name: str
    status: str
    status_label: str
    since: datetime
    away: str
    load: int
    capacity: int
    look: str
    languages: str
    teams: str
    url: str
    page_url: str
    status_to_set: str
    capacity_to_set: str
    faults: tuple[str, ...]


@dataclass(frozen=True)
class RefusedTry:
    """What somebody typed for an agent, and what is wrong with it."""

    agent_id: UUID
    status: str
    capacity: str
    faults: tuple[str, ...]


def board_rows(
    agents: Sequence[Agent], today: date, *, led: Collection[UUID] | None, refused: RefusedTry | None
) -> list[BoardRow]:
    """Return a row for each agent, who is online first; `led` are those whom the viewer may set, None for all."""
    rows = [_row(one, today, is_led=led is None or one.pk in led, refused=refused) for one in agents]
    return sorted(rows, key=lambda row: (_ORDER[AgentStatus(row.status)], row.name.lower()))


def _row(agent: Agent, today: date, *, is_led: bool, refused: RefusedTry | None) -> BoardRow:
    own = refused if refused and refused.agent_id == agent.pk else None
    load = agent.load.current_load
    return BoardRow(
        id=agent.pk,
        name=agent.name,
        status=agent.status,
        status_label=str(AgentStatus(agent.status).label),
        since=agent.status_at,
        away=_away(agent, today),
        load=load,
        capacity=agent.max_capacity,
        look=_look(load, agent.max_capacity),
        languages=", ".join(language_name(code) for code in agent.languages),
        teams=", ".join(member.team.name for member in agent.teams.all()),
        url=reverse("board-agent", args=[agent.pk]) if is_led else "",
        page_url=reverse("agent-edit", args=[agent.pk]) if is_led else "",
        status_to_set=own.status if own else agent.status,
        capacity_to_set=own.capacity if own else str(agent.max_capacity),
        faults=own.faults if own else (),
    )


def _away(agent: Agent, today: date) -> str:
    if agent.out_from_on is None or agent.out_until_on is None or not agent.out_from_on <= today <= agent.out_until_on:
        return ""
    return _("Out of the office until %(day)s") % {"day": agent.out_until_on.isoformat()}


def _look(load: int, capacity: int) -> str:
    if load > capacity:
        return "over"
    return "full" if load == capacity else ""


def board_tally(rows: Sequence[BoardRow]) -> Shape:
    """Return how many take work, and how much more they can take."""
    online = [row for row in rows if row.status == AgentStatus.ONLINE and not row.away]
    return {
        "online_count": len(online),
        "agent_count": len(rows),
        "room": sum(max(0, row.capacity - row.load) for row in online),
    }
