"""What custom fields may hold, of contacts, companies and conversations alike."""

import math
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from hummdesk.errors import ValidationFailed
from hummdesk.events.event import Scalar

FIELDS_MOST = 50
FIELD_NAME_MAX_LENGTH = 60
FIELD_TEXT_MAX_LENGTH = 1000
# What every reader of JSON takes exactly (RFC 8259, section 6).
INTEGER_MOST = 2**53 - 1


def changed_custom_fields(before: Mapping[str, Scalar], changes: Mapping[str, Any]) -> dict[str, Scalar]:
    """Return the fields with the changes in them; a field that becomes None is gone.

    Raises: ValidationFailed for a name that is empty or over 60 characters, a value that is no scalar,
    a text over 1000 characters, and more than 50 fields.
    """
    errors = [text for name, value in changes.items() if (text := _error_of(name, value))]
    after = {name: value for name, value in {**before, **changes}.items() if value is not None}
    if len(after) > FIELDS_MOST:
        errors.append(_("There may be at most %(count)d custom fields.") % {"count": FIELDS_MOST})
    if errors:
        raise ValidationFailed(errors={"custom_fields": errors})
    return after


def _error_of(name: str, value: Any) -> str:
    if not name.strip() or len(name) > FIELD_NAME_MAX_LENGTH:
        return _("The name of a custom field has 1 to %(count)d characters.") % {"count": FIELD_NAME_MAX_LENGTH}
    if not _is_kept(value):
        return _("“%(name)s” must be a text of at most %(count)d characters, a number, true, false or null.") % {
            "name": name,
            "count": FIELD_TEXT_MAX_LENGTH,
        }
    return ""


def _is_kept(value: Any) -> bool:
    match value:
        case str():
            return len(value) <= FIELD_TEXT_MAX_LENGTH
        case float():
            return math.isfinite(value)
        case int():
            return abs(value) <= INTEGER_MOST
    return value is None
