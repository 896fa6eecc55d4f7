"""The automation rules: which there are, in their order, a new one; changing, switching, moving, deleting one."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from accounts.decorators import MemberRequest, member_required
from accounts.permissions import Permission
from conversations.actions.save_rule import change_rule, create_rule, delete_rule, move_rule
from conversations.models import AutomationRule
from conversations.queries.rule_choices import rule_choices
from conversations.queries.rule_tallies import rule_tallies
from conversations.queries.rules import get_rule, rules_in_order
from conversations.views.rules import shapes
from conversations.views.rules.drafts import (
    RuleDraft,
    focus_after,
    kept_draft,
    posted_draft,
    rearranged_draft,
    rule_input,
    with_errors,
)
from conversations.views.rules.inputs import RuleInputs
from conversations.views.rules.starts import rule_starts, started_rule
from conversations.views.rules.words import RuleWords
from conversations.views.settings_page import render_settings
from hummdesk.errors import Conflict, ValidationFailed
from hummdesk.http import see_other
from teams.access import Viewer, viewer_of

_PARTIALS = frozenset({"rule-form", "rules"})
_KEPT = ("name", "trigger", "delay_s", "conditions", "actions", "stops", "version")


@member_required
@require_GET
def rule_list(request: MemberRequest) -> HttpResponse:
    """Show the rules in their order."""
    return _list(request, rule_manager(request))


@member_required
@require_http_methods(["GET", "POST"])
def rule_create(request: MemberRequest) -> HttpResponse:
    """Keep a new rule; `start` names what it begins with."""
    return _edit(request, rule_manager(request), None)


@member_required
@require_http_methods(["GET", "POST"])
def rule_edit(request: MemberRequest, id: UUID) -> HttpResponse:
    """Change a rule."""
    viewer = rule_manager(request)
    return _edit(request, viewer, get_rule(viewer, id))


@member_required
@require_POST
def rule_switch(request: MemberRequest, id: UUID) -> HttpResponse:
    """Switch a rule on or off."""
    viewer = rule_manager(request)
    is_active = request.POST.get("is_active") == "1"
    try:
        change_rule(viewer=viewer, rule_id=id, changes={"is_active": is_active})
    except ValidationFailed as error:
        messages.error(request, " ".join(text for texts in error.errors.values() for text in texts))
    return _after(request, viewer)


@member_required
@require_POST
def rule_move(request: MemberRequest, id: UUID) -> HttpResponse:
    """Put a rule at another place of the order."""
    viewer = rule_manager(request)
    verb = "up" if "up" in request.POST else "down"
    place = request.POST.get(verb, "")
    if not (place.isascii() and place.isdigit() and len(place) < 5):
        raise ValidationFailed(errors={verb: [_("Use a whole number.")]})
    move_rule(viewer=viewer, rule_id=id, position=int(place))
    return _after(request, viewer, focus=f"{verb}-{id}")


@member_required
@require_POST
def rule_delete(request: MemberRequest, id: UUID) -> HttpResponse:
    """Delete a rule with its log; what it did stays."""
    viewer = rule_manager(request)
    name = get_rule(viewer, id).name
    delete_rule(viewer=viewer, rule_id=id)
    messages.info(request, _("“%(name)s” is deleted.") % {"name": name})
    return see_other(reverse("settings-rules"))


def rule_manager(request: MemberRequest) -> Viewer:
    """Return the viewer, who manages rules. Raises: PermissionDenied."""
    viewer = viewer_of(request.membership)
    viewer.require(Permission.MANAGE_AUTOMATIONS)
    return viewer


def _list(request: MemberRequest, viewer: Viewer, *, focus: str = "") -> HttpResponse:
    rules = list(rules_in_order())
    rows = shapes.rule_rows(rules, rule_tallies(timezone.now()), focus=focus)
    return _page(request, viewer, "rules", {"rows": rows, "starts": rule_starts()})


def _after(request: MemberRequest, viewer: Viewer, *, focus: str = "") -> HttpResponse:
    return _list(request, viewer, focus=focus) if request.htmx else see_other(reverse("settings-rules"))


def _edit(request: MemberRequest, viewer: Viewer, rule: AutomationRule | None) -> HttpResponse:
    """Show the form; where `do` is `save` keep what it says, else show it as it was typed, its rows rearranged."""
    if request.method == "GET":
        start = request.GET.get("start", "")
        kept = {name: getattr(rule, name) for name in _KEPT} if rule else started_rule(start)
        return _show(request, viewer, rule, kept_draft(kept), start=start)
    draft = posted_draft(request.POST)
    order = request.POST.get("do", "")
    if order != "save":
        changed = rearranged_draft(draft, order)
        return _show(request, viewer, rule, changed, focus=focus_after(order, changed) if order else "")
    given = rule_input(draft)
    try:
        _keep(viewer, rule, given.fields, draft.head["version"])
    except Conflict:
        text = _("Somebody else has changed this rule meanwhile. Copy your words, and open it anew.")
        return _show(request, viewer, rule, with_errors(draft, {"all": [text]}, given), status=422)
    except ValidationFailed as error:
        return _show(request, viewer, rule, with_errors(draft, error.errors, given), status=422)
    messages.success(request, _("Saved"))
    url = reverse("settings-rules")
    return HttpResponseClientRedirect(url) if request.htmx else see_other(url)


def _keep(viewer: Viewer, rule: AutomationRule | None, fields: Mapping[str, Any], version: str) -> None:
    if rule is None:
        create_rule(viewer=viewer, fields=fields)
        return
    known = int(version) if version.isascii() and version.isdigit() and len(version) < 10 else None
    change_rule(viewer=viewer, rule_id=rule.id, changes=fields, version=known)


def _show(
    request: MemberRequest,
    viewer: Viewer,
    rule: AutomationRule | None,
    draft: RuleDraft,
    *,
    focus: str = "",
    start: str = "",
    status: int = 200,
) -> HttpResponse:
    words = RuleWords()
    inputs = RuleInputs(words, trigger=draft.head.get("trigger", ""))
    form = inputs.shape(draft, focus=focus) | {
        "sentence": shapes.typed_sentence(draft, words),
        "tags": [name for name, _label in rule_choices("tag")],
        "is_changed": request.method == "POST",
    }
    context = {
        "form": form,
        "rule": shapes.edited_rule(rule) if rule else None,
        "tabs": shapes.rule_tabs(rule, "rule-edit") if rule else [],
        "starts": [] if rule or request.method == "POST" else rule_starts(start),
        "action_url": reverse("rule-edit", args=[rule.id]) if rule else reverse("rule-create"),
    }
    return _page(request, viewer, "rule", context, status=status)


def _page(
    request: MemberRequest, viewer: Viewer, name: str, context: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    template = f"settings/{name}.html"
    return render_settings(
        request, viewer, template, context, page="settings-rules", partials=_PARTIALS, status=status
    )
