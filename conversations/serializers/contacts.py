"""Contacts and companies as the API reads and shows them."""

from typing import Any

from rest_framework import serializers

from conversations.actions.save_contact import IDENTITIES_MOST
from conversations.enums import IdentityKind
from conversations.identities import ADDRESS_MAX_LENGTH, EXTERNAL_ID_MAX_LENGTH, phone_number, stored_identity
from conversations.models import Company, Contact, ContactIdentity
from conversations.queries.contacts import identities_by_kind
from conversations.serializers.conversations import NamedBrief
from hummdesk.api.serializers import InputSerializer, JSONObjectField
from hummdesk.errors import ValidationFailed

_SEARCH_MAX_LENGTH = 200


class IdentityOutput(serializers.Serializer[Any]):
    """One address, number or external id; `is_verified` when its owner has shown to be it."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=IdentityKind.choices)
    value = serializers.CharField()
    is_verified = serializers.BooleanField()


class ContactOutput(serializers.Serializer[Any]):
    """A customer. `email` and `phone` are the main ones, and the first in their lists."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    email = serializers.CharField()
    phone = serializers.CharField()
    emails = serializers.ListField(child=serializers.CharField())
    phones = serializers.ListField(child=serializers.CharField())
    external_ids = serializers.ListField(child=serializers.CharField())
    identities = IdentityOutput(many=True)
    company = NamedBrief(allow_null=True)
    language = serializers.CharField()
    custom_fields = serializers.DictField(child=serializers.JSONField())
    is_blocked = serializers.BooleanField(help_text="New conversations of theirs go to spam")
    shows_remote_images = serializers.BooleanField(help_text="Agents have allowed the images in their mail")
    merged_into = serializers.UUIDField(allow_null=True, help_text="Always null: a merged contact's id leads on")
    version = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()

    def to_representation(self, instance: Contact) -> dict[str, Any]:
        """Return the fields."""
        return contact_fields(instance)


class ContactFilters(InputSerializer):
    """Which contacts to list; all of these must hold."""

    q = serializers.CharField(
        max_length=_SEARCH_MAX_LENGTH,
        required=False,
        help_text="Part of a name, an address, a number, an id or the company; one or two letters: its beginning",
    )
    email = serializers.CharField(max_length=ADDRESS_MAX_LENGTH, required=False)
    phone = serializers.CharField(max_length=40, required=False)
    external_id = serializers.CharField(max_length=EXTERNAL_ID_MAX_LENGTH, required=False)
    company_id = serializers.UUIDField(required=False)
    is_blocked = serializers.BooleanField(required=False)

    def validate_email(self, value: str) -> str:
        """Return the address as it is stored."""
        return value.strip().lower()

    def validate_phone(self, value: str) -> str:
        """Return the number as it is stored, or what no contact has."""
        try:
            return phone_number(value)
        except ValidationFailed:
            return ""


def _many(max_length: int) -> Any:
    child = serializers.CharField(max_length=max_length)
    return serializers.ListField(child=child, max_length=IDENTITIES_MOST, required=False)


class ContactChangesInput(InputSerializer):
    """What can be changed of a contact; what is not given stays.

    `emails`, `phones` and `external_ids` are all that the contact has, the main one first. `email`, `phone` and
    `external_id` add one, which becomes the main one. `company` is a name, found or made.
    """

    name = serializers.CharField(max_length=200, required=False, allow_blank=True)
    email = serializers.CharField(max_length=ADDRESS_MAX_LENGTH, required=False)
    emails = _many(ADDRESS_MAX_LENGTH)
    phone = serializers.CharField(max_length=40, required=False)
    phones = _many(40)
    external_id = serializers.CharField(max_length=EXTERNAL_ID_MAX_LENGTH, required=False)
    external_ids = _many(EXTERNAL_ID_MAX_LENGTH)
    company_id = serializers.UUIDField(required=False, allow_null=True)
    company = serializers.CharField(max_length=120, required=False, allow_null=True, allow_blank=True)
    language = serializers.CharField(max_length=8, required=False, allow_blank=True)
    custom_fields = JSONObjectField(required=False)
    is_blocked = serializers.BooleanField(required=False)
    shows_remote_images = serializers.BooleanField(required=False)
    version = serializers.IntegerField(min_value=1, required=False)

    def validate_email(self, value: str) -> str:
        """Return the address as it is stored."""
        return _as_stored(IdentityKind.EMAIL, value)

    def validate_phone(self, value: str) -> str:
        """Return the number as it is stored."""
        return _as_stored(IdentityKind.PHONE, value)


class NewContactInput(ContactChangesInput):
    """A new contact: a name, or at least one thing to know them by."""

    version = None  # type: ignore[assignment]  # DRF's way to drop an inherited field


class MergeContactInput(InputSerializer):
    """Which contact is the one that stays."""

    into = serializers.UUIDField()


class CompanyOutput(serializers.Serializer[Any]):
    """Whom contacts write for; a new contact with an address at `domain` joins it."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    domain = serializers.CharField()
    custom_fields = serializers.DictField(child=serializers.JSONField())
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()

    def to_representation(self, instance: Company) -> dict[str, Any]:
        """Return the fields."""
        return {
            "id": instance.id,
            "name": instance.name,
            "domain": instance.domain,
            "custom_fields": instance.custom_fields,
            "created_at": instance.created_at,
            "updated_at": instance.updated_at,
        }


class CompanyFilters(InputSerializer):
    """Which companies to list; all of these must hold."""

    q = serializers.CharField(max_length=_SEARCH_MAX_LENGTH, required=False, help_text="Part of a name")
    domain = serializers.CharField(max_length=253, required=False)


class CompanyInput(InputSerializer):
    """A company. Custom fields are merged in; null removes one."""

    name = serializers.CharField(max_length=120)
    domain = serializers.CharField(max_length=253, required=False, allow_blank=True)
    custom_fields = JSONObjectField(required=False)


def contact_fields(contact: Contact) -> dict[str, Any]:
    """Return the fields of ContactOutput. No query where company and identities are fetched already."""
    known_by = identities_by_kind(contact)
    company = contact.company
    return {
        "id": contact.id,
        "name": contact.name,
        "email": contact.email,
        "phone": contact.phone,
        "emails": [identity.value for identity in known_by[IdentityKind.EMAIL]],
        "phones": [identity.value for identity in known_by[IdentityKind.PHONE]],
        "external_ids": [identity.value for identity in known_by[IdentityKind.EXTERNAL]],
        "identities": [_identity_fields(identity) for rows in known_by.values() for identity in rows],
        "company": {"id": company.id, "name": company.name} if company else None,
        "language": contact.language,
        "custom_fields": contact.custom_fields,
        "is_blocked": contact.is_blocked,
        "shows_remote_images": contact.shows_remote_images,
        "merged_into": contact.merged_into_id,
        "version": contact.version,
        "created_at": contact.created_at,
        "updated_at": contact.updated_at,
    }


def _identity_fields(identity: ContactIdentity) -> dict[str, Any]:
    return {
        "id": identity.id,
        "kind": identity.kind,
        "value": identity.value,
        "is_verified": identity.is_verified,
    }


def _as_stored(kind: IdentityKind, value: str) -> str:
    try:
        return stored_identity(kind, value)
    except ValidationFailed as error:
        raise serializers.ValidationError(next(iter(error.errors.values()))) from error
