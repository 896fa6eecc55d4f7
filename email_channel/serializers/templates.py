"""Mail templates as the API reads and shows them."""

from typing import Any

from django.conf import settings
from rest_framework import serializers

from email_channel.actions.save_template import TEMPLATE_NAME_CHARS
from email_channel.models import EmailTemplate, EmailTemplateVersion
from email_channel.templating import BODY_CHARS, SUBJECT_CHARS, VALUE_CHARS, VALUES_MOST, RenderedMail
from hummdesk.api.serializers import InputSerializer, JSONObjectField

VARIABLES_HELP = "Texts, numbers and true or false by name; each wins over the variable of that name."


class TemplateInput(InputSerializer):
    """A template. Bodies are Liquid: `{{customer_name}}`, filters, `{% if %}`."""

    name = serializers.CharField(max_length=TEMPLATE_NAME_CHARS)
    language = serializers.ChoiceField(choices=settings.LANGUAGES, required=False)
    subject = serializers.CharField(max_length=SUBJECT_CHARS)
    body_html = serializers.CharField(max_length=BODY_CHARS)
    body_text = serializers.CharField(
        max_length=BODY_CHARS, required=False, allow_blank=True, help_text="Made from the HTML where it is empty."
    )


class TemplateChangesInput(TemplateInput):
    """What is to be different in a template; `version` guards against lost updates."""

    version = serializers.IntegerField(min_value=1, required=False)


class TemplateOutput(serializers.Serializer[EmailTemplate]):
    """A template; `version` counts up with its words."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    language = serializers.CharField()
    subject = serializers.CharField()
    body_html = serializers.CharField()
    body_text = serializers.CharField()
    version = serializers.IntegerField(source="version_number")
    author = serializers.CharField(source="author_name", help_text="Who wrote this version; empty for the first ones")
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class TemplateVersionOutput(serializers.Serializer[EmailTemplateVersion]):
    """What a template said."""

    number = serializers.IntegerField()
    subject = serializers.CharField()
    body_html = serializers.CharField()
    body_text = serializers.CharField()
    author = serializers.CharField(source="author_name")
    created_at = serializers.DateTimeField()


class RestoreInput(InputSerializer):
    """Which version is to hold again."""

    number = serializers.IntegerField(min_value=1)


class VariablesField(JSONObjectField):
    """Values by the names of variables."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Raises ValidationError for what is no text, number, true or false, or too long, or too many."""
        values = super().to_internal_value(data)
        if len(values) > VALUES_MOST:
            raise serializers.ValidationError(f"There may be at most {VALUES_MOST} variables.")
        if any(not isinstance(value, str | int | float | bool) for value in values.values()):
            raise serializers.ValidationError("Each variable must be a text, a number, true or false.")
        if any(isinstance(value, str) and len(value) > VALUE_CHARS for value in values.values()):
            raise serializers.ValidationError(f"A text may have at most {VALUE_CHARS} characters.")
        return values


class PreviewTemplateInput(InputSerializer):
    """With what values to look; without them by examples."""

    variables = VariablesField(required=False, help_text=VARIABLES_HELP)


class PreviewTemplateOutput(serializers.Serializer[RenderedMail]):
    """What would be sent; `missing` names the variables without a value, which stand marked in the words."""

    subject = serializers.CharField()
    body_html = serializers.CharField(source="html")
    body_text = serializers.CharField(source="text")
    missing = serializers.ListField(child=serializers.CharField())
