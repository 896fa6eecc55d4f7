"""The customer behind an address or a number."""

from collections.abc import Sequence

from django.db import OperationalError

from conversations.enums import IdentityKind
from conversations.identities import ADDRESS_MAX_LENGTH, phone_number
from conversations.models import Contact, ContactIdentity
from conversations.queries.contacts import company_of_address, contact_known_by, take_identity
from hummdesk.events.publishing import action

# Each failed try means that somebody else has just made or erased the contact.
_TRIES = 5
Identity = tuple[IdentityKind, str]


@action
def find_or_create_contact(*, address: str = "", name: str = "", phone: str = "") -> Contact:
    """Return the contact known by this e-mail address, or without one by this number, made now if there is none.

    A number that nobody has becomes the contact's. A new contact joins the company whose domain the address has.
    Two mails of a new customer at the same moment end with one contact; one that was merged is the one it leads to.

    Locks the contact. Raises: ValidationFailed for what is no phone number, OperationalError when others make and
    erase the contact all the time.
    """
    identities = _identities(address, phone)
    for _try in range(_TRIES):
        contact = contact_known_by(*identities[0]) or _made_unless_known(identities, name)
        if contact is not None:
            break
    else:
        raise OperationalError("Others made and erased this contact again and again.")
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
    """The identity comes first: it waits for whoever is making the same one."""
    kind, value = identities[0]
    email, phone = (value, "") if kind == IdentityKind.EMAIL else ("", value)
    contact = Contact(name=name.strip()[:200], email=email, phone=phone)
    if not take_identity(ContactIdentity(contact=contact, kind=kind, value=value)):
        return None
    contact.company = company_of_address(email)
    contact.save(force_insert=True)
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
