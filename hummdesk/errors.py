"""The errors that floor 2 raises; edges turn them into pages, problem documents and task results."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class DomainError(Exception):
    """Something the caller can be told: a stable code, an HTTP status, a sentence, and errors by field.

    `more` holds further members of the problem document, such as what a conflict is with.
    """

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 400
    title: ClassVar[str | Promise] = _("This can't be done.")

    def __init__(
        self,
        detail: str | Promise | None = None,
        *,
        errors: Mapping[str, Sequence[str | Promise]] | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        self.detail = detail if detail is not None else self.title
        self.errors = {field: [str(text) for text in texts] for field, texts in (errors or {}).items()}
        self.more = dict(more or {})
        super().__init__(self.code)


class ValidationFailed(DomainError):
    """The input is well-formed but not acceptable; `errors` names the fields."""

    code = "validation_error"
    status = 422
    title = _("Some of this needs a change before it can be saved.")


class ParseFailed(DomainError):
    """The body is not what its content type says."""

    code = "parse_error"
    status = 400
    title = _("This could not be read.")


class NotAuthenticated(DomainError):
    """Nobody is signed in, or the token is expired, forged or revoked."""

    code = "not_authenticated"
    status = 401
    title = _("Sign in first.")


class PermissionDenied(DomainError):
    """The role does not carry this permission."""

    code = "permission_denied"
    status = 403
    title = _("Your role does not allow this.")


class AccountMismatch(DomainError):
    """Token and host name different accounts."""

    code = "account_mismatch"
    status = 403
    title = _("The token belongs to another account than this host.")


class NotAMember(DomainError):
    """The user has no active membership in the account."""

    code = "not_a_member"
    status = 403
    title = _("You are not a member of this account.")


class AccountRequired(DomainError):
    """Something that belongs to an account was reached with no account in force."""

    code = "permission_denied"
    status = 403
    title = _("Name the account: use its own host, or a token for it.")


class NotFound(DomainError):
    """Missing, or not yours: the two are told alike."""

    code = "not_found"
    status = 404
    title = _("There is nothing here, or it is not yours to see.")


class Conflict(DomainError):
    """The row has moved on, or the same key came with another body."""

    code = "conflict"
    status = 409
    title = _("This has changed meanwhile.")


class ChangedMeanwhile(Conflict):
    """Somebody else has saved since the caller looked; `version` is what there is now."""

    title = _("Somebody else has changed this meanwhile. Look at it again, then save.")

    def __init__(self, version: int) -> None:
        super().__init__(more={"version": version})


class PayloadTooLarge(DomainError):
    """The body is over the limit that `detail` names."""

    code = "payload_too_large"
    status = 413
    title = _("This is too large.")


class UnsupportedMediaType(DomainError):
    """The content type is not one that this call takes."""

    code = "unsupported_media_type"
    status = 415
    title = _("This content type is not taken here.")


class ProviderUnavailable(DomainError):
    """An outside service is down; nothing is lost."""

    code = "provider_unavailable"
    status = 503
    title = _("A service that this needs is not available now. Nothing is lost; try again soon.")
