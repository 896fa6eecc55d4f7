"""An account is a company that uses HummDesk: a tenant with a schema of its own."""

import uuid7
from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_tenants.models import DomainMixin, TenantMixin

from accounts.enums import AccountStatus

SLUG_MAX_LENGTH = 40
valid_slug = RegexValidator(
    r"^[a-z](?:[a-z0-9]|-(?=[a-z0-9]))*\Z",
    _("Use small letters, digits and single hyphens; begin with a letter and end without a hyphen."),
)


class Account(TenantMixin):
    """A company; `slug` is the first label of its host name and never changes."""

    auto_create_schema = False
    auto_drop_schema = False

    id = models.UUIDField(primary_key=True, default=uuid7.create, editable=False)
    slug = models.CharField(max_length=SLUG_MAX_LENGTH, unique=True, validators=[valid_slug])
    name = models.CharField(max_length=120)
    timezone = models.CharField(max_length=64, default="UTC")
    language = models.CharField(max_length=8, choices=settings.LANGUAGES, default="en")
    # {logo_url, primary_color, …}: what customers see.
    branding = models.JSONField(default=dict, blank=True)
    settings = models.JSONField(default=dict, blank=True)
    status = models.CharField(max_length=12, choices=AccountStatus, default=AccountStatus.ACTIVE)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_active(self) -> bool:
        """Whether the account's hosts answer."""
        return self.status == AccountStatus.ACTIVE


class Domain(DomainMixin):
    """A host name of an account; exactly one is primary and stands in links."""

    id = models.UUIDField(primary_key=True, default=uuid7.create, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant"],
                condition=Q(is_primary=True),
                name="one_primary_domain",
            ),
            models.CheckConstraint(
                condition=Q(domain=models.functions.Lower("domain")),
                name="domain_is_lower_case",
            ),
        ]

    def __str__(self) -> str:
        return str(self.domain)
