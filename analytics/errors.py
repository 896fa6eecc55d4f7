"""What can't be done with figures."""

from django.utils.translation import gettext_lazy as _

from hummdesk.errors import Conflict


class SurveyClosed(Conflict):
    """The customer answered too long ago to change it, or was asked too long ago to answer."""

    title = _("It is too late to change this answer.")
