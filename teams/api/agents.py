"""Agents and what they are good at: everybody may read it; `manage_teams` changes it."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import HasPermission
from accounts.permissions import Permission
from hummdesk.api.pagination import KeysetPagination
from hummdesk.api.views import ApiView
from teams.actions.change_agent import change_agent
from teams.actions.save_skill import add_skill, delete_skill, rename_skill
from teams.authentication import viewer_in
from teams.queries.agents import agent_rows, get_agent
from teams.queries.skills import get_skill, skill_rows
from teams.serializers.agents import (
    AgentChangesInput,
    AgentFilters,
    AgentOutput,
    SkillFilters,
    SkillInput,
    SkillOutput,
)


class AgentsView(ApiView):
    """The account's agents."""

    permission_classes = [HasPermission(Permission.REPLY)]
    pagination_class = KeysetPagination
    orderings = {"name": ("name",)}

    @extend_schema(operation_id="list_agents", parameters=[AgentFilters], responses=AgentOutput(many=True))
    def get(self, request: Request) -> Response:
        """List the agents by name."""
        return self.page(agent_rows(self.filters(AgentFilters)), AgentOutput)


class AgentView(ApiView):
    """One agent."""

    permission_classes = [HasPermission(Permission.REPLY)]

    @extend_schema(operation_id="get_agent", responses=AgentOutput)
    def get(self, request: Request, agent_id: UUID) -> Response:
        """Return the agent."""
        return Response(AgentOutput(get_agent(agent_id)).data)

    @extend_schema(operation_id="change_agent", request=AgentChangesInput, responses=AgentOutput)
    def patch(self, request: Request, agent_id: UUID) -> Response:
        """Change what is given; skills and languages are replaced as wholes, and new skills are made."""
        changes = self.body(AgentChangesInput, partial=True)
        version = changes.pop("version", None)
        change_agent(viewer=viewer_in(request), agent_id=agent_id, changes=changes, version=version)
        return Response(AgentOutput(get_agent(agent_id)).data)


class SkillsView(ApiView):
    """What agents can be good at."""

    permission_classes = [HasPermission(Permission.REPLY)]
    pagination_class = KeysetPagination
    orderings = {"name": ("name",)}

    @extend_schema(operation_id="list_skills", parameters=[SkillFilters], responses=SkillOutput(many=True))
    def get(self, request: Request) -> Response:
        """List the skills by name."""
        return self.page(skill_rows(self.filters(SkillFilters)), SkillOutput)

    @extend_schema(operation_id="create_skill", request=SkillInput, responses={200: SkillOutput, 201: SkillOutput})
    def post(self, request: Request) -> Response:
        """Make a skill, or return the one of this name with 200."""
        skill, is_new = add_skill(viewer=viewer_in(request), name=self.body(SkillInput)["name"])
        return Response(SkillOutput(get_skill(skill.id)).data, status=201 if is_new else 200)


class SkillView(ApiView):
    """One skill."""

    permission_classes = [HasPermission(Permission.REPLY)]

    @extend_schema(operation_id="rename_skill", request=SkillInput, responses=SkillOutput)
    def patch(self, request: Request, skill_id: UUID) -> Response:
        """Give the skill another name; 409 when another has it."""
        rename_skill(viewer=viewer_in(request), skill_id=skill_id, name=self.body(SkillInput)["name"])
        return Response(SkillOutput(get_skill(skill_id)).data)

    @extend_schema(operation_id="delete_skill", responses={204: None})
    def delete(self, request: Request, skill_id: UUID) -> Response:
        """Delete the skill, and take it off every agent; 409 when a category needs it."""
        delete_skill(viewer=viewer_in(request), skill_id=skill_id)
        return Response(status=204)
