"""Accounts: all for a super_admin, one's own for an account_admin."""

from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import require
from accounts.actions.change_account import change_account
from accounts.actions.create_account import open_account
from accounts.authentication import IsSignedIn, IsSuperAdmin, member_of, membership_if_any, user_of
from accounts.models import Account
from accounts.permissions import Permission
from accounts.queries import accounts_for
from accounts.serializers import AccountChangesInput, AccountOutput, NewAccountInput
from hummdesk.api.pagination import KeysetPagination
from hummdesk.api.views import ApiView
from hummdesk.errors import NotFound
from hummdesk.events.actor import Actor


class ManagesAccounts(IsSignedIn):
    """A super_admin, or a member who may manage the account in force."""

    def has_permission(self, request: Request, view: "ApiView") -> bool:  # type: ignore[override]
        """Raises: PermissionDenied, AccountRequired, NotAMember."""
        if not super().has_permission(request, view):
            return False
        if not user_of(request).is_superuser:
            require(member_of(request), Permission.MANAGE_ACCOUNT)
        return True


class AccountsView(ApiView):
    """The accounts that the caller manages."""

    pagination_class = KeysetPagination

    def get_permissions(self) -> list[BasePermission]:
        """Making one is for super_admins."""
        return [IsSuperAdmin() if self.request.method == "POST" else ManagesAccounts()]

    @extend_schema(operation_id="list_accounts", responses=AccountOutput(many=True))
    def get(self, request: Request) -> Response:
        """List all accounts for a super_admin, else the own one."""
        return self.page(_managed(request), AccountOutput)

    @extend_schema(operation_id="create_account", request=NewAccountInput, responses={201: AccountOutput})
    def post(self, request: Request) -> Response:
        """Make an account with its schema. Whoever has `admin_email` is its admin, or is invited to be."""
        account = open_account(**self.body(NewAccountInput), by=user_of(request))
        return Response(AccountOutput(_account(request, account.id)).data, status=201)


class AccountView(ApiView):
    """One account that the caller manages."""

    permission_classes = [ManagesAccounts]

    @extend_schema(operation_id="get_account", responses=AccountOutput)
    def get(self, request: Request, account_id: UUID) -> Response:
        """Return the account."""
        return Response(AccountOutput(_account(request, account_id)).data)

    @extend_schema(operation_id="change_account", request=AccountChangesInput, responses=AccountOutput)
    def patch(self, request: Request, account_id: UUID) -> Response:
        """Change what is given. `branding` and `settings` merge by key; null removes a key."""
        account = _account(request, account_id)
        changes = self.body(AccountChangesInput)
        version = changes.pop("version", None)
        change_account(account.id, changes, actor=_actor(request), version=version)
        return Response(AccountOutput(_account(request, account_id)).data)


def _managed(request: Request) -> QuerySet[Account]:
    return accounts_for(user_of(request), membership_if_any(request))


def _account(request: Request, account_id: UUID) -> Account:
    account = _managed(request).filter(id=account_id).first()
    if account is None:
        raise NotFound
    return account


def _actor(request: Request) -> Actor:
    user = user_of(request)
    return Actor.agent(user.id) if membership_if_any(request) else Actor.platform(user.id)
