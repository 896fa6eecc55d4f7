"""What the pages of customers and companies send. What an action would refuse is told beside its field."""

import zlib
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.conf.locale import LANG_INFO
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from conversations.actions.save_company import COMPANY_NAME_MAX_LENGTH, clean_domain
from conversations.actions.save_contact import IDENTITIES_MOST
from conversations.custom_fields import FIELD_NAME_MAX_LENGTH, FIELD_TEXT_MAX_LENGTH, changed_custom_fields
from conversations.enums import IdentityKind
from conversations.identities import ADDRESS_MAX_LENGTH, stored_identity
from conversations.models import Company, Contact
from conversations.queries.contacts import identities_by_kind, owners_of
from conversations.queries.people import PEOPLE_ORDERS, company_clashes
from hummdesk.errors import ValidationFailed

SEARCH_MAX_LENGTH = 200
# All that Django knows the name of; a customer's own language is in the list, whichever it is.
_LANGUAGES = frozenset(code for code in LANG_INFO if len(code) == 2)


def language_name(code: str) -> str:
    """Return the name of a language in the reader's, or its tag where nobody has named it."""
    try:
        return str(get_language_info(code)["name_translated"]).capitalize()
    except KeyError:
        return code


def named_languages(*also: str) -> list[tuple[str, str]]:
    """Return the languages that there are to choose from and these besides, as code and name, by name."""
    codes = {*_LANGUAGES, *also}
    return sorted(((code, language_name(code)) for code in codes), key=lambda pair: pair[1])


def custom_key(name: str) -> str:
    """Return what a custom field is called in a form: the same whichever others there are."""
    return f"custom-{zlib.crc32(name.encode()):08x}"


class PeopleFilterForm(forms.Form):
    """What a list of customers or companies is narrowed to; what makes no sense is as if it were not given."""

    q = forms.CharField(max_length=SEARCH_MAX_LENGTH, required=False)
    company = forms.UUIDField(required=False)
    blocked = forms.ChoiceField(choices=[("yes", "yes")], required=False)
    sort = forms.ChoiceField(choices=[(name, name) for name in PEOPLE_ORDERS], required=False)
    cursor = forms.CharField(max_length=2000, required=False)

    def narrowed(self) -> dict[str, Any]:
        """Return what was given and can be used."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class CustomFieldsForm(forms.Form):
    """A field for each custom field that there is, and two for one more. What was a number stays one."""

    def __init__(self, data: Any = None, *, custom_fields: Mapping[str, Any], **more: Any) -> None:
        super().__init__(data, **more)
        self.before = dict(custom_fields)
        self.keys = {custom_key(name): name for name in sorted(self.before)}
        for key, name in self.keys.items():
            self.fields[key] = _field_for(name, self.before[name])
        self.fields["new_name"] = _text(_("New field"), FIELD_NAME_MAX_LENGTH, placeholder=_("Name"))
        self.fields["new_value"] = _text(_("Value of the new field"), FIELD_TEXT_MAX_LENGTH, placeholder=_("Value"))

    @property
    def known_custom_fields(self) -> list[forms.BoundField]:
        """The fields of what is there."""
        return [self[key] for key in self.keys]

    @property
    def new_fields(self) -> list[forms.BoundField]:
        """The fields of one more."""
        return [self["new_name"], self["new_value"]]

    def clean(self) -> dict[str, Any]:
        """Return `custom_fields`, the changes to them, in place of the single ones; an emptied one becomes None."""
        cleaned = super().clean() or self.cleaned_data
        changes = {name: _like(self.before[name], cleaned.get(key, "")) for key, name in self.keys.items()}
        new_name, new_value = cleaned.pop("new_name", ""), cleaned.pop("new_value", "")
        if new_name and new_value:
            changes[new_name] = new_value
        elif new_name or new_value:
            self.add_error("new_value" if new_name else "new_name", _("A field needs a name and a value."))
        try:
            changed_custom_fields(self.before, changes)
        except ValidationFailed as error:
            self.add_error(None, error.errors["custom_fields"])
        return {name: value for name, value in cleaned.items() if name not in self.keys} | {"custom_fields": changes}


class ContactForm(CustomFieldsForm):
    """What is known of a customer, but for what they are known by."""

    name = forms.CharField(
        label=_("Name"), max_length=200, required=False, widget=forms.TextInput(attrs={"autofocus": True})
    )
    company = forms.CharField(
        label=_("Company"),
        max_length=COMPANY_NAME_MAX_LENGTH,
        required=False,
        widget=forms.TextInput(attrs={"list": "companies", "autocomplete": "off"}),
    )
    language = forms.ChoiceField(label=_("Language"), required=False)
    shows_remote_images = forms.BooleanField(label=_("Show pictures from the web"), required=False)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, contact: Contact | None = None) -> None:
        self.contact = contact or Contact()
        super().__init__(data, custom_fields=self.contact.custom_fields, initial=_initial(self.contact))
        named = named_languages(self.contact.language or "en")
        self.fields["language"].choices = [("", _("Unknown")), *named]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Return the changes as `change_contact` takes them, with the version that they were made on."""
        cleaned = super().clean()
        if not (company := cleaned.pop("company", "")):
            cleaned["company_id"] = None
        elif company != _company_name(self.contact):
            cleaned["company"] = company
        if cleaned.get("version") not in (None, self.contact.version):
            self.add_error(None, _("Somebody has changed this customer meanwhile. Look at what is there now."))
        return cleaned


