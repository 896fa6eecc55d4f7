"""Whom a session belongs to."""

from typing import Any
from uuid import UUID

from allauth.account.auth_backends import AuthenticationBackend
from django.db import connection

from accounts.models import User
from accounts.queries import membership_of, user_with


class SessionBackend(AuthenticationBackend):
    """Signs in as allauth does; finds a session's user together with their membership in the account in force.

    What was found stands in the user's `__dict__` as `membership_here`, for the same request.
    """

    def get_user(self, user_id: UUID) -> User | None:
        """Return the user, None for one who may not sign in. One query for a member, else two."""
        account: Any = connection.tenant  # type: ignore[attr-defined]
        membership = membership_of(user_id, account.pk) if getattr(account, "pk", None) else None
        if membership is not None:
            vars(membership.user)["membership_here"] = membership
            return membership.user
        user = user_with(user_id)
        return user if user and self.user_can_authenticate(user) else None
