"""Whom a reply goes to besides the customer."""

from collections.abc import Sequence

from accounts.email_addresses import email_errors
from hummdesk.errors import ValidationFailed

RECIPIENTS_MOST = 20


def checked_recipients(field: str, addresses: Sequence[str]) -> list[str]:
    """Return the addresses in lower case, each once, in their order.

    Raises: ValidationFailed, naming the field, for what is no address and for more than 20.
    """
    wanted = list(dict.fromkeys(address.strip().lower() for address in addresses))
    errors = [f"{address}: {error}" for address in wanted for error in email_errors(address)]
    if len(wanted) > RECIPIENTS_MOST:
        errors = [f"Name at most {RECIPIENTS_MOST} addresses."]
    if errors:
        raise ValidationFailed(errors={field: errors})
    return wanted
