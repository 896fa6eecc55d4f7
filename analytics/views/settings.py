"""How an account asks its customers how they were helped."""

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.account_settings import number_setting, switch_setting
from accounts.actions.change_account import change_account
from accounts.decorators import MemberRequest, member_required
from accounts.permissions import Permission
from analytics.forms import SurveySettingsForm
from conversations.views.settings_page import render_settings
from hummdesk.http import see_other
from teams.access import viewer_of

_NUMBERS = ("csat_delay_h", "csat_pause_days")


@member_required
@require_http_methods(["GET", "POST"])
def settings_csat(request: MemberRequest) -> HttpResponse:
    """Show and save whether customers are asked, when, and how often at most."""
    viewer = viewer_of(request.membership)
    viewer.require(Permission.MANAGE_ACCOUNT)
    initial = {"csat_asks": switch_setting("csat_asks"), **{name: number_setting(name) for name in _NUMBERS}}
    form = SurveySettingsForm(request.POST if request.method == "POST" else None, initial=initial)
    is_saved = form.is_valid()
    if is_saved:
        change_account(request.membership.account_id, {"settings": form.cleaned_data}, actor=viewer.actor)
        if not request.htmx:
            messages.success(request, _("Saved"))
            return see_other(reverse("settings-csat"))
    return render_settings(
        request,
        viewer,
        "settings/csat.html",
        {"form": form, "is_saved": is_saved},
        page="settings-csat",
        partials=frozenset({"settings-form"}),
        status=422 if form.errors else 200,
    )
