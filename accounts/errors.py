"""What can go wrong with accounts, members and sign-in."""

from django.utils.translation import gettext_lazy as _

from hummdesk.errors import Conflict, NotAuthenticated, PermissionDenied, ValidationFailed


class SlugTaken(Conflict):
    """Another account has this slug."""

    title = _("An account with this slug exists already. Choose another slug.")


class DomainTaken(ValidationFailed):
    """Another account has a mailbox at the domain of an address."""

    title = _("Another company here has this domain. Ask whoever runs this installation.")


class AlreadyMember(Conflict):
    """The user is in the account already."""

    title = _("This person is a member already.")


class LastAdmin(Conflict):
    """The account would have nobody left to manage it."""

    title = _("This is the last admin of the account. Make somebody else an admin first.")


class SignInRefused(NotAuthenticated):
    """Wrong e-mail or password, or an inactive user: the three are told alike."""

    title = _("The e-mail address or the password is wrong.")


class TokenRefused(NotAuthenticated):
    """Expired, forged, spent or revoked."""

    title = _("The token is expired or not valid. Sign in again.")


class InvitationRefused(PermissionDenied):
    """Expired, used, or for somebody else."""

    title = _("This invitation is used or has expired. Ask for a new one.")


class HandoverRefused(PermissionDenied):
    """Expired, used, or for another account's host."""

    title = _("This sign-in link is used or has expired. Sign in again.")
