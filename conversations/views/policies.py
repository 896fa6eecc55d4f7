"""SLA policies: which there are and which applies, a new one, changing one with a preview, deleting one."""

from collections.abc import Sequence
from dataclasses import dataclass, field
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
from conversations.access import get_conversation_for
from conversations.actions.save_policy import change_policy, create_policy, delete_policy, preview_policy_change
from conversations.policy_forms import (
    PolicyForm,
    WrittenScope,
    policy_values,
    posted_scopes,
    read_scopes,
    rearranged_scopes,
    written_scopes,
)
from conversations.queries.policies import (
    company_names,
    get_policy,
    listed_policies,
    policy_applying_to,
    policy_by_scopes,
    policy_uses,
)
from conversations.views.settings_page import render_settings
from conversations.views.shapes import policies as shapes
from hummdesk.errors import NotFound, ValidationFailed
from teams.access import Viewer, viewer_of
from teams.calendar import Calendar
from teams.models import SlaPolicy
from teams.queries import hours_by_name, teams_by_name
from teams.queries.hours import calendar_of

_FORM = frozenset({"policy-form"})
_COMPANIES_SHOWN = 200
_DUE_FIELDS = ("first_response_s", "next_response_s", "resolution_s")


@dataclass
class _Shown:
    """What the page of a policy shows."""

    policy: SlaPolicy | None
    form: PolicyForm
    scopes: Sequence[WrittenScope]
    errors: Sequence[str] = ()
    preview: Sequence[str] = field(default=())


@member_required
@require_GET
def settings_sla(request: MemberRequest) -> HttpResponse:
    """Show the policies, and which of them a conversation has."""
    viewer = _promiser(request)
    asked = request.GET.get("conversation", "").lstrip("#").strip()
    context = {
        "rows": [shapes.policy_row(one) for one in listed_policies().order_by("-is_default", "name")],
        "asked": asked,
        "applied": _applied(viewer, asked) if asked else "",
    }
    return render_settings(request, viewer, "settings/sla_list.html", context, page="settings-sla")


@member_required
@require_http_methods(["GET", "POST"])
def sla_create(request: MemberRequest) -> HttpResponse:
    """Keep a new policy."""
    return _edit(request, _promiser(request), None)


@member_required
@require_http_methods(["GET", "POST"])
def sla_edit(request: MemberRequest, id: UUID) -> HttpResponse:
    """Show and save a policy, or say what a change would move."""
    return _edit(request, _promiser(request), get_policy(id))


@member_required
@require_POST
def sla_delete(request: MemberRequest, id: UUID) -> HttpResponse:
    """Delete a policy; `move_to`, if given, takes over what uses it."""
    viewer = _promiser(request)
    name, move_to = get_policy(id).name, request.POST.get("move_to", "")
    others = {str(one.pk): one.pk for one in listed_policies()}
    if move_to and move_to not in others:
        raise NotFound
    delete_policy(viewer=viewer, policy_id=id, move_to=others.get(move_to))
    messages.info(request, _("“%(name)s” is deleted.") % {"name": name})
    return HttpResponseRedirect(reverse("settings-sla"), status=303)


def _promiser(request: MemberRequest) -> Viewer:
    """Return the viewer, who manages promises. Raises: PermissionDenied."""
    viewer = viewer_of(request.membership)
    viewer.require(Permission.MANAGE_SLA)
    return viewer


def _applied(viewer: Viewer, asked: str) -> str:
    try:
        conversation = get_conversation_for(viewer, asked)
    except NotFound:
        return _("There is no such conversation.")
    applied = policy_applying_to(conversation)
    return shapes.applied_text(applied if applied.is_set else policy_by_scopes(conversation))


