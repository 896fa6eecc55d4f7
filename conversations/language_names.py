"""What languages are called."""

from django.utils.translation import get_language_info
from django.utils.translation import gettext as _


def language_name(code: str) -> str:
    """Return the name of a language in the reader's, the code itself for one that is not known."""
    try:
        return _(get_language_info(code)["name"])
    except KeyError:
        return code
