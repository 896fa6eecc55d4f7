"""The loads of agents, counted at an admin's wish."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import HasPermission
from accounts.permissions import Permission
from conversations.actions.reconcile_loads import reconcile_loads_for
from conversations.serializers.loads import CorrectionOutput, ReconciledOutput
from hummdesk.api.views import ApiView
from teams.authentication import viewer_in


class LoadsReconcileView(ApiView):
    """All loads of the account."""

    permission_classes = [HasPermission(Permission.MANAGE_TEAMS)]

    @extend_schema(operation_id="reconcile_loads", request=None, responses={200: ReconciledOutput})
    def post(self, request: Request) -> Response:
        """Count what every agent has in hand, and return whose load was wrong. A nightly task does the same."""
        corrections = reconcile_loads_for(viewer_in(request))
        return Response({"corrected": CorrectionOutput(corrections, many=True).data})
