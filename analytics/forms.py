"""What a customer sends in answer to a survey, and how an account sets surveys up."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.account_settings import NUMBER_SETTINGS
from analytics.models.survey import COMMENT_MAX_LENGTH
from email_channel.enums import Rating


class SurveyAnswerForm(forms.Form):
    """A rating, and a word if one likes."""

    rating = forms.TypedChoiceField(
        choices=Rating.choices,
        coerce=lambda value: Rating(int(value)),
        error_messages={"required": _("Choose one of the five."), "invalid_choice": _("Choose one of the five.")},
    )
    comment = forms.CharField(
        required=False, max_length=COMMENT_MAX_LENGTH, label=_("Anything to add?"), widget=forms.Textarea({"rows": 4})
    )


def _number(name: str, **more: Any) -> forms.IntegerField:
    bounds = NUMBER_SETTINGS[name]
    return forms.IntegerField(min_value=bounds.least, max_value=bounds.most, **more)


class SurveySettingsForm(forms.Form):
    """Whether customers are asked, when, and how often at most."""

    csat_asks = forms.BooleanField(required=False)
    csat_delay_h = _number(
        "csat_delay_h",
        label=_("Hours after a conversation is resolved"),
        help_text=_("Nobody is asked about a conversation that was opened again meanwhile."),
    )
    csat_pause_days = _number(
        "csat_pause_days",
        label=_("Days between two questions to one customer"),
        help_text=_("However many of their conversations are resolved."),
    )
