"""Whom a note can mention."""

from collections.abc import Iterable
from itertools import chain

from django.utils.translation import gettext as _

from conversations.views.shapes.shape import Shape
from hummdesk.templatetags.ui import initials, tint
from teams.models import Agent, Team


def candidates(agents: Iterable[Agent], teams: Iterable[Team]) -> list[Shape]:
    """Return agents, then teams, with what their avatars show."""
    people = ((agent, "agent", agent.email) for agent in agents)
    groups = ((team, "team", _("Team")) for team in teams)
    return [
        {
            "id": str(one.pk),
            "kind": kind,
            "name": one.name,
            "detail": detail,
            "initials": initials(one.name),
            "tint": tint(one.pk),
        }
        for one, kind, detail in chain(people, groups)
    ]
