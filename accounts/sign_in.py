"""How allauth behaves here: nobody signs up alone, links lead to stored hosts, sessions belong to their place."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.core import context
from django.contrib.auth import authenticate
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.urls import reverse

from accounts.access import can_sign_in
from accounts.actions.token_families import end_families_of
from accounts.client_address import client_address
from accounts.links import link_to
from accounts.models import Account, User
from accounts.queries import memberships_of
from accounts.sessions import bind_to_place
from hummdesk.live.nudges import tell_rights_changed


class SignInAdapter(DefaultAccountAdapter):
    """Sign-in by e-mail and password; users come by invitation only."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return that nobody can sign up alone."""
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Return the user, or None for a wrong password, an inactive user, and one who has no place on this host.

        The three are told alike, and each costs one of the failed attempts that allauth counts.
        """
        self.pre_authenticate(request, **credentials)
        user = authenticate(request, **credentials)
        AuthenticationBackend.unstash_authenticated_user()
        if user is None or not can_sign_in(user, request.account):  # type: ignore[attr-defined]
            self.authentication_failed(request, **credentials)
            return None
        self._rollback_login_failed_rl_usage()
        return user

    def reauthenticate(self, user: User, password: str) -> bool:
        """Return whether this is the user's password."""
        return self.authenticate(context.request, email=user.email, password=password) == user

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """The session is the user's, on this host alone."""
        super().login(request, user)
        bind_to_place(request.session, request.account)  # type: ignore[attr-defined]

    def set_password(self, user: User, password: str) -> None:
        """The password is set, and what was signed in with the old one is signed out everywhere."""
        super().set_password(user, password)
        end_families_of(user)
        for membership in memberships_of(user):
            tell_rights_changed(membership.account.schema_name)

    def logout(self, request: HttpRequest) -> None:
        """The session has ended, and the sockets that were opened with it."""
        super().logout(request)
        account: Account | None = request.account  # type: ignore[attr-defined]
        if account is not None:
            tell_rights_changed(account.schema_name)

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the address that rate limits count by."""
        return client_address(request)

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return the link of the mail, on the stored host of the place where it was asked for."""
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return link_to(context.request.account, path.replace("UID-KEY", key))

    def format_email_subject(self, subject: str) -> str:
        """Return the subject as it is: allauth would put the Host header before it."""
        return subject
