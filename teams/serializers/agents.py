"""Agents as the API reads and shows them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from hummdesk.api.serializers import InputSerializer
from teams.agent_fields import (
    CAPACITY_MOST,
    DEFAULT_LEVEL,
    LANGUAGES_MOST,
    LEVEL_LEAST,
    LEVEL_MOST,
    SKILL_MAX_LENGTH,
    SKILLS_MOST,
    SkillLevel,
)
from teams.enums import AgentStatus, TeamRole
from teams.models import Agent, Skill, TeamMember

_LEVEL_HELP = "1 (knows it) to 5 (teaches it)"


class SkillLevelOutput(serializers.Serializer[Any]):
    """A skill, and how good the agent is at it."""

    name = serializers.CharField()
    level = serializers.IntegerField(help_text=_LEVEL_HELP)


class TeamPlaceOutput(serializers.Serializer[Any]):
    """A team, and what the agent is in it."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    role = serializers.ChoiceField(choices=TeamRole.choices)


class AgentOutput(serializers.Serializer[Any]):
    """An agent: what they take, and what they have in hand."""

    id = serializers.UUIDField(help_text="The user's")
    name = serializers.CharField()
    email = serializers.EmailField()
    status = serializers.ChoiceField(choices=AgentStatus.choices)
    max_capacity = serializers.IntegerField()
    current_load = serializers.IntegerField(help_text="Open and pending conversations of theirs in the inbox")
    skills = SkillLevelOutput(many=True)
    languages = serializers.ListField(child=serializers.CharField())
    csat_score = serializers.FloatField(allow_null=True)
    teams = TeamPlaceOutput(many=True)
    out_from_on = serializers.DateField(allow_null=True)
    out_until_on = serializers.DateField(allow_null=True, help_text="The last day out of the office")
    substitute_id = serializers.UUIDField(allow_null=True)
    version = serializers.IntegerField()

    def to_representation(self, instance: Agent) -> dict[str, Any]:
        """Return the fields."""
        return agent_fields(instance)


class MemberOutput(AgentOutput):
    """An agent of a team, with their role in it."""

    role = serializers.ChoiceField(choices=TeamRole.choices)

    def to_representation(self, instance: TeamMember) -> dict[str, Any]:  # type: ignore[override]
        """Return the fields of the agent, and the role."""
        return {**agent_fields(instance.agent), "role": instance.role}


class AgentFilters(InputSerializer):
    """Which agents to list; all of these must hold."""

    q = serializers.CharField(max_length=120, required=False, help_text="Part of a name")
    status = serializers.ChoiceField(choices=AgentStatus.choices, required=False)
    team_id = serializers.UUIDField(required=False)


_LEVELLED = {
    "type": "object",
    "required": ["name"],
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string", "minLength": 1, "maxLength": SKILL_MAX_LENGTH},
        "level": {"type": "integer", "minimum": LEVEL_LEAST, "maximum": LEVEL_MOST, "default": DEFAULT_LEVEL},
    },
}


@extend_schema_field({"oneOf": [{"type": "string", "minLength": 1, "maxLength": SKILL_MAX_LENGTH}, _LEVELLED]})
class SkillLevelField(serializers.Field[Any, Any, Any, Any]):
    """A skill by its name, or with a level."""

    def to_internal_value(self, data: Any) -> SkillLevel:
        """Return the skill. Raises: ValidationError."""
        if isinstance(data, str):
            return SkillLevel(data)
        if not isinstance(data, dict) or set(data) - {"name", "level"} or not isinstance(data.get("name"), str):
            raise serializers.ValidationError('Use a name, or {"name", "level"}.')
        level = data.get("level", DEFAULT_LEVEL)
        if not isinstance(level, int) or isinstance(level, bool):
            raise serializers.ValidationError(f"A level is a whole number, {_LEVEL_HELP}.")
        return SkillLevel(data["name"], level)

    def to_representation(self, value: SkillLevel) -> Any:
        """Return both."""
        return value._asdict()


class AgentChangesInput(InputSerializer):
    """What is to be different; agents set their own status, languages, days out and substitute."""

    status = serializers.ChoiceField(choices=AgentStatus.choices, required=False)
    max_capacity = serializers.IntegerField(
        min_value=1,
        max_value=CAPACITY_MOST,
        required=False,
        error_messages={"min_value": "An agent can take 1 conversation at a time or more."},
    )
    skills = serializers.ListField(
        child=SkillLevelField(), max_length=SKILLS_MOST, required=False, help_text="All that the agent has"
    )
    languages = serializers.ListField(
        child=serializers.CharField(max_length=8), max_length=LANGUAGES_MOST, required=False, help_text="Codes, as en"
    )
    out_from_on = serializers.DateField(required=False, allow_null=True)
    out_until_on = serializers.DateField(required=False, allow_null=True, help_text="The last day out of the office")
    substitute_id = serializers.UUIDField(required=False, allow_null=True)
    version = serializers.IntegerField(min_value=1, required=False)


class SkillOutput(serializers.Serializer[Any]):
    """Something that agents can be good at."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    agent_count = serializers.IntegerField()

    def to_representation(self, instance: Skill) -> dict[str, Any]:
        """Return the fields."""
        return {"id": instance.id, "name": instance.name, "agent_count": vars(instance).get("agent_count", 0)}


class SkillFilters(InputSerializer):
    """Which skills to list."""

    q = serializers.CharField(max_length=SKILL_MAX_LENGTH, required=False, help_text="Part of a name")


class SkillInput(InputSerializer):
    """A skill's name; case makes no difference."""

    name = serializers.CharField(max_length=SKILL_MAX_LENGTH)


def agent_fields(agent: Agent) -> dict[str, Any]:
    """Return the fields of AgentOutput. No query where load, skills and teams are fetched already."""
    return {
        "id": agent.pk,
        "name": agent.name,
        "email": agent.email,
        "status": agent.status,
        "max_capacity": agent.max_capacity,
        "current_load": agent.load.current_load,
        "skills": [{"name": one.skill.name, "level": one.level} for one in agent.skills.all()],
        "languages": agent.languages,
        "csat_score": float(agent.csat_score) if agent.csat_score is not None else None,
        "teams": [{"id": place.team_id, "name": place.team.name, "role": place.role} for place in agent.teams.all()],
        "out_from_on": agent.out_from_on,
        "out_until_on": agent.out_until_on,
        "substitute_id": agent.substitute_id,
        "version": agent.version,
    }