class NewContactForm(ContactForm):
    """A customer who has not written yet."""

    email = forms.CharField(label=_("E-mail"), max_length=ADDRESS_MAX_LENGTH, required=False)
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False)
    field_order = ("name", "email", "phone", "company", "language")

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        for name in {*self.fields} - {*self.field_order}:
            del self.fields[name]

    def clean(self) -> dict[str, Any]:
        """Return the fields as `create_contact` takes them."""
        cleaned = super().clean()
        cleaned.pop("version", None)
        if "company" not in cleaned:
            # Not None: then the customer would not join the company of the address.
            cleaned.pop("company_id")
        for name, kind in (("email", IdentityKind.EMAIL), ("phone", IdentityKind.PHONE)):
            if cleaned.get(name):
                cleaned[name] = checked_identity(self, name, kind, cleaned[name])
        if not any(cleaned.get(name) for name in ("name", "email", "phone")) and not self.errors:
            self.add_error("name", _("Give a name, an address or a number."))
        return {name: value for name, value in cleaned.items() if value or name not in ("email", "phone")}


class IdentityForm(forms.Form):
    """One more address, number or id of a customer."""

    kind = forms.ChoiceField(
        label=_("Kind"), choices=IdentityKind.choices, widget=forms.Select(attrs={"aria-label": _("Kind")})
    )
    value = forms.CharField(label=_("Address, number or id"), max_length=ADDRESS_MAX_LENGTH)

    def __init__(self, data: Any = None, *, contact: Contact) -> None:
        super().__init__(data)
        self.contact = contact

    def clean(self) -> dict[str, Any]:
        """Return the kind, and the value as it is stored."""
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        kind = IdentityKind(cleaned["kind"])
        if len(identities_by_kind(self.contact)[kind]) >= IDENTITIES_MOST:
            self.add_error("value", _("A customer has at most %(count)d of a kind.") % {"count": IDENTITIES_MOST})
        return {"kind": kind, "value": checked_identity(self, "value", kind, cleaned["value"], self.contact.id)}


class CompanyForm(CustomFieldsForm):
    """What is known of a company."""

    name = forms.CharField(
        label=_("Name"), max_length=COMPANY_NAME_MAX_LENGTH, widget=forms.TextInput(attrs={"autofocus": True})
    )
    domain = forms.CharField(
        label=_("Domain"),
        max_length=253,
        required=False,
        help_text=_("New customers whose address ends with it join the company."),
    )

    def __init__(self, data: Any = None, *, company: Company | None = None) -> None:
        self.company = company or Company()
        initial = {"name": self.company.name, "domain": self.company.domain}
        super().__init__(data, custom_fields=self.company.custom_fields, initial=initial)

    def clean_domain(self) -> str:
        """Return the domain as it is stored."""
        try:
            return clean_domain(self.cleaned_data["domain"])
        except ValidationFailed as error:
            raise forms.ValidationError(error.errors["domain"]) from error

    def clean(self) -> dict[str, Any]:
        """Refuse a name or domain that another company has."""
        cleaned = super().clean()
        name, domain = " ".join(cleaned.get("name", "").split()), cleaned.get("domain", "")
        for field in company_clashes(name=name, domain=domain, other_than=self.company.id):
            self.add_error(field, _("Another company has this already."))
        return cleaned


class ConfirmForm(forms.Form):
    """The name of what will be gone for good, typed."""

    typed = forms.CharField(max_length=400, widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def __init__(self, data: Any = None, *, name: str) -> None:
        super().__init__(data)
        self.name = name
        self.fields["typed"].label = _("Type %(name)s to go on") % {"name": name}

    def clean_typed(self) -> str:
        """Return the name, which may be typed in any case."""
        typed = str(self.cleaned_data["typed"])
        if typed.strip().casefold() != self.name.strip().casefold():
            raise forms.ValidationError(_("This is not the name."))
        return typed


class MergeForm(forms.Form):
    """Which other customer is the same person, and which of the two stays."""

    other = forms.UUIDField()
    keep = forms.UUIDField()

    def pair(self, contact_id: UUID) -> tuple[UUID, UUID]:
        """Return who is merged, and into whom."""
        other, keep = self.cleaned_data["other"], self.cleaned_data["keep"]
        return (contact_id, other) if keep == other else (other, contact_id)


def checked_identity(form: forms.Form, field: str, kind: IdentityKind, text: str, own_id: UUID | None = None) -> str:
    """Return the value as it is stored; the form has an error if it can't be one or is another customer's."""
    try:
        value = stored_identity(kind, text)
    except ValidationFailed as error:
        form.add_error(field, next(iter(error.errors.values())))
        return text
    if owners_of([(kind, value)]).get((kind, value), own_id) != own_id:
        form.add_error(field, _("Another customer has this already. If they are one person, merge them."))
    return value


def _initial(contact: Contact) -> dict[str, Any]:
    return {
        "name": contact.name,
        "company": _company_name(contact),
        "language": contact.language,
        "shows_remote_images": contact.shows_remote_images,
        "version": contact.version,
    }


def _company_name(contact: Contact) -> str:
    return contact.company.name if contact.company else ""


def _text(label: Any, max_length: int, **attributes: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=max_length, required=False, widget=forms.TextInput(attrs=attributes)
    )


def _field_for(name: str, value: Any) -> forms.Field:
    if isinstance(value, bool):
        choices: Iterable[Any] = [("", "–"), ("true", _("Yes")), ("false", _("No"))]
        return forms.ChoiceField(label=name, choices=choices, required=False, initial=str(value).lower())
    field = _text(name, FIELD_TEXT_MAX_LENGTH)
    field.initial = str(value)
    return field


def _like(before: Any, text: str) -> Any:
    """Return what was typed as the type that the value had, as text where that fails, None for nothing."""
    if not text:
        return None
    if isinstance(before, bool):
        return text == "true"
    if isinstance(before, int | float):
        try:
            return type(before)(text)
        except ValueError:
            return text
    return text
