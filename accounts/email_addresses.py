"""Which e-mail addresses can be invited, and how they are spelt."""

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

EMAIL_MAX_LENGTH = 254


def email_errors(email: str) -> list[str]:
    """Return why no mail can be sent to this address; plain SMTP carries ASCII only."""
    if not email.isascii():
        return [_("Use an address of plain letters, without accents.")]
    if len(email) > EMAIL_MAX_LENGTH:
        return [_("Use at most %(count)d characters.") % {"count": EMAIL_MAX_LENGTH}]
    try:
        validate_email(email)
    except ValidationError as error:
        return list(error.messages)
    return []


def without_detail(address: str) -> str:
    """Return `support@acme.example` for `support+orders@acme.example`. Source: RFC 5233."""
    local, _at, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"
