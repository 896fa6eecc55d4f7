"""The API of teams, agents and hours, under /api/v1/."""

from django.urls import path

from teams.api import hours

urlpatterns = [
    path("business-hours", hours.HoursListView.as_view(), name="api-business-hours"),
    path("business-hours/<uuid:hours_id>", hours.HoursView.as_view(), name="api-business-hours-one"),
]
