"""The customer behind an address or a number."""

from collections.abc import Sequence

from django.db import IntegrityError, transaction

from conversations.enums import IdentityKind
from conversations.identities import ADDRESS_MAX_LENGTH, phone_number
from conversations.models import Contact, ContactIdentity
from conversations.queries.contacts import company_of_address, contact_known_by
from hummdesk.events.publishing import action

# Each failed try means that somebody else has just made or erased the contact.
_TRIES = 5
Identity = tuple[IdentityKind, str]


@action
def find_or_create_contact(*, address: str = "", name: str = "", phone: str = "") -> Contact:
    """Return the contact known by this e-mail address, or without one by this number, made now if there is none.

    A number that nobody has becomes the contact's. A new contact joins the company whose domain the address has.
    Two mails of a new customer at the same moment end with one contact; one that was merged is the one it leads to.

    Locks the contact. Raises: ValidationFailed for what is no phone number.
    """
    identities = _identities(address, phone)
    for _try in range(_TRIES - 1):
        contact = contact_known_by(*identities[0]) or _made_unless_known(identities, name)
        if contact is not None:
            break
    else:
        contact = _made(identities, name)
    _add_number(contact, phone=dict(identities).get(IdentityKind.PHONE, ""))
    return contact


def _identities(address: str, phone: str) -> Sequence[Identity]:
    found = []
    if address or not phone:
        found.append((IdentityKind.EMAIL, address.strip().lower()[:ADDRESS_MAX_LENGTH]))
    if phone:
        found.append((IdentityKind.PHONE, phone_number(phone)))
    return found


def _made_unless_known(identities: Sequence[Identity], name: str) -> Contact | None:
    try:
        with transaction.atomic():
            return _made(identities, name)
    except IntegrityError:
        return None


def _made(identities: Sequence[Identity], name: str) -> Contact:
    kind, value = identities[0]
    email, phone = (value, "") if kind == IdentityKind.EMAIL else ("", value)
    company = company_of_address(email)
    contact = Contact.objects.create(name=name.strip()[:200], email=email, phone=phone, company=company)
    ContactIdentity.objects.create(contact=contact, kind=kind, value=value)
    return contact


def _add_number(contact: Contact, *, phone: str) -> None:
    """The contact is known by the number, unless somebody else is."""
    if not phone or phone == contact.phone:
        return
    new = ContactIdentity(contact=contact, kind=IdentityKind.PHONE, value=phone)
    ContactIdentity.objects.bulk_create([new], ignore_conflicts=True)
    if not contact.phone and ContactIdentity.objects.filter(id=new.id).exists():
        contact.phone = phone
        contact.save(update_fields=["phone", "updated_at"])
