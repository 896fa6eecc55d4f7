"""Surveys in JSON."""

from typing import Any

from rest_framework import serializers

from analytics.models import Survey
from analytics.models.survey import COMMENT_MAX_LENGTH
from hummdesk.api.serializers import InputSerializer


class SurveyAnswerInput(InputSerializer):
    """A rating, and a word if one likes."""

    rating = serializers.IntegerField(min_value=1, max_value=5, help_text="1 very bad, 5 very good")
    comment = serializers.CharField(required=False, allow_blank=True, max_length=COMMENT_MAX_LENGTH)


class SurveyAnswerSerializer(serializers.Serializer[Survey]):
    """What is saved, and until when it can be changed."""

    rating = serializers.IntegerField(min_value=1, max_value=5)
    comment = serializers.CharField()
    answered_at = serializers.DateTimeField()
    can_change_until = serializers.DateTimeField(source="open_until")


def survey_answer(survey: Survey) -> Any:
    """Return a survey's answer as JSON."""
    return SurveyAnswerSerializer(survey).data
