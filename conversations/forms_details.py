"""What the forms of the details send."""

import json
from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

from conversations.custom_fields import FIELD_NAME_MAX_LENGTH, FIELD_TEXT_MAX_LENGTH, INTEGER_MOST


class FieldKind(models.TextChoices):
    """How a custom field is written and read."""

    TEXT = "text", _("Text")
    NUMBER = "number", _("Number")
    SWITCH = "switch", _("Yes or no")


class CustomFieldForm(forms.Form):
    """One custom field with its new value; an empty one takes the field away."""

    name = forms.CharField(max_length=FIELD_NAME_MAX_LENGTH, error_messages={"required": _("Give the field a name.")})
    value = forms.CharField(max_length=FIELD_TEXT_MAX_LENGTH, required=False)
    kind = forms.ChoiceField(choices=FieldKind.choices, required=False)

    def clean(self) -> dict[str, Any]:
        """Return the fields; `parsed` is the value as it is kept, None for none."""
        cleaned = super().clean() or {}
        value, kind = cleaned.get("value", ""), cleaned.get("kind")
        if not value:
            return cleaned | {"parsed": None}
        if kind == FieldKind.SWITCH:
            return cleaned | {"parsed": value == "yes"}
        if kind == FieldKind.NUMBER:
            return cleaned | {"parsed": self._number(value)}
        return cleaned | {"parsed": value}

    def _number(self, value: str) -> int | float | None:
        try:
            number = json.loads(value.replace(",", "."))
        except (ValueError, RecursionError):
            number = None
        if isinstance(number, int | float) and not isinstance(number, bool) and abs(number) <= INTEGER_MOST:
            return number
        self.add_error("value", _("Write a number."))
        return None
