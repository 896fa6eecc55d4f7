"""The calls about figures (API.md "Analytics")."""

from django.urls import path

from analytics.api.surveys import SurveyAnswerView

urlpatterns = [
    path("csat/<str:token>", SurveyAnswerView.as_view(), name="api-csat"),
]
