"""Two people change the same row: whoever looked at an older version of it is told, and changes nothing."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hummdesk.errors import ChangedMeanwhile, Conflict

IT_HAS_CHANGED = _("It has changed meanwhile: its version is %(version)d now.")


def require_version(known: int | None, newest: int, text: str | Promise | None = None) -> None:
    """The version that the caller knows is the newest one, or None: then any will do.

    `text` says otherwise in words of the row, with `%(version)d` for the newest. Raises: Conflict, ChangedMeanwhile
    without a text; both tell the newest version.
    """
    if known is None or known == newest:
        return
    if text is None:
        raise ChangedMeanwhile(newest)
    raise Conflict(text % {"version": newest}, more={"version": newest})
