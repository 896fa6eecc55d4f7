"""Signing in with the API: tokens, their rotation and end, and tickets for sockets."""

from dataclasses import asdict

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions.sign_in_api import sign_in_api
from accounts.actions.socket_tickets import TICKET_LIFE_S, SignInProof, issue_socket_ticket
from accounts.actions.token_families import end_family, rotate_family
from accounts.authentication import account_of, member_of
from accounts.errors import TokenRefused
from accounts.models import ApiToken
from accounts.serializers import (
    RefreshInput,
    SignedInOutput,
    SignInInput,
    TicketOutput,
    TokensOutput,
    account_brief,
    signed_in_user,
)
from accounts.throttling import TokenThrottle
from accounts.tokens import Claims, refresh_claims
from hummdesk.api.views import ApiView
from hummdesk.errors import AccountMismatch


class TokenView(ApiView):
    """Signs in by e-mail and password."""

    authentication_classes = []
    permission_classes = [AllowAny]
    throttle_classes = [TokenThrottle]
    keeps_answers = False

    @extend_schema(operation_id="sign_in", request=SignInInput, responses=SignedInOutput)
    def post(self, request: Request) -> Response:
        """Return an access and a refresh token, and whose they are."""
        given = self.body(SignInInput)
        signed_in = sign_in_api(
            email=given["email"],
            password=given["password"],
            slug=given["account"],
            host_account=account_of(request),
        )
        membership = signed_in.membership
        return Response(
            {
                **asdict(signed_in.tokens),
                "account": account_brief(membership.account if membership else None),
                "user": signed_in_user(signed_in.user, membership),
            }
        )


class RefreshView(ApiView):
    """Rotates a refresh token."""

    authentication_classes = []
    permission_classes = [AllowAny]
    keeps_answers = False

    @extend_schema(operation_id="refresh_token", request=RefreshInput, responses=TokensOutput)
    def post(self, request: Request) -> Response:
        """Return the next pair. The refresh token is spent; one that was spent before ends its whole family."""
        claims = refresh_claims(self.body(RefreshInput)["refresh"])
        account = account_of(request)
        if account is not None and account.id != claims.account_id:
            raise AccountMismatch
        return Response(asdict(rotate_family(claims)))


class RevokeView(ApiView):
    """Signs out."""

    authentication_classes = []
    permission_classes = [AllowAny]
    keeps_answers = False

    @extend_schema(operation_id="revoke_token", request=RefreshInput, responses={204: None})
    def post(self, request: Request) -> Response:
        """End the token's family; 204 also for a token that is good no more (RFC 7009, section 2.2)."""
        token = self.body(RefreshInput)["refresh"]
        try:
            end_family(refresh_claims(token).family_id)
        except TokenRefused:
            return Response(status=204)
        return Response(status=204)


class SocketTicketView(ApiView):
    """Makes tickets for clients without cookies."""

    keeps_answers = False

    @extend_schema(operation_id="create_socket_ticket", request=None, responses={201: TicketOutput})
    def post(self, request: Request) -> Response:
        """Return a ticket that opens one WebSocket within 30 seconds, as `?ticket=`."""
        membership = member_of(request)
        ticket = issue_socket_ticket(user=membership.user, account=membership.account, proof=_proof(request))
        return Response({"ticket": ticket, "expires_in_s": TICKET_LIFE_S}, status=201)


def _proof(request: Request) -> SignInProof:
    """What the caller is signed in by."""
    if isinstance(request.auth, Claims):
        return SignInProof(family_id=request.auth.family_id)
    if isinstance(request.auth, ApiToken):
        return SignInProof(api_token_id=request.auth.id)
    return SignInProof(session_key=request._request.session.session_key or "")
