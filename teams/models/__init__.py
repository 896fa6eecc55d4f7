"""Rows of who works when."""

from teams.models.agent import Agent, AgentLoad, AgentSkill, Skill
from teams.models.business_hours import BusinessHours, BusinessPeriod, Holiday
from teams.models.sla_policy import SlaPolicy
from teams.models.team import Team, TeamMember

__all__ = [
    "Agent",
    "AgentLoad",
    "AgentSkill",
    "BusinessHours",
    "BusinessPeriod",
    "Holiday",
    "Skill",
    "SlaPolicy",
    "Team",
    "TeamMember",
]