def _edit(request: MemberRequest, viewer: Viewer, policy: SlaPolicy | None) -> HttpResponse:
    """Show the form; with `do` as it was typed, its rows rearranged; else keep what it says, or preview it."""
    if request.method == "GET":
        scopes = written_scopes(policy.sla_scopes.all()) if policy else []
        form = PolicyForm(initial=policy_values(policy) if policy else {}, hours=hours_by_name())
        return _show(request, viewer, _Shown(policy, form, scopes))
    scopes, deed = posted_scopes(request.POST), request.POST.get("do", "")
    if deed and deed != "preview":
        typed = request.POST.dict() | {name: name in request.POST for name in ("pauses_while_pending", "is_default")}
        form = PolicyForm(initial=typed, hours=hours_by_name())
        return _show(request, viewer, _Shown(policy, form, rearranged_scopes(scopes, deed)))
    shown = _Shown(policy, PolicyForm(request.POST, hours=hours_by_name()), scopes)
    rows, shown.errors = read_scopes(scopes, teams_by_name())
    if shown.form.is_valid() and not shown.errors:
        try:
            if deed == "preview" and policy is not None:
                changes = {name: value for name, value in shown.form.cleaned_data.items() if name != "version"}
                found = preview_policy_change(viewer=viewer, policy_id=policy.pk, changes=changes)
                shown.preview = shapes.preview_lines(found)
                return _show(request, viewer, shown)
            return _saved_policy(request, _kept_policy(viewer, shown, rows))
        except ValidationFailed as error:
            _note_errors(shown, error)
    return _show(request, viewer, shown, status=422)


def _kept_policy(viewer: Viewer, shown: _Shown, rows: Sequence[Any]) -> SlaPolicy:
    fields = {**shown.form.cleaned_data, "scopes": rows}
    version = fields.pop("version", None)
    if shown.policy is None:
        return create_policy(viewer=viewer, fields=fields)
    return change_policy(viewer=viewer, policy_id=shown.policy.pk, changes=fields, version=version)


def _note_errors(shown: _Shown, error: ValidationFailed) -> None:
    shown.errors = error.errors.get("scopes", [])
    for name, texts in error.errors.items():
        for text in texts if name in shown.form.fields else ():
            shown.form.add_error(name, text)


def _saved_policy(request: MemberRequest, policy: SlaPolicy) -> HttpResponse:
    messages.success(request, _("Saved"))
    url = reverse("sla-edit", args=[policy.pk])
    return HttpResponseClientRedirect(url) if request.htmx else HttpResponseRedirect(url, status=303)


def _show(request: MemberRequest, viewer: Viewer, shown: _Shown, *, status: int = 200) -> HttpResponse:
    policy, form = shown.policy, shown.form
    targets = form.cleaned_data if form.is_bound and form.is_valid() else form.initial
    zone = request.account.timezone
    context = {
        "form": form,
        "policy": shapes.policy_row(policy) if policy else None,
        "action_url": reverse("sla-edit", args=[policy.pk]) if policy else reverse("sla-create"),
        "scopes": shapes.scope_rows(shown.scopes, teams_by_name()),
        "scope_errors": shown.errors,
        "companies": company_names(_COMPANIES_SHOWN),
        "due": shapes.due_now(_chosen_calendar(targets), targets, timezone.now(), zone),
        "preview": shown.preview,
        "delete": _delete_choices(policy) if policy else None,
    }
    return render_settings(
        request, viewer, "settings/sla.html", context, page="settings-sla", partials=_FORM, status=status
    )


def _chosen_calendar(values: Any) -> Calendar | None:
    chosen = str(values.get("hours_id") or "")
    hours = next((one for one in hours_by_name() if str(one.pk) == chosen), None)
    return calendar_of(hours) if hours else None


def _delete_choices(policy: SlaPolicy) -> dict[str, Any]:
    uses = [*policy_uses(policy), *([_("the account itself, as its default")] if policy.is_default else [])]
    return {
        "url": reverse("sla-delete", args=[policy.pk]),
        "uses": uses,
        "others": [{"value": str(one.pk), "label": one.name} for one in listed_policies() if one.pk != policy.pk],
    }
