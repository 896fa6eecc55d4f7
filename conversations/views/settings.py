"""What a person sets for themselves."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRefresh, trigger_client_event

from accounts.actions.change_user import change_user, save_shortcuts
from accounts.decorators import MemberRequest, member_required
from accounts.forms import ProfileForm, ShortcutsForm, ThemeForm
from conversations.actions.save_notification_settings import save_notification_settings
from conversations.forms import AgentStatusForm, NotificationSettingsForm
from conversations.queries.notifications import mail_settings
from conversations.queries.notifications import notification_settings as settings_of
from conversations.views.settings_page import render_settings
from conversations.views.shapes import nav
from hummdesk.errors import ValidationFailed
from teams.access import viewer_of
from teams.actions.set_agent_status import set_agent_status
from teams.enums import AgentStatus


@member_required
@require_GET
def settings(request: MemberRequest) -> HttpResponse:
    """Send to the first of the settings."""
    return redirect("settings-profile")


@member_required
def settings_profile(request: MemberRequest) -> HttpResponse:
    """Show and save name, language, time zone and theme."""
    user = request.user
    shown = {field: getattr(user, field) for field in ("name", "language", "timezone", "theme")}
    form = ProfileForm(request.POST or None, initial=shown, account_timezone=request.account.timezone)
    if not form.is_valid():
        return _page(request, "profile", form)
    changed = change_user(user.id, form.cleaned_data)
    # The words of the whole page, and the name in its corner; an earlier request that this one replaced may have saved
    # the same already, so what counts is what the page shows.
    on_page = (request.POST.get("page_language", user.language), request.POST.get("page_name", user.name))
    if request.htmx and (changed.language, changed.name) != on_page:
        messages.success(request, _("Saved"))
        return HttpResponseClientRefresh()
    return trigger_client_event(_saved(request, "profile", form), "hd:theme", {"theme": changed.theme})


@member_required
@require_POST
def settings_theme(request: MemberRequest) -> HttpResponse:
    """Change the look, from the menu."""
    form = ThemeForm(request.POST)
    if not form.is_valid():
        raise ValidationFailed(errors={"theme": [str(text) for text in form.errors["theme"]]})
    theme = change_user(request.user.id, form.cleaned_data).theme
    if not request.htmx:
        return redirect("settings-profile")
    return trigger_client_event(HttpResponse(status=204), "hd:theme", {"theme": theme})


@member_required
def settings_shortcuts(request: MemberRequest) -> HttpResponse:
    """Show and save the keys, or go back to the product's."""
    user = request.user
    if request.method == "POST" and "reset" in request.POST:
        save_shortcuts(user.id, shortcuts={}, is_enabled=True)
        return redirect("settings-shortcuts")
    form = ShortcutsForm(request.POST or None, shortcuts=user.shortcuts, is_enabled=user.shortcuts_enabled)
    if not form.is_valid():
        return _page(request, "shortcuts", form)
    save_shortcuts(user.id, shortcuts=form.shortcuts, is_enabled=form.cleaned_data["is_enabled"])
    messages.success(request, _("Saved"))
    return redirect("settings-shortcuts")


@member_required
def settings_notifications(request: MemberRequest) -> HttpResponse:
    """Show and save which kinds of notifications one wants."""
    viewer = viewer_of(request.membership)
    is_post = request.method == "POST"
    form = NotificationSettingsForm(
        request.POST if is_post else None, wanted=settings_of(viewer.id), by_mail=mail_settings(viewer.id)
    )
    if not is_post or not form.is_valid():
        return _page(request, "notifications", form)
    save_notification_settings(viewer=viewer, wanted=form.wanted, by_mail=form.by_mail)
    return _saved(request, "notifications", form)


@member_required
@require_POST
def agent_status(request: MemberRequest) -> HttpResponse:
    """Say whether one takes work."""
    viewer = viewer_of(request.membership)
    form = AgentStatusForm(request.POST)
    if not form.is_valid():
        raise ValidationFailed(errors={"status": [str(text) for text in form.errors["status"]]})
    set_agent_status(agent_id=viewer.id, status=AgentStatus(form.cleaned_data["status"]), actor=viewer.actor)
    if not request.htmx:
        return redirect("inbox")
    return render(request, "components/me_menu.html", {"me": nav.me(viewer_of(request.membership))})


def _page(request: MemberRequest, page: str, form: Any, *, is_saved: bool = False) -> HttpResponse:
    """Answer with one of the settings pages, 422 when the form has errors."""
    return render_settings(
        request,
        viewer_of(request.membership),
        f"settings/{page}.html",
        {"form": form, "is_saved": is_saved},
        page=f"settings-{page}",
        partials=frozenset({"settings-form"}),
        status=422 if form.errors else 200,
    )


def _saved(request: MemberRequest, page: str, form: Any) -> HttpResponse:
    if request.htmx:
        return _page(request, page, form, is_saved=True)
    messages.success(request, _("Saved"))
    return redirect(f"settings-{page}")
