"""What an agent can take: for those who manage teams; each agent sets some of it for themselves."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from hummdesk.errors import PermissionDenied
from hummdesk.events.publishing import action, publish
from hummdesk.versions import require_version
from teams.access import Viewer, agent_fields_for
from teams.actions.save_skill import skills_of_names
from teams.actions.set_agent_status import set_agent_status
from teams.agent_fields import CheckedAgent, SkillLevel, checked_agent_fields
from teams.enums import AgentStatus
from teams.events import AgentChanged
from teams.models import Agent, AgentSkill
from teams.queries.agents import lock_agent

_COLUMNS = ("max_capacity", "languages", "out_from_on", "out_until_on", "substitute_id")


@action
def change_agent(*, viewer: Viewer, agent_id: UUID, changes: Mapping[str, Any], version: int | None = None) -> Agent:
    """The agent is as the changes say, or nothing happens.

    Keys of `changes`: status, max_capacity, skills (all of them; `(name, level)`), languages, out_from_on,
    out_until_on, substitute_id. Skills that are new are made.
    Locks the agent. Raises: NotFound, PermissionDenied, ChangedMeanwhile for another `version`, ValidationFailed.
    Publishes: AgentChanged for what differs, AgentStatusChanged.
    """
    allowed = agent_fields_for(viewer, agent_id)
    if not allowed or not set(changes) <= allowed:
        lock_agent(agent_id)
        raise PermissionDenied
    agent = lock_agent(agent_id)
    require_version(version, agent.version)
    checked = checked_agent_fields(agent, changes, substitutes=_others(agent, changes))
    changed = _set_columns(agent, checked)
    if "skills" in checked and _set_skills(agent, checked["skills"]):
        changed.append("skills")
    if changed:
        agent.version += 1
        agent.save(update_fields=[*(name.removesuffix("_id") for name in _COLUMNS), "version"])
        publish(AgentChanged(actor=viewer.actor, agent_id=agent_id, changed=tuple(changed)))
    if "status" in changes:
        status = AgentStatus(changes["status"])
        set_agent_status(agent_id=agent_id, status=status, actor=viewer.actor)
    return agent


def _others(agent: Agent, changes: Mapping[str, Any]) -> set[UUID]:
    """Return who could stand in for the agent, as far as the changes ask."""
    asked = changes.get("substitute_id")
    if asked is None:
        return set()
    rows = Agent.objects.filter(pk=asked, is_active=True).exclude(pk=agent.pk)
    return set(rows.values_list("pk", flat=True))


def _set_columns(agent: Agent, checked: CheckedAgent) -> list[str]:
    values: dict[str, object] = {name: value for name, value in checked.items() if name in _COLUMNS}
    changed = [name for name, value in values.items() if getattr(agent, name) != value]
    for name in changed:
        setattr(agent, name, values[name])
    return changed


def _set_skills(agent: Agent, wanted: Sequence[SkillLevel]) -> bool:
    """The agent has these skills and no others; returns whether that is new."""
    skills = skills_of_names(one.name for one in wanted)
    levels = {skill.id: one.level for skill, one in zip(skills, wanted, strict=True)}
    before = dict(AgentSkill.objects.filter(agent=agent).values_list("skill_id", "level"))
    if levels == before:
        return False
    AgentSkill.objects.filter(agent=agent).exclude(skill_id__in=levels).delete()
    AgentSkill.objects.bulk_create(
        [AgentSkill(agent=agent, skill_id=skill_id, level=level) for skill_id, level in levels.items()],
        update_conflicts=True,
        unique_fields=["agent", "skill"],
        update_fields=["level"],
    )
    return True
