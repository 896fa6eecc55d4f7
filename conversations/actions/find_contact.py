"""The customer behind an address."""

from django.db import IntegrityError, transaction

from conversations.enums import IdentityKind
from conversations.models import Contact, ContactIdentity
from hummdesk.events.publishing import action

ADDRESS_MAX_LENGTH = 320  # RFC 3696, erratum 1690: 64 + 1 + 255


@action
def find_or_create_contact(*, address: str, name: str = "") -> Contact:
    """Return the contact known by this e-mail address, made now if there is none.

    Two mails of a new customer at the same moment end with one contact.
    """
    address = address.strip().lower()[:ADDRESS_MAX_LENGTH]
    found = _contact_by(address)
    if found is not None:
        return found
    try:
        with transaction.atomic():
            contact = Contact.objects.create(name=name.strip()[:200], email=address)
            ContactIdentity.objects.create(contact=contact, kind=IdentityKind.EMAIL, value=address)
    except IntegrityError:
        return Contact.objects.get(identities__kind=IdentityKind.EMAIL, identities__value=address)
    return contact


def _contact_by(address: str) -> Contact | None:
    return Contact.objects.filter(identities__kind=IdentityKind.EMAIL, identities__value=address).first()
