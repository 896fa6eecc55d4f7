"""The account's business hours: which there are, a new calendar, its week and days, deleting one."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from accounts.decorators import MemberRequest, member_required
from accounts.permissions import Permission
from conversations.hours_forms import HoursForm, WrittenHours, posted_hours, written_hours
from conversations.views.settings_page import render_settings
from conversations.views.shapes import hours as shapes
from hummdesk.errors import ValidationFailed
from teams.access import Viewer, viewer_of
from teams.actions.save_hours import change_hours, create_hours, delete_hours
from teams.calendar import Calendar
from teams.models import BusinessHours
from teams.queries.hours import get_hours, listed_hours, loaded_calendar

_FORM = frozenset({"hours-form"})
_VALUES = ("name", "timezone", "country", "subdivision", "is_default", "version")
_WORKDAYS: Any = (("09:00", "17:00"),)


@member_required
@require_GET
def settings_hours(request: MemberRequest) -> HttpResponse:
    """Show the calendars, and which are open now."""
    viewer = _leader(request)
    rows = [shapes.hours_row(one, timezone.now()) for one in listed_hours().order_by("-is_default", "name")]
    return render_settings(request, viewer, "settings/hours_list.html", {"rows": rows}, page="settings-hours")


@member_required
@require_http_methods(["GET", "POST"])
def hours_create(request: MemberRequest) -> HttpResponse:
    """Keep a new calendar."""
    return _edit(request, _leader(request), None)


@member_required
@require_http_methods(["GET", "POST"])
def hours_edit(request: MemberRequest, id: UUID) -> HttpResponse:
    """Show and save a calendar."""
    return _edit(request, _leader(request), get_hours(id))


@member_required
@require_POST
def hours_delete(request: MemberRequest, id: UUID) -> HttpResponse:
    """Delete a calendar that nothing uses."""
    viewer = _leader(request)
    name = get_hours(id).name
    delete_hours(viewer=viewer, hours_id=id)
    messages.info(request, _("“%(name)s” is deleted.") % {"name": name})
    return HttpResponseRedirect(reverse("settings-hours"), status=303)


def _leader(request: MemberRequest) -> Viewer:
    """Return the viewer, who manages promises. Raises: PermissionDenied."""
    viewer = viewer_of(request.membership)
    viewer.require(Permission.MANAGE_SLA)
    return viewer


def _edit(request: MemberRequest, viewer: Viewer, hours: BusinessHours | None) -> HttpResponse:
    """Show the form; with `do` as it was typed, its rows rearranged; else keep what it says."""
    if request.method == "GET":
        written = written_hours(hours) if hours else WrittenHours((_WORKDAYS,) * 5 + ((), ()))
        return _show(request, viewer, hours, _form(request, hours), written)
    written = posted_hours(request.POST)
    if deed := request.POST.get("do", ""):
        typed = request.POST.dict() | {"is_default": "is_default" in request.POST}
        return _show(request, viewer, hours, _form(request, hours, typed=typed), written.after(deed))
    form = _form(request, hours, data=request.POST)
    days, errors = written.read_days()
    refused: dict[str, list[str]] = {"days": errors} if errors else {}
    if form.is_valid() and not refused:
        try:
            return _saved(request, _kept(viewer, hours, form, {"periods": written.periods, "days": days}))
        except ValidationFailed as error:
            refused = error.errors
    for name, texts in refused.items():
        for text in texts if name in form.fields else ():
            form.add_error(name, text)
    return _show(request, viewer, hours, form, written, refused=refused, status=422)


def _form(
    request: MemberRequest, hours: BusinessHours | None, *, data: Any = None, typed: dict[str, Any] | None = None
) -> HoursForm:
    kept = {name: getattr(hours, name) for name in _VALUES} if hours else {"timezone": request.account.timezone}
    return HoursForm(data, initial=kept | (typed or {}), is_default=bool(hours and hours.is_default))


def _kept(viewer: Viewer, hours: BusinessHours | None, form: HoursForm, rows: dict[str, Any]) -> BusinessHours:
    fields = {**form.cleaned_data, **rows}
    version = fields.pop("version", None)
    if hours is None:
        return create_hours(viewer=viewer, fields=fields)
    fields.setdefault("subdivision", "")
    return change_hours(viewer=viewer, hours_id=hours.pk, changes=fields, version=version)


def _saved(request: MemberRequest, hours: BusinessHours) -> HttpResponse:
    """Go to the page anew: what it says about today has changed with the hours."""
    messages.success(request, _("Saved"))
    url = reverse("hours-edit", args=[hours.pk])
    return HttpResponseClientRedirect(url) if request.htmx else HttpResponseRedirect(url, status=303)


def _show(
    request: MemberRequest,
    viewer: Viewer,
    hours: BusinessHours | None,
    form: HoursForm,
    written: WrittenHours,
    *,
    refused: dict[str, list[str]] | None = None,
    status: int = 200,
) -> HttpResponse:
    errors, now = refused or {}, timezone.now()
    context = {
        "form": form,
        "hours": shapes.hours_page(hours, now) if hours else None,
        "action_url": reverse("hours-edit", args=[hours.pk]) if hours else reverse("hours-create"),
        "week": shapes.hours_week(written, errors.get("periods", ())),
        "week_errors": shapes.week_errors(errors.get("periods", ())),
        "ticks": shapes.hour_ticks(),
        "days": shapes.own_days(written),
        "day_errors": errors.get("days", ()),
        "coming": shapes.coming_days(_calendar(form, hours), written, now),
    }
    template = "settings/hours.html"
    return render_settings(request, viewer, template, context, page="settings-hours", partials=_FORM, status=status)


def _calendar(form: HoursForm, hours: BusinessHours | None) -> Calendar:
    """Return a calendar with the country that the form shows, whether it is saved or not."""
    country, subdivision = (_shown(form, name) for name in ("country", "subdivision"))
    zone, week = (hours.timezone, loaded_calendar(hours).week) if hours else ("UTC", ((),) * 7)
    return Calendar(zone, week, country=country, subdivision=subdivision)


def _shown(form: HoursForm, name: str) -> str:
    """Return the value that a field shows, "" where it is none of its choices."""
    field: Any = form.fields.get(name)
    value = str(form[name].value() or "") if field else ""
    return value if field and value in dict(field.choices) else ""
