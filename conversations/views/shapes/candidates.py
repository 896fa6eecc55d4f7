"""Whom a note can mention."""

from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import gettext as _

from conversations.views.shapes.shape import Shape
from hummdesk.templatetags.ui import initials, tint
from teams.models import Agent, Team


def candidates(agents: Iterable[Agent], teams: Iterable[Team]) -> list[Shape]:
    """Return agents, then teams, with what their avatars show."""
    people = [_candidate(agent.pk, agent.name, "agent", agent.email) for agent in agents]
    return people + [_candidate(team.pk, team.name, "team", _("Team")) for team in teams]


def _candidate(id_: UUID, name: str, kind: str, detail: str) -> Shape:
    return {
        "id": str(id_),
        "kind": kind,
        "name": name,
        "detail": detail,
        "initials": initials(name),
        "tint": tint(id_),
    }
