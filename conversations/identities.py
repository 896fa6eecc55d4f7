"""The addresses, numbers and ids that a contact is known by, in the form in which they are stored."""

import re

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from conversations.enums import IdentityKind
from hummdesk.errors import ValidationFailed

ADDRESS_MAX_LENGTH = 320  # RFC 3696, erratum 1690: 64 + 1 + 255
EXTERNAL_ID_MAX_LENGTH = 200
# ITU-T E.164: at most 15 digits; fewer than 5 reach nobody from outside.
_PHONE = re.compile(r"\+?[0-9]{5,15}\Z")
_PHONE_PUNCTUATION = re.compile(r"[\s().\-/\u00a0\u2010-\u2015]+")


def stored_identity(kind: IdentityKind, text: str) -> str:
    """Return the value as identities keep it. Raises: ValidationFailed for one that can't be of its kind."""
    match kind:
        case IdentityKind.EMAIL:
            return _email(text)
        case IdentityKind.PHONE:
            return phone_number(text)
    return _external_id(text)


def phone_number(text: str) -> str:
    """Return the digits, with `+` before those of an international number. Raises: ValidationFailed."""
    number = _PHONE_PUNCTUATION.sub("", text)
    if number.startswith("00"):
        number = f"+{number[2:]}"
    if not _PHONE.match(number):
        raise ValidationFailed(errors={"phone": [_("This is not a phone number. Use a form such as +358401234567.")]})
    return number


def domain_of(address: str) -> str:
    """Return what stands after the last @, in lower case."""
    return address.rpartition("@")[2].lower()


def _email(text: str) -> str:
    address = text.strip().lower()
    try:
        validate_email(address)
    except ValidationError as error:
        raise ValidationFailed(errors={"email": error.messages}) from error
    if len(address) > ADDRESS_MAX_LENGTH:
        text = _("Use at most %(count)d characters.") % {"count": ADDRESS_MAX_LENGTH}
        raise ValidationFailed(errors={"email": [text]})
    return address


def _external_id(text: str) -> str:
    value = text.strip()
    if not value or len(value) > EXTERNAL_ID_MAX_LENGTH:
        message = _("An external id has 1 to %(count)d characters.") % {"count": EXTERNAL_ID_MAX_LENGTH}
        raise ValidationFailed(errors={"external_id": [message]})
    return value
