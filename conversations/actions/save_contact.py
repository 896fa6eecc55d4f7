"""What is known of a customer."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.permissions import Permission
from conversations.actions.save_company import find_or_create_company
from conversations.custom_fields import changed_custom_fields
from conversations.enums import IdentityKind
from conversations.errors import IdentityTaken
from conversations.events import ContactChanged
from conversations.identities import stored_identity
from conversations.models import Company, Contact, ContactIdentity
from conversations.queries.contacts import company_of_address, get_contact, identities_by_kind, owners_of
from hummdesk.errors import ValidationFailed
from hummdesk.events.publishing import action, publish
from hummdesk.versions import require_version
from teams.access import Viewer

IDENTITIES_MOST = 20
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,4})?\Z")
# What names one identity, and all of a kind.
_IDENTITY_FIELDS: Mapping[IdentityKind, tuple[str, str]] = {
    IdentityKind.EMAIL: ("email", "emails"),
    IdentityKind.PHONE: ("phone", "phones"),
    IdentityKind.EXTERNAL: ("external_id", "external_ids"),
}
# The values of a contact's identities, the main one of a kind first.
KnownBy = Mapping[IdentityKind, Sequence[str]]
_PLAIN_FIELDS = ("name", "is_blocked", "shows_remote_images", "language")
_SAVED_FIELDS = (*_PLAIN_FIELDS, "email", "phone", "company", "custom_fields", "version", "updated_at")


@action
def create_contact(*, viewer: Viewer, fields: Mapping[str, Any]) -> Contact:
    """There is a new contact with these fields, which are those of `change_contact`.

    Without a company it joins the one whose domain its address has.
    Raises: PermissionDenied, ValidationFailed, IdentityTaken. Publishes: ContactChanged.
    """
    viewer.require(Permission.REPLY)
    if not any(fields.get(name) for name in ("name", *(name for pair in _IDENTITY_FIELDS.values() for name in pair))):
        raise ValidationFailed(errors={"name": [_("Give a name, an address, a number or an id.")]})
    contact = Contact()
    changed = _apply(contact, fields, {kind: [] for kind in IdentityKind})
    if not {"company", "company_id"} & set(fields) and contact.email:
        contact.company = company_of_address(contact.email)
    contact.save(force_insert=True)
    publish(ContactChanged(actor=viewer.actor, contact_id=contact.id, changed=changed))
    return contact


@action
def change_contact(
    *, viewer: Viewer, contact_id: UUID, changes: Mapping[str, Any], version: int | None = None
) -> Contact:
    """The contact has these values; nothing happens when all was so.

    Keys of `changes`: name, language, is_blocked, shows_remote_images, custom_fields (merged in, None removes one),
    company_id or company (a name; made if there is none), emails, phones and external_ids (all of them, the main one
    first), email, phone and external_id (one that is known from now on and leads the others).

    Locks the contact, and counts its version up by one. Raises: NotFound, PermissionDenied, ValidationFailed,
    Conflict for a stale version, IdentityTaken. Publishes: ContactChanged.
    """
    contact = get_contact(contact_id, lock=True)
    viewer.require(Permission.REPLY)
    text = _("The contact has changed meanwhile: its version is %(version)d now.")
    require_version(version, contact.version, text)
    changed = _apply(contact, changes, _values_by_kind(contact))
    if changed:
        contact.version += 1
        contact.save(update_fields=_SAVED_FIELDS)
        publish(ContactChanged(actor=viewer.actor, contact_id=contact.id, changed=changed))
    return contact


def repeat_identities(contact: Contact) -> None:
    """The locked contact's e-mail address and number are ones that it has, the same as before if it still does."""
    values = _values_by_kind(contact)
    contact.email = next(iter(values[IdentityKind.EMAIL]), "")
    contact.phone = next(iter(values[IdentityKind.PHONE]), "")


