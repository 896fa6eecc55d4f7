"""Macros: which there are, a new one, changing, trying, applying and deleting one."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from accounts.decorators import MemberRequest, member_required
from accounts.permissions import Permission
from conversations.access import get_conversation_for
from conversations.actions.apply_macro import apply_macro
from conversations.actions.save_macro import change_macro, create_macro, delete_macro
from conversations.macro_forms import MacroForm, MacroSteps, rearranged, step_values
from conversations.models import Macro
from conversations.queries.changes import BULK_MOST
from conversations.queries.macros import texts_in
from conversations.queries.sharing import get_shared, own_teams, shared_with, sharings
from conversations.views.shapes import macros as shapes
from conversations.views.shell import render_page
from hummdesk.errors import ValidationFailed
from hummdesk.http import see_other
from teams.access import Viewer, viewer_of
from teams.queries import active_agents, names_by_id, teams_by_name

_FORM = frozenset({"macro-form"})


@member_required
@require_GET
def macro_list(request: MemberRequest) -> HttpResponse:
    """Show the macros that the reader may use."""
    viewer = viewer_of(request.membership)
    viewer.require(Permission.REPLY)
    context = {"macros": shapes.listed_macros(shared_with(viewer, Macro), names_by_id())}
    return render_page(request, viewer, "conversations/macros.html", context, key="macros")


@member_required
@require_http_methods(["GET", "POST"])
def macro_create(request: MemberRequest) -> HttpResponse:
    """Keep a new macro."""
    viewer = viewer_of(request.membership)
    viewer.require(Permission.REPLY)
    return _edit(request, viewer, None)


@member_required
@require_http_methods(["GET", "POST"])
def macro_edit(request: MemberRequest, id: UUID) -> HttpResponse:
    """Change a macro, or show what it would write in a conversation."""
    viewer = viewer_of(request.membership)
    viewer.require(Permission.REPLY)
    return _edit(request, viewer, get_shared(viewer, Macro, id))


@member_required
@require_POST
def macro_delete(request: MemberRequest, id: UUID) -> HttpResponse:
    """Delete a macro; what it did stays."""
    viewer = viewer_of(request.membership)
    name = get_shared(viewer, Macro, id).name
    delete_macro(viewer=viewer, macro_id=id)
    messages.info(request, _("“%(name)s” is deleted.") % {"name": name})
    return see_other(reverse("macro-list"))


@member_required
@require_POST
def macro_apply(request: MemberRequest, id: UUID) -> HttpResponse:
    """Apply a macro to conversations (`ids`), and say in how many."""
    viewer = viewer_of(request.membership)
    name = get_shared(viewer, Macro, id).name
    done = apply_macro(viewer=viewer, macro_id=id, conversation_ids=request.POST.getlist("ids")[:BULK_MOST])
    count = sum(one.error is None for one in done)
    text = ngettext("“%(name)s” applied to %(count)d", "“%(name)s” applied to %(count)d", count)
    if count < len(done):
        text += " · " + _("%(count)d not changed") % {"count": len(done) - count}
    messages.info(request, text % {"name": name, "count": count})
    if request.htmx:
        return render(request, "components/toasts.html", {})
    return see_other(reverse("inbox"))


def _edit(request: MemberRequest, viewer: Viewer, macro: Macro | None) -> HttpResponse:
    """Show the form; with `do` as it was typed, its rows rearranged; else keep what it says."""
    if request.method == "GET":
        kept = [step_values(one) for one in macro.actions] if macro else [{}]
        return _show(request, viewer, macro, _form(viewer, initial=_values(macro)), _steps(initial=kept))
    data = request.POST
    if order := data.get("do", ""):
        typed = {name: data.get(name) for name in MacroForm.base_fields}
        rows = rearranged(_posted_rows(data), order)
        return _show(request, viewer, macro, _form(viewer, initial=typed), _steps(initial=rows))
    form, steps = _form(viewer, data=data), _steps(data=data)
    if form.is_valid() and steps.is_valid() and _is_kept(viewer, macro, form, steps):
        return _to_list(request)
    return _show(request, viewer, macro, form, steps, status=422)


def _form(viewer: Viewer, **given: Any) -> MacroForm:
    return MacroForm(sharings=sharings(viewer), teams=own_teams(viewer), **given)


def _steps(**given: Any) -> Any:
    return MacroSteps(form_kwargs=_choices(), prefix="steps", **given)


def _to_list(request: MemberRequest) -> HttpResponse:
    """Go to the list, also from a form that HTMX sent, whose place it must not take."""
    url = reverse("macro-list")
    return HttpResponseClientRedirect(url) if request.htmx else see_other(url)


def _posted_rows(data: Any) -> list[dict[str, Any]]:
    """Return the rows as they were typed, right or wrong."""
    count = data.get("steps-TOTAL_FORMS", "0")
    places = range(min(int(count), 50) if count.isascii() and count.isdigit() else 0)
    names = ("type", "text", "agent", "team", "tags", "status", "priority", "snooze")
    return [{name: data.get(f"steps-{place}-{name}", "") for name in names} for place in places]


def _is_kept(viewer: Viewer, macro: Macro | None, form: MacroForm, steps: Any) -> bool:
    """Whether the macro is kept; what it cannot be is said at the row or the field."""
    chosen = [(row, row.action) for row in steps if row.action]
    fields = dict(form.cleaned_data) | {"actions": [action for _row, action in chosen]}
    version = fields.pop("version", None)
    try:
        if macro is None:
            create_macro(viewer=viewer, fields=fields)
        else:
            change_macro(viewer=viewer, macro_id=macro.id, changes=fields, version=version)
    except ValidationFailed as error:
        for name, texts in error.errors.items():
            place = name.removeprefix("actions.")
            at = chosen[int(place)][0] if place.isdigit() else form
            for text in texts:
                at.add_error(name if name in form.fields else None, text)
        return False
    return True


def _values(macro: Macro | None) -> dict[str, Any]:
    names = ("name", "visibility", "team_id", "version")
    return {name: getattr(macro, name) for name in names} if macro else {}


def _choices() -> dict[str, Any]:
    return {
        "agents": [(str(agent.pk), agent.name) for agent in active_agents()],
        "teams": [(str(team.pk), team.name) for team in teams_by_name()],
    }


def _show(
    request: MemberRequest, viewer: Viewer, macro: Macro | None, form: MacroForm, steps: Any, *, status: int = 200
) -> HttpResponse:
    context = {
        "form": form,
        "steps": steps,
        "macro": shapes.edited_macro(macro, viewer) if macro else None,
        "action_url": reverse("macro-edit", args=[macro.id]) if macro else reverse("macro-create"),
        "variables": shapes.variable_labels(),
        "asked": request.GET.get("conversation", ""),
        "preview": _preview(request, viewer, macro),
    }
    template = "conversations/macro.html"
    return render_page(request, viewer, template, context, key="macros", partials=_FORM, status=status)


def _preview(request: MemberRequest, viewer: Viewer, macro: Macro | None) -> dict[str, Any] | None:
    asked = request.GET.get("conversation", "").lstrip("#").strip()
    if macro is None or not asked:
        return None
    conversation = get_conversation_for(viewer, asked)
    return shapes.previewed(macro, texts_in(macro, conversation, viewer), conversation, names_by_id())
