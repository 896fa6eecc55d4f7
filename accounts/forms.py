"""Forms of the sign-in pages, of what users set for themselves, and of who is in an account."""

from collections.abc import Iterator, Mapping
from typing import Any

from allauth.account.forms import ResetPasswordForm
from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.access import can_sign_in
from accounts.account_fields import NAME_MAX_LENGTH
from accounts.enums import Role, Theme
from accounts.models import User
from accounts.user_fields import timezone_names
from hummdesk.commands import Command, CommandGroup, keys_in_force, read_keys, shortcut_errors, there_are
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


class RoleForm(forms.Form):
    """What somebody is in the account."""

    role = forms.TypedChoiceField(
        label=_("Role"),
        choices=Role.choices,
        coerce=Role,
        initial=Role.AGENT,
        help_text=_(
            "Agents answer. Team leaders see all conversations, too, and keep templates, articles and promises. "
            "Admins may do everything."
        ),
    )


class InviteForm(RoleForm):
    """Whom to invite."""

    email = forms.EmailField(
        label=_("Address"), widget=forms.EmailInput(attrs={"autocomplete": "off", "autocapitalize": "off"})
    )
    field_order = ("email", "role")


class ProfileForm(forms.Form):
    """Who a user is to others, and how the pages speak to them."""

    name = forms.CharField(
        label=_("Name"), max_length=NAME_MAX_LENGTH, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    timezone = forms.ChoiceField(label=_("Time zone"), required=False)
    theme = forms.ChoiceField(label=_("Theme"), choices=Theme.choices)

    def __init__(self, *args: Any, account_timezone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        of_account = _("The account's (%(zone)s)") % {"zone": account_timezone}
        zones = [("", of_account), *((name, name.replace("_", " ")) for name in timezone_names())]
        self.fields["timezone"] = forms.ChoiceField(label=_("Time zone"), required=False, choices=zones)


class ThemeForm(forms.Form):
    """The look alone, from the menu."""

    theme = forms.ChoiceField(choices=Theme.choices)


class ShortcutsForm(forms.Form):
    """A field of keys for each command that can have other ones, under the command's id, and the switch."""

    is_enabled = forms.BooleanField(label=_("Single keys work"), required=False)

    def __init__(self, *args: Any, shortcuts: Mapping[str, str], is_enabled: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {command.id: keys_in_force(command, shortcuts) for command in there_are()}
        self.initial["is_enabled"] = is_enabled
        for command in there_are():
            if command.group != CommandGroup.SETTINGS and (command.keys or not command.fixed):
                self.fields[command.id] = _keys_field(command)

    @property
    def groups(self) -> Iterator[tuple[str, list[forms.BoundField]]]:
        """The fields of keys by the name of their group."""
        for group in CommandGroup:
            shown = [command for command in there_are() if command.group == group and command.id in self.fields]
            members = [self[command.id] for command in shown]
            if members:
                yield str(group.label), members

    @property
    def shortcuts(self) -> dict[str, str]:
        """Keys by command, once they are found to be good."""
        return {name: keys for name, keys in self.cleaned_data.items() if name != "is_enabled"}

    def clean(self) -> dict[str, Any]:
        """Find keys that the browser needs, and those that are asked for twice."""
        cleaned: dict[str, Any] = super().clean() or {}
        asked = {name: keys for name, keys in cleaned.items() if name != "is_enabled"}
        changed = {command.id: asked[command.id] for command in there_are() if _is_other(command, asked)}
        for name, error in shortcut_errors(changed).items():
            self.add_error(name if name in self.fields else None, error)
        return cleaned


class KeysField(forms.CharField):
    """Keys as somebody writes them; cleaned, they are in the form that they are kept in."""

    def prepare_value(self, value: Any) -> Any:
        """Show modifiers as they are printed on keys."""
        return value.replace("mod+", "Ctrl+").replace("shift+", "Shift+") if isinstance(value, str) else value

    def clean(self, value: Any) -> str:
        """Raises: ValidationError for what is no key."""
        try:
            return read_keys(str(super().clean(value)))
        except ValueError:
            raise forms.ValidationError(_("Use a key, two one after the other such as g i, or Ctrl+K.")) from None


def _keys_field(command: Command) -> KeysField:
    attributes = {"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false", "data-default": command.keys}
    return KeysField(label=str(command.label), required=False, max_length=40, widget=forms.TextInput(attrs=attributes))


def _is_other(command: Command, asked: Mapping[str, str]) -> bool:
    return command.id in asked and asked[command.id] != command.keys