def _apply(contact: Contact, changes: Mapping[str, Any], known_by: KnownBy) -> tuple[str, ...]:
    """Return the names of the fields that differ now; the row itself is not saved yet."""
    before = {name: getattr(contact, name) for name in (*_PLAIN_FIELDS, "company_id", "custom_fields")}
    for name in _PLAIN_FIELDS:
        setattr(contact, name, changes.get(name, before[name]))
    _check_language(contact.language)
    contact.name = contact.name.strip()
    contact.custom_fields = changed_custom_fields(contact.custom_fields, changes.get("custom_fields", {}))
    if {"company", "company_id"} & set(changes):
        contact.company = _company(changes)
    differing = [name for name, value in before.items() if getattr(contact, name) != value]
    return (*differing, *_set_identities(contact, changes, known_by))


def _check_language(language: str) -> None:
    if language and not _LANGUAGE.match(language):
        raise ValidationFailed(errors={"language": [_("Use a language tag such as fi or pt-BR.")]})


def _company(changes: Mapping[str, Any]) -> Company | None:
    if name := changes.get("company"):
        return find_or_create_company(name=name)
    if (company_id := changes.get("company_id")) is None:
        return None
    company = Company.objects.filter(id=company_id).first()
    if company is None:
        raise ValidationFailed(errors={"company_id": [_("There is no such company.")]})
    return company


def _set_identities(contact: Contact, changes: Mapping[str, Any], before: KnownBy) -> list[str]:
    """The contact is known by what the changes say; return which kinds of identities differ."""
    after = {kind: _wanted(kind, before[kind], changes) for kind in IdentityKind}
    wanted = [(kind, value) for kind, values in after.items() for value in values]
    had = {(kind, value) for kind, values in before.items() for value in values}
    _add_identities(contact, [identity for identity in wanted if identity not in had])
    for kind, value in had - set(wanted):
        contact.identities.filter(kind=kind, value=value).delete()
    contact.email = next(iter(after[IdentityKind.EMAIL]), "")
    contact.phone = next(iter(after[IdentityKind.PHONE]), "")
    return [many for kind, (_one, many) in _IDENTITY_FIELDS.items() if before[kind] != after[kind]]


def _values_by_kind(contact: Contact) -> KnownBy:
    return {kind: [row.value for row in rows] for kind, rows in identities_by_kind(contact).items()}


def _wanted(kind: IdentityKind, before: Sequence[str], changes: Mapping[str, Any]) -> list[str]:
    one, many = _IDENTITY_FIELDS[kind]
    if not {one, many} & set(changes):
        return list(before)
    texts = list(changes[many]) if many in changes else list(before)
    if changes.get(one):
        texts.insert(0, changes[one])
    values = list(dict.fromkeys(_stored(kind, many, texts)))
    if len(values) > IDENTITIES_MOST:
        raise ValidationFailed(errors={many: [_("Use at most %(count)d.") % {"count": IDENTITIES_MOST}]})
    return values


def _stored(kind: IdentityKind, field: str, texts: Iterable[str]) -> Iterable[str]:
    for text in texts:
        try:
            yield stored_identity(kind, text)
        except ValidationFailed as error:
            raise ValidationFailed(errors={field: next(iter(error.errors.values()))}) from error


def _add_identities(contact: Contact, new: Sequence[tuple[IdentityKind, str]]) -> None:
    """Raises: IdentityTaken when another contact has one, be it only since a moment ago."""
    if not new:
        return
    # In one order, so that two who add the same ones wait for each other and no more.
    rows = [ContactIdentity(contact=contact, kind=kind, value=value) for kind, value in sorted(new)]
    ContactIdentity.objects.bulk_create(rows, ignore_conflicts=True)
    for (kind, _value), owner in owners_of(new).items():
        if owner != contact.id:
            raise IdentityTaken(field=_IDENTITY_FIELDS[IdentityKind(kind)][1], owner_id=owner)
