"""What can go wrong with mail."""

from django.utils.translation import gettext_lazy as _

from hummdesk.errors import (
    Conflict,
    NotAuthenticated,
    NotFound,
    PayloadTooLarge,
    ProviderUnavailable,
    ValidationFailed,
)


class UnknownRecipient(NotFound):
    """No account takes mail for this address."""

    title = _("Nobody here takes mail for this address.")


class EmptyMail(ValidationFailed):
    """There is nothing to store."""

    title = _("The mail is empty.")


class MailTooLarge(PayloadTooLarge):
    """The mail is over the limit."""

    title = _("The mail is larger than 25 MB. Send large files as a link instead.")


class SignatureRefused(NotAuthenticated):
    """The signature is missing, wrong, or too old."""

    title = _("The signature is missing, wrong or older than five minutes.")


class AddressTaken(ValidationFailed):
    """The address belongs to a mailbox already, here or in another account."""

    title = _("This address is in use already.")


class MailInWork(Conflict):
    """Somebody else reads the mail at this moment."""

    title = _("This mail is being read at this moment. Look again in a minute.")


class MailWasRead(Conflict):
    """There is nothing to read again: the mail is in its conversation as it came."""

    title = _("This mail was read as it came.")


class NoOtherMailbox(ValidationFailed):
    """The mailbox that conversations are to go on in is not one of the account's others."""

    title = _("Choose another of your mailboxes.")


class TemplateFault(ValidationFailed):
    """A mail template cannot be read: `field` is one of subject, body_html, body_text, `sentence` says why."""

    title = _("This template can't be used.")

    def __init__(self, field: str, sentence: str) -> None:
        self.field, self.sentence = field, sentence
        super().__init__(errors={field: [sentence]})


class DeliveryRefused(ProviderUnavailable):
    """The provider said no, for good: `detail` is its word."""

    title = _("The mail could not be sent: the mail service refused it.")
    detail: str

    def __init__(self, detail: str) -> None:
        super().__init__(detail)

    def __str__(self) -> str:
        return self.detail


class DeliveryPostponed(ProviderUnavailable):
    """The mail stays queued: `may_have_left` says whether the provider may have taken it all the same."""

    def __init__(self, detail: str, *, may_have_left: bool = True) -> None:
        super().__init__(detail)
        self.may_have_left = may_have_left


class NotYourTurn(DeliveryPostponed):
    """The provider was not asked, or took nothing, since its limit is reached: to be tried again in `wait_s`."""

    def __init__(self, wait_s: float) -> None:
        super().__init__("The limit of the provider is reached.", may_have_left=False)
        self.wait_s = wait_s
