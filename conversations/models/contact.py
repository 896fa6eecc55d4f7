"""The people who write in."""

import uuid7
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper

from conversations.enums import IdentityKind
from hummdesk.compiled import OftenInserted


class Company(models.Model):
    """Whom a contact writes for."""

    id = models.UUIDField(primary_key=True, default=uuid7.create, editable=False)
    name = models.CharField(max_length=120)
    domain = models.CharField(max_length=253, blank=True)
    custom_fields = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "companies"
        constraints = [
            # As `iexact` asks for it.
            models.UniqueConstraint(Upper("name"), name="one_company_in_any_case"),
            models.UniqueConstraint(fields=["domain"], condition=~Q(domain=""), name="one_company_per_domain"),
        ]

    def __str__(self) -> str:
        return self.name


class Contact(OftenInserted):
    """A customer. `email` and `phone` repeat the first identity of their kind, for lists.

    `merged_into`: this row is a redirect, kept so that old ids still lead to the person.
    `erased_at`: the person asked to be forgotten; name and identities are gone, what was said stays.
    """

    id = models.UUIDField(primary_key=True, default=uuid7.create, editable=False)
    name = models.CharField(max_length=200, blank=True)
    email = models.CharField(max_length=320, blank=True)
    company = models.ForeignKey(
        Company,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="contacts",
    )
    language = models.CharField(max_length=8, blank=True)
    phone = models.CharField(max_length=320, blank=True)
    custom_fields = models.JSONField(default=dict, blank=True)
    is_blocked = models.BooleanField(default=False)
    shows_remote_images = models.BooleanField(default=False)
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    erased_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(merged_into=None) | ~Q(merged_into=F("id")), name="contact_not_merged_into_itself"
            )
        ]
        indexes = [
            models.Index(fields=["name", "id"], condition=Q(merged_into=None, erased_at=None), name="contact_by_name"),
            models.Index(
                fields=["-created_at", "-id"],
                condition=Q(merged_into=None, erased_at=None),
                name="contact_by_creation",
            ),
            GinIndex(OpClass(Upper("name"), name="gin_trgm_ops"), name="contact_by_part_of_name"),
        ]

    def __str__(self) -> str:
        return self.display_name

    @property
    def display_name(self) -> str:
        """The name, else the address."""
        return self.name or self.email


class ContactIdentity(OftenInserted):
    """One address, number or external id of a contact. E-mail addresses are kept in lower case."""

    id = models.UUIDField(primary_key=True, default=uuid7.create, editable=False)
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="identities")
    kind = models.CharField(max_length=10, choices=IdentityKind)
    value = models.CharField(max_length=320)
    is_verified = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "value"], name="one_contact_per_identity")]
        indexes = [GinIndex(OpClass(Upper("value"), name="gin_trgm_ops"), name="identity_by_part")]

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"
