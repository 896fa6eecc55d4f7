"""Signing in and out, passwords, invitations: under /account/ on every host. Names with `_` are allauth's own."""

from allauth.account import views as allauth_views
from django.urls import path, re_path

from accounts.forms import PlaceResetForm
from accounts.views.handover import handover
from accounts.views.invitation import invitation

urlpatterns = [
    path("login/", allauth_views.login, name="account_login"),
    path("logout/", allauth_views.logout, name="account_logout"),
    path("inactive/", allauth_views.account_inactive, name="account_inactive"),
    path("reauthenticate/", allauth_views.reauthenticate, name="account_reauthenticate"),
    path("password/change/", allauth_views.password_change, name="account_change_password"),
    path(
        "password/reset/",
        allauth_views.PasswordResetView.as_view(form_class=PlaceResetForm),
        name="account_reset_password",
    ),
    path("password/reset/done/", allauth_views.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        allauth_views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        allauth_views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("handover", handover, name="handover"),
    path("invitation", invitation, name="invitation"),
]
