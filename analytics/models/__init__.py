"""Rows of figures."""

from analytics.models.metric_event import MetricEvent
from analytics.models.survey import Survey, SurveyOptOut

__all__ = ["MetricEvent", "Survey", "SurveyOptOut"]
