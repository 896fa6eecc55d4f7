"""The API of sign-in, accounts and people, under /api/v1/."""

from django.urls import path

from accounts.api.accounts import AccountsView, AccountView
from accounts.api.auth import RefreshView, RevokeView, SocketTicketView, TokenView
from accounts.api.me import ApiTokensView, ApiTokenView, MeView
from accounts.api.users import UsersView, UserView

urlpatterns = [
    path("auth/token", TokenView.as_view(), name="api-sign-in"),
    path("auth/token/refresh", RefreshView.as_view(), name="api-token-refresh"),
    path("auth/token/revoke", RevokeView.as_view(), name="api-token-revoke"),
    path("auth/ws-ticket", SocketTicketView.as_view(), name="api-socket-ticket"),
    path("me", MeView.as_view(), name="api-me"),
    path("me/tokens", ApiTokensView.as_view(), name="api-me-tokens"),
    path("me/tokens/<uuid:token_id>", ApiTokenView.as_view(), name="api-me-token"),
    path("accounts", AccountsView.as_view(), name="api-accounts"),
    path("accounts/<uuid:account_id>", AccountView.as_view(), name="api-account"),
    path("users", UsersView.as_view(), name="api-users"),
    path("users/<uuid:user_id>", UserView.as_view(), name="api-user"),
]
