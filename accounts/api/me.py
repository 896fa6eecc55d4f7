"""The caller, and the caller's personal tokens."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions.api_tokens import make_api_token, revoke_api_token
from accounts.authentication import IsSignedIn, account_of, membership_if_any, user_of
from accounts.models import ApiToken
from accounts.queries import api_tokens_of
from accounts.serializers import ApiTokenOutput, MeOutput, NewApiTokenInput, NewApiTokenOutput, caller_fields
from hummdesk.api.pagination import KeysetPagination
from hummdesk.api.views import ApiView
from hummdesk.errors import PermissionDenied


class MeView(ApiView):
    """The caller."""

    permission_classes = [IsSignedIn]

    @extend_schema(operation_id="get_me", responses=MeOutput)
    def get(self, request: Request) -> Response:
        """Return the user, with role, permissions and account."""
        return Response(caller_fields(user_of(request), membership_if_any(request)))


class ApiTokensView(ApiView):
    """The caller's personal tokens in the account in force."""

    permission_classes = [IsSignedIn]
    keeps_answers = False
    pagination_class = KeysetPagination

    @extend_schema(operation_id="list_api_tokens", responses=ApiTokenOutput(many=True))
    def get(self, request: Request) -> Response:
        """List the tokens, oldest first, without their keys."""
        return self.page(api_tokens_of(user_of(request), account_of(request)), ApiTokenOutput)

    @extend_schema(operation_id="create_api_token", request=NewApiTokenInput, responses={201: NewApiTokenOutput})
    def post(self, request: Request) -> Response:
        """Make a token; its key is in this answer and never again. A token can't make tokens."""
        if isinstance(request.auth, ApiToken):
            raise PermissionDenied
        name = self.body(NewApiTokenInput)["name"]
        token, key = make_api_token(user=user_of(request), account=account_of(request), name=name)
        return Response({**ApiTokenOutput(token).data, "key": key}, status=201)


class ApiTokenView(ApiView):
    """One personal token."""

    permission_classes = [IsSignedIn]

    @extend_schema(operation_id="revoke_api_token", responses={204: None})
    def delete(self, request: Request, token_id: UUID) -> Response:
        """Revoke the token."""
        revoke_api_token(user=user_of(request), account=account_of(request), token_id=token_id)
        return Response(status=204)
