"""Rows of figures."""

from analytics.models.metric_event import MetricEvent

__all__ = ["MetricEvent"]
