"""What the account promises: everybody may read it; `manage_sla` changes it."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import HasPermission
from accounts.permissions import Permission
from conversations.actions.save_policy import change_policy, create_policy, delete_policy, preview_policy_change
from conversations.queries.policies import get_policy, listed_policies
from conversations.serializers.policies import (
    PolicyChangesInput,
    PolicyInput,
    PolicyOutput,
    PolicyPreviewOutput,
    RemovePolicyInput,
)
from hummdesk.api.pagination import KeysetPagination
from hummdesk.api.views import ApiView
from teams.authentication import viewer_in


class PoliciesView(ApiView):
    """The account's SLA policies."""

    permission_classes = [HasPermission(Permission.REPLY)]
    pagination_class = KeysetPagination
    orderings = {"name": ("name",)}

    @extend_schema(operation_id="list_sla_policies", responses=PolicyOutput(many=True))
    def get(self, request: Request) -> Response:
        """List the policies by name. Of several that match, company goes before team before priority."""
        return self.page(listed_policies(), PolicyOutput)

    @extend_schema(operation_id="create_sla_policy", request=PolicyInput, responses={201: PolicyOutput})
    def post(self, request: Request) -> Response:
        """Make a policy; open conversations that it is for follow at once."""
        policy = create_policy(viewer=viewer_in(request), fields=self.body(PolicyInput))
        return Response(PolicyOutput(policy).data, status=201)


class PolicyView(ApiView):
    """One SLA policy."""

    permission_classes = [HasPermission(Permission.REPLY)]

    @extend_schema(operation_id="get_sla_policy", responses=PolicyOutput)
    def get(self, request: Request, policy_id: UUID) -> Response:
        """Return the policy."""
        return Response(PolicyOutput(get_policy(policy_id)).data)

    @extend_schema(operation_id="change_sla_policy", request=PolicyChangesInput, responses=PolicyOutput)
    def patch(self, request: Request, policy_id: UUID) -> Response:
        """Change what is given; what has run under the old promise counts with its share of it."""
        changes = self.body(PolicyChangesInput, partial=True)
        version = changes.pop("version", None)
        policy = change_policy(viewer=viewer_in(request), policy_id=policy_id, changes=changes, version=version)
        return Response(PolicyOutput(policy).data)

    @extend_schema(operation_id="delete_sla_policy", parameters=[RemovePolicyInput], responses={204: None})
    def delete(self, request: Request, policy_id: UUID) -> Response:
        """Delete a policy; `move_to` takes over what uses it, without it that is 409, with `used_by`."""
        move_to = self.filters(RemovePolicyInput).get("move_to")
        delete_policy(viewer=viewer_in(request), policy_id=policy_id, move_to=move_to)
        return Response(status=204)


class PolicyPreviewView(ApiView):
    """What a change of a policy would do."""

    permission_classes = [HasPermission(Permission.MANAGE_SLA)]

    @extend_schema(operation_id="preview_sla_policy", request=PolicyChangesInput, responses={200: PolicyPreviewOutput})
    def post(self, request: Request, policy_id: UUID) -> Response:
        """Count what these changes would move on open conversations. Nothing is changed."""
        changes = self.body(PolicyChangesInput, partial=True)
        preview = preview_policy_change(viewer=viewer_in(request), policy_id=policy_id, changes=changes)
        return Response(PolicyPreviewOutput(preview).data)
