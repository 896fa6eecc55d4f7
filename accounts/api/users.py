"""The people of the account in force, and those who are invited."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions.invitations import invite_member, withdraw_invitation
from accounts.actions.members import change_role, remove_member
from accounts.authentication import HasPermission, member_of
from accounts.enums import Role
from accounts.permissions import Permission
from accounts.queries import members_of, open_invitations
from accounts.serializers import InviteInput, RoleInput, UserFilters, UserOutput
from hummdesk.api.pagination import KeysetPagination
from hummdesk.api.views import ApiView
from hummdesk.errors import NotFound
from hummdesk.events.actor import Actor


class UsersView(ApiView):
    """The account's people."""

    permission_classes = [HasPermission(Permission.MANAGE_USERS)]
    pagination_class = KeysetPagination

    @extend_schema(operation_id="list_users", parameters=[UserFilters], responses=UserOutput(many=True))
    def get(self, request: Request) -> Response:
        """List the members, or with `state=invited` those who have not answered."""
        account = member_of(request).account
        if self.filters(UserFilters)["state"] == "invited":
            return self.page(open_invitations(account), UserOutput)
        return self.page(members_of(account), UserOutput)

    @extend_schema(operation_id="invite_user", request=InviteInput, responses={201: UserOutput})
    def post(self, request: Request) -> Response:
        """Invite somebody by e-mail, whether or not they use HummDesk already. A second invitation voids the first."""
        member = member_of(request)
        given = self.body(InviteInput)
        role = Role(given["role"])
        invitation = invite_member(account=member.account, email=given["email"], role=role, by=member.user)
        return Response(UserOutput(invitation).data, status=201)


class UserView(ApiView):
    """One of the account's people."""

    permission_classes = [HasPermission(Permission.MANAGE_USERS)]

    @extend_schema(operation_id="change_user", request=RoleInput, responses=UserOutput)
    def patch(self, request: Request, user_id: UUID) -> Response:
        """Give a member another role. The last admin keeps it: 409."""
        member = member_of(request)
        role = Role(self.body(RoleInput)["role"])
        changed = change_role(account=member.account, user_id=user_id, role=role, actor=Actor.agent(member.user_id))
        return Response(UserOutput(changed).data)

    @extend_schema(operation_id="remove_user", responses={204: None})
    def delete(self, request: Request, user_id: UUID) -> Response:
        """End a membership, or withdraw an invitation by its id. The last admin stays: 409."""
        member = member_of(request)
        try:
            remove_member(account=member.account, user_id=user_id, actor=Actor.agent(member.user_id))
        except NotFound:
            withdraw_invitation(account=member.account, invitation_id=user_id)
        return Response(status=204)
