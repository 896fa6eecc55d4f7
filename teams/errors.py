"""What teams and hours refuse, and how it is told."""

from django.utils.translation import gettext_lazy as _

from hummdesk.errors import DomainError


class NeverOpen(DomainError):
    """No promise can be kept by a calendar without open time."""

    code = "never_open"
    status = 409
    title = _("These business hours have no open time.")
