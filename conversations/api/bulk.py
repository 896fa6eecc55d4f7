"""Many conversations at once."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import HasPermission
from accounts.permissions import Permission
from conversations.actions.change_conversations import change_conversations
from conversations.queries.detail import rows_after_change
from conversations.serializers.changes import BulkInput, BulkOutput, bulk_result
from hummdesk.api.views import ApiView
from hummdesk.problems import problem_of
from teams.authentication import viewer_in


class ConversationsBulkView(ApiView):
    """The same changes for many conversations."""

    permission_classes = [HasPermission(Permission.REPLY)]

    @extend_schema(operation_id="change_conversations", request=BulkInput, responses=BulkOutput)
    def post(self, request: Request) -> Response:
        """Change up to 200 conversations, each wholly or not at all, and answer what became of each.

        Changes that no conversation could take are 422 as a whole.
        """
        viewer = viewer_in(request)
        changed = change_conversations(viewer=viewer, **self.body(BulkInput))
        rows = rows_after_change(viewer, [one.conversation_id for one in changed if one.conversation_id])
        problems = [problem_of(request._request, one.error) if one.error else None for one in changed]
        results = [bulk_result(one, rows, problem) for one, problem in zip(changed, problems, strict=True)]
        return Response({"results": results})
