"""Which account a mail address belongs to."""

import uuid7
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from accounts.models.account import Account


class MailRoute(models.Model):
    """An address on which mail comes in, over all accounts; `mailbox_id` is a row in the account's schema."""

    id = models.UUIDField(primary_key=True, default=uuid7.create, editable=False)
    address = models.EmailField(unique=True)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="mail_routes")
    mailbox_id = models.UUIDField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(address=Lower("address")), name="address_is_lower_case")]

    def __str__(self) -> str:
        return self.address
