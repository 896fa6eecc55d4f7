"""The people who write in, and whom they write for."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from conversations.enums import IdentityKind
from conversations.events import ContactMerged
from conversations.identities import domain_of
from conversations.models import Company, Contact, ContactIdentity
from hummdesk.compiled import CompiledLookup
from hummdesk.errors import NotFound
from hummdesk.events.models import LoggedEvent

TRIGRAM_LENGTH = 3
MERGE_UNDO_LASTS = timedelta(days=30)
_FILTERED_BY: Mapping[str, IdentityKind] = {
    "email": IdentityKind.EMAIL,
    "phone": IdentityKind.PHONE,
    "external_id": IdentityKind.EXTERNAL,
}


def live_contacts() -> QuerySet[Contact]:
    """Return the contacts that are neither redirects nor erased."""
    return Contact.objects.filter(merged_into=None, erased_at=None)


def filtered_contacts(filters: Mapping[str, Any]) -> QuerySet[Contact]:
    """Return the contacts for which all filters hold, with company and identities: two queries, whatever the page.

    Keys: q (part of a name, an identity or a company's name, its beginning when shorter than three letters), email,
    phone, external_id, company_id, is_blocked.
    """
    rows = _with_parts(live_contacts())
    for name, kind in _FILTERED_BY.items():
        if name in filters:
            rows = rows.filter(id__in=_known_by(kind, filters[name]))
    if "q" in filters:
        rows = rows.filter(id__in=_resembling(filters["q"]))
    plain = {name: filters[name] for name in ("company_id", "is_blocked") if name in filters}
    return rows.filter(**plain)


def get_contact(id: UUID, *, lock: bool = False) -> Contact:
    """Return the contact with this id, or the one that it was merged into, locked if asked.

    One query for each merge on the way, one of them when there is none. Raises: NotFound.
    """
    rows = Contact.objects.select_for_update(no_key=True) if lock else _with_parts(Contact.objects.all())
    contact = rows.filter(id=id).first()
    while contact is not None and contact.merged_into_id is not None:
        contact = rows.filter(id=contact.merged_into_id).first()
    if contact is None or contact.erased_at is not None:
        raise NotFound
    return contact


def contact_known_by(kind: IdentityKind, value: str) -> Contact | None:
    """Return the locked contact who has this identity, None when nobody has.

    The lock keeps the contact from being erased or merged away before the caller has used it.
    """
    contact = _contacts_by_identity.first(kind.value, value)
    # Merged while we waited for the lock.
    while contact is not None and contact.merged_into_id is not None:
        contact = _locked_contacts().filter(id=contact.merged_into_id).order_by().first()
    return contact


def _locked_contacts() -> QuerySet[Contact]:
    return Contact.objects.select_for_update(of=("self",), no_key=True).filter(erased_at=None)


def _by_identity(kind: str, value: str) -> QuerySet[Contact]:
    return _locked_contacts().filter(identities__kind=kind, identities__value=value)


_contacts_by_identity = CompiledLookup(_by_identity, str, str)


def identities_by_kind(contact: Contact) -> dict[IdentityKind, list[ContactIdentity]]:
    """Return all identities by kind, oldest first, but for the main e-mail address and number, which lead.

    No query where the identities are fetched already.
    """
    found: dict[IdentityKind, list[ContactIdentity]] = {kind: [] for kind in IdentityKind}
    leading = {contact.email, contact.phone}
    for identity in sorted(contact.identities.all(), key=lambda row: (row.value not in leading, row.id)):
        found[IdentityKind(identity.kind)].append(identity)
    return found


def ids_merged_into(id: UUID) -> set[UUID]:
    """Return the ids of all contacts that lead to this one, and its own. One query for each step back."""
    found, newest = {id}, {id}
    while newest:
        newest = set(Contact.objects.filter(merged_into_id__in=newest).values_list("id", flat=True)) - found
        found |= newest
    return found


def last_contact_merge(id: UUID) -> LoggedEvent | None:
    """Return the newest merge of this contact into another. One query."""
    merges = LoggedEvent.objects.filter(object_id=id, type=ContactMerged.type_name())
    return merges.order_by("-seq").first()


def company_of_address(address: str) -> Company | None:
    """Return the company whose domain the address has. One query."""
    return _companies_by_domain.first(domain_of(address)) if "@" in address else None


def _by_domain(domain: str) -> QuerySet[Company]:
    return Company.objects.filter(domain=domain)


_companies_by_domain = CompiledLookup(_by_domain, str)


def filtered_companies(filters: Mapping[str, Any]) -> QuerySet[Company]:
    """Return the companies for which all filters hold. Keys: q (part of a name), domain."""
    conditions = Q()
    if "q" in filters:
        conditions &= Q(name__icontains=filters["q"])
    if "domain" in filters:
        conditions &= Q(domain=filters["domain"].lower())
    return Company.objects.filter(conditions)


def get_company(id: UUID, *, lock: bool = False) -> Company:
    """Return the company, locked if asked. Raises: NotFound."""
    rows = Company.objects.select_for_update() if lock else Company.objects.all()
    company = rows.filter(id=id).first()
    if company is None:
        raise NotFound
    return company


def owners_of(identities: Sequence[tuple[IdentityKind, str]]) -> Mapping[tuple[str, str], UUID]:
    """Return who has which of these identities. One query."""
    rows = ContactIdentity.objects.filter(value__in={value for _kind, value in identities})
    found = {(kind, value): owner for kind, value, owner in rows.values_list("kind", "value", "contact_id")}
    return {identity: found[identity] for identity in identities if identity in found}


def _with_parts(rows: QuerySet[Contact]) -> QuerySet[Contact]:
    return rows.select_related("company").prefetch_related("identities")


def _known_by(kind: IdentityKind, value: str) -> QuerySet[Any]:
    return ContactIdentity.objects.filter(kind=kind, value=value).values("contact_id")


def _resembling(text: str) -> QuerySet[Any]:
    """A union, so that each part can use its own index.

    Trigrams find nothing that is shorter but beginnings, and nearly everybody has two given letters somewhere.
    """
    lookup = "icontains" if len(text) >= TRIGRAM_LENGTH else "istartswith"
    named = Contact.objects.filter(**{f"name__{lookup}": text}).order_by().values("id")
    known = ContactIdentity.objects.filter(**{f"value__{lookup}": text}).values("contact_id")
    companies = Company.objects.filter(**{f"name__{lookup}": text}).order_by().values("id")
    return named.union(known, Contact.objects.filter(company_id__in=companies).order_by().values("id"))
