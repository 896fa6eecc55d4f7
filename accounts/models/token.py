"""Single-use and rotating tokens. Only hashes or ids are kept, never what the client holds."""

import uuid7
from django.db import models

from accounts.models.account import Account
from accounts.models.user import User


class TokenFamily(models.Model):
    """All refresh tokens that descend from one sign-in; only `current_jti` is good.

    A spent one that comes back means that it was copied: the whole family ends.
    """

    id = models.UUIDField(primary_key=True, default=uuid7.create, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, null=True, related_name="+")
    current_jti = models.CharField(max_length=64)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.id)


class SingleUseToken(models.Model):
    """A short-lived pass of one user to one account, good once."""

    id = models.UUIDField(primary_key=True, default=uuid7.create, editable=False)
    token_hash = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.id)


class HandoverToken(SingleUseToken):
    """Carries a sign-in from the platform's host to an account's."""


class SocketTicket(SingleUseToken):
    """Opens one WebSocket for a client without cookies.

    What its maker was signed in by: the socket ends when that does. One of the three is set.
    """

    family_id = models.UUIDField(null=True)
    api_token_id = models.UUIDField(null=True)
    session_key = models.CharField(max_length=40, blank=True)


class ApiToken(models.Model):
    """A personal key for programs, made and revoked by its user, in one account (None: on the platform)."""

    id = models.UUIDField(primary_key=True, default=uuid7.create, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, null=True, related_name="+")
    name = models.CharField(max_length=80)
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["user", "account"], name="api_token_by_owner")]

    def __str__(self) -> str:
        return self.name
