"""Who belongs to which account, and who is asked to."""

from email.utils import parseaddr

import uuid7
from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.enums import Role
from accounts.models.account import Account
from accounts.models.user import User


class Membership(models.Model):
    """A user in an account, with one role. An ended one stays as history with `is_active` off."""

    id = models.UUIDField(primary_key=True, default=uuid7.create, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=16, choices=Role, default=Role.AGENT)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "account"], name="one_membership_per_account")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.account_id}: {self.role}"


class Invitation(models.Model):
    """An invitation by e-mail: single use, expiring, its token kept only as a hash."""

    id = models.UUIDField(primary_key=True, default=uuid7.create, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField()
    role = models.CharField(max_length=16, choices=Role, default=Role.AGENT)
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "email"],
                condition=Q(accepted_at=None),
                name="one_open_invitation_per_email",
            )
        ]

    def __str__(self) -> str:
        return f"{self.email} to {self.account_id}"

    @property
    def message_id(self) -> str:
        """The Message-ID of its newest mail: each sending lets it last anew, and so has its own."""
        domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
        return f"<invitation.{self.id}.{self.expires_at:%Y%m%d%H%M%S%f}@{domain}>"
