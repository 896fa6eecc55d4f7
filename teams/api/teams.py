"""Teams and who is in them: everybody may read it; `manage_teams` changes it, leaders change who is in theirs."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import HasPermission
from accounts.permissions import Permission
from hummdesk.api.pagination import KeysetPagination
from hummdesk.api.views import ApiView
from teams.actions.save_team import change_team, create_team, delete_team
from teams.actions.team_members import change_team_role, put_in_team, take_out_of_team
from teams.authentication import viewer_in
from teams.enums import TeamRole
from teams.queries.teams import team_members, team_place, team_row, team_rows
from teams.serializers.agents import MemberOutput
from teams.serializers.teams import (
    PlaceChangesInput,
    PlaceInput,
    TeamChangesInput,
    TeamDeletion,
    TeamFilters,
    TeamInput,
    TeamOutput,
)


class TeamsView(ApiView):
    """The account's teams."""

    permission_classes = [HasPermission(Permission.REPLY)]
    pagination_class = KeysetPagination
    orderings = {"name": ("name",), "created_at": ("created_at",)}

    @extend_schema(operation_id="list_teams", parameters=[TeamFilters], responses=TeamOutput(many=True))
    def get(self, request: Request) -> Response:
        """List the teams by name."""
        return self.page(team_rows(self.filters(TeamFilters)), TeamOutput)

    @extend_schema(operation_id="create_team", request=TeamInput, responses={201: TeamOutput})
    def post(self, request: Request) -> Response:
        """Make a team with nobody in it; 409 when another has the name."""
        team = create_team(viewer=viewer_in(request), fields=self.body(TeamInput))
        return Response(TeamOutput(team_row(team.id)).data, status=201)


class TeamView(ApiView):
    """One team."""

    permission_classes = [HasPermission(Permission.REPLY)]

    @extend_schema(operation_id="get_team", responses=TeamOutput)
    def get(self, request: Request, team_id: UUID) -> Response:
        """Return the team."""
        return Response(TeamOutput(team_row(team_id)).data)

    @extend_schema(operation_id="change_team", request=TeamChangesInput, responses=TeamOutput)
    def patch(self, request: Request, team_id: UUID) -> Response:
        """Change what is given."""
        changes = self.body(TeamChangesInput, partial=True)
        version = changes.pop("version", None)
        change_team(viewer=viewer_in(request), team_id=team_id, changes=changes, version=version)
        return Response(TeamOutput(team_row(team_id)).data)

    @extend_schema(operation_id="delete_team", parameters=[TeamDeletion], responses={204: None})
    def delete(self, request: Request, team_id: UUID) -> Response:
        """Delete the team; 409 when it has open conversations and `move_to` names no other team."""
        move_to = self.filters(TeamDeletion).get("move_to")
        delete_team(viewer=viewer_in(request), team_id=team_id, move_to=move_to)
        return Response(status=204)


class TeamAgentsView(ApiView):
    """Who is in a team."""

    permission_classes = [HasPermission(Permission.REPLY)]
    pagination_class = KeysetPagination
    orderings = {"name": ("agent_name",)}

    @extend_schema(operation_id="list_team_agents", responses=MemberOutput(many=True))
    def get(self, request: Request, team_id: UUID) -> Response:
        """List the agents of the team, with their roles in it."""
        team_row(team_id)
        return self.page(team_members(team_id), MemberOutput)

    @extend_schema(operation_id="put_in_team", request=PlaceInput, responses={200: MemberOutput, 201: MemberOutput})
    def post(self, request: Request, team_id: UUID) -> Response:
        """Put an agent in the team; 200 with the role of now when they were in it already."""
        given = self.body(PlaceInput)
        user_id, role = given["user_id"], TeamRole(given["role"])
        _place, is_new = put_in_team(viewer=viewer_in(request), team_id=team_id, agent_id=user_id, role=role)
        return Response(MemberOutput(team_place(team_id, user_id)).data, status=201 if is_new else 200)


class TeamAgentView(ApiView):
    """One agent's place in a team."""

    permission_classes = [HasPermission(Permission.REPLY)]

    @extend_schema(operation_id="change_team_role", request=PlaceChangesInput, responses=MemberOutput)
    def patch(self, request: Request, team_id: UUID, agent_id: UUID) -> Response:
        """Give the agent another role in the team."""
        role = TeamRole(self.body(PlaceChangesInput)["role"])
        change_team_role(viewer=viewer_in(request), team_id=team_id, agent_id=agent_id, role=role)
        return Response(MemberOutput(team_place(team_id, agent_id)).data)

    @extend_schema(operation_id="take_out_of_team", responses={204: None})
    def delete(self, request: Request, team_id: UUID, agent_id: UUID) -> Response:
        """Take the agent out of the team; what they have in hand stays theirs."""
        take_out_of_team(viewer=viewer_in(request), team_id=team_id, agent_id=agent_id)
        return Response(status=204)
