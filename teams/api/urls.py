"""The API of teams, agents and hours, under /api/v1/."""

from django.urls import path

from teams.api import agents, hours, teams

urlpatterns = [
    path("teams", teams.TeamsView.as_view(), name="api-teams"),
    path("teams/<uuid:team_id>", teams.TeamView.as_view(), name="api-team"),
    path("teams/<uuid:team_id>/agents", teams.TeamAgentsView.as_view(), name="api-team-agents"),
    path("teams/<uuid:team_id>/agents/<uuid:agent_id>", teams.TeamAgentView.as_view(), name="api-team-agent"),
    path("agents", agents.AgentsView.as_view(), name="api-agents"),
    path("agents/<uuid:agent_id>", agents.AgentView.as_view(), name="api-agent"),
    path("skills", agents.SkillsView.as_view(), name="api-skills"),
    path("skills/<uuid:skill_id>", agents.SkillView.as_view(), name="api-skill"),
    path("business-hours", hours.HoursListView.as_view(), name="api-business-hours"),
    path("business-hours/<uuid:hours_id>", hours.HoursView.as_view(), name="api-business-hours-one"),
]
