"""What the pages of mail templates send."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from email_channel.actions.save_template import TEMPLATE_NAME_CHARS
from email_channel.templating import BODY_CHARS, SUBJECT_CHARS

_CODE = {"class": "code-field", "spellcheck": "false"}


class TemplateForm(forms.Form):
    """A mail template; `version` is the one that was changed."""

    name = forms.CharField(
        label=_("Name"), max_length=TEMPLATE_NAME_CHARS, help_text=_("For your team. Customers do not see it.")
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    subject = forms.CharField(label=_("Subject"), max_length=SUBJECT_CHARS)
    body_html = forms.CharField(
        label=_("HTML"), max_length=BODY_CHARS, widget=forms.Textarea(attrs={"rows": 14, **_CODE})
    )
    body_text = forms.CharField(
        label=_("Text"),
        required=False,
        max_length=BODY_CHARS,
        widget=forms.Textarea(attrs={"rows": 6, **_CODE}),
        help_text=_("For mail programs that show no HTML. Left empty, it is made from the HTML."),
    )
    version = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    @property
    def changes(self) -> dict[str, Any]:
        """What the template is to be, without the version."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class PreviewLookForm(forms.Form):
    """How a preview is shown."""

    look = forms.ChoiceField(
        label=_("Colours"),
        choices=[("light", _("Light")), ("dark", _("Dark"))],
        widget=forms.RadioSelect,
        initial="light",
    )
    width = forms.ChoiceField(
        label=_("Width"),
        choices=[("computer", _("Computer")), ("phone", _("Phone"))],
        widget=forms.RadioSelect,
        initial="computer",
    )
    part = forms.ChoiceField(
        label=_("Part"), choices=[("html", _("HTML")), ("text", _("Text"))], widget=forms.RadioSelect, initial="html"
    )
