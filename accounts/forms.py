"""Forms of the sign-in pages."""

from typing import Any

from allauth.account.forms import ResetPasswordForm
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.access import can_sign_in
from accounts.models import User
from hummdesk.errors import ProviderUnavailable
from hummdesk.logs import logger

PASSWORD_MAX_LENGTH = 1024


class PlaceResetForm(ResetPasswordForm):
    """Asks for a reset link; only users who can sign in here get mail, and the page tells nobody who they are."""

    users: list[User]

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        """The link is on its way if there is such a user."""
        self.users = [user for user in self.users if can_sign_in(user, request.account)]  # type: ignore[attr-defined]
        try:
            if self.users:
                super().save(request, **kwargs)
        except ProviderUnavailable:
            # Another answer than for a stranger's address would tell who has a sign-in here.
            logger.error("reset_mail_failed", user_ids=[str(user.id) for user in self.users])
        return str(self.cleaned_data["email"])


class InvitationForm(forms.Form):
    """What an invited person who is new to HummDesk tells."""

    name = forms.CharField(
        label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name", "autofocus": True})
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=PASSWORD_MAX_LENGTH,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 10 characters."),
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean(self) -> dict[str, Any]:
        """Hold the password against the name and the address too."""
        cleaned: dict[str, Any] = super().clean() or {}
        if "password" in cleaned:
            try:
                validate_password(cleaned["password"], User(email=self.email, name=cleaned.get("name", "")))
            except forms.ValidationError as error:
                self.add_error("password", error)
        return cleaned
