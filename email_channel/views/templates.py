"""Mail templates: which there are, a new one, changing one with a preview, its versions, deleting it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.decorators import MemberRequest, member_required
from accounts.permissions import Permission
from conversations.views.settings_page import render_settings
from email_channel.actions.save_template import change_template, create_template, delete_template, restore_template
from email_channel.models import EmailTemplate
from email_channel.queries.templates import all_templates, answering_template_ids, get_template_with, versions_of
from email_channel.template_forms import PreviewLookForm, TemplateForm
from email_channel.template_preview import kept_preview
from email_channel.views import template_shapes as shapes
from hummdesk.errors import Conflict, NotFound, ValidationFailed
from hummdesk.http import see_other
from teams.access import Viewer, viewer_of

_PARTIALS = frozenset({"template-preview"})
_FIELDS = ("name", "language", "subject", "body_html", "body_text")
_FRAME_POLICY = (
    "default-src 'none'; img-src {origin}/api/v1/; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
)


@member_required
@require_GET
def template_list(request: MemberRequest) -> HttpResponse:
    """Show the templates, those of one name together."""
    viewer = _manager(request)
    groups = shapes.template_groups(all_templates(), answering_template_ids())
    return _page(request, viewer, "templates", {"groups": groups})


@member_required
@require_http_methods(["GET", "POST"])
def template_create(request: MemberRequest) -> HttpResponse:
    """Keep a new template; `like` names one to begin from, in another language."""
    viewer = _manager(request)
    initial: dict[str, Any] = {"language": request.account.language}
    like = request.GET.get("like", "")
    if like:
        initial = _values(_template(like)) | {"language": ""}
    return _edit(request, viewer, None, initial)


@member_required
@require_http_methods(["GET", "POST"])
def template_edit(request: MemberRequest, id: UUID) -> HttpResponse:
    """Change a template, or show what it says as it stands in the form."""
    viewer = _manager(request)
    template = get_template_with(id)
    return _edit(request, viewer, template, _values(template))


@member_required
@require_POST
def template_restore(request: MemberRequest, id: UUID) -> HttpResponse:
    """Let a template say again what a version of it said."""
    number = request.POST.get("number", "")
    if not (number.isascii() and number.isdigit()):
        raise NotFound
    restore_template(viewer=_manager(request), template_id=id, number=min(int(number), 2**31 - 1))
    messages.success(request, _("Version %(number)s is back") % {"number": number})
    return see_other(reverse("template-edit", args=[id]))


@member_required
@require_POST
def template_delete(request: MemberRequest, id: UUID) -> HttpResponse:
    """Delete a template; what was sent stays."""
    viewer = _manager(request)
    template = get_template_with(id)
    try:
        delete_template(viewer=viewer, template_id=id)
    except Conflict as error:
        messages.error(request, str(error.detail))
        return see_other(reverse("template-edit", args=[id]))
    messages.info(request, _("“%(name)s” is deleted.") % {"name": template.name})
    return see_other(reverse("settings-templates"))


@member_required
@require_GET
@xframe_options_sameorigin
def template_preview(request: MemberRequest) -> HttpResponse:
    """Show a mail as it would look, alone in its frame, where nothing runs."""
    page = kept_preview(request.GET.get("key", ""), user_id=_manager(request).id)
    if page is None:
        raise NotFound
    response = HttpResponse(page)
    response["Content-Security-Policy"] = _FRAME_POLICY.format(origin=request.build_absolute_uri("/").rstrip("/"))
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "no-store"
    return response


def _manager(request: MemberRequest) -> Viewer:
    """Return the viewer, who manages templates. Raises: PermissionDenied."""
    viewer = viewer_of(request.membership)
    viewer.require(Permission.MANAGE_TEMPLATES)
    return viewer


def _template(id: str) -> EmailTemplate:
    try:
        return get_template_with(UUID(id))
    except ValueError:
        raise NotFound from None


def _values(template: EmailTemplate) -> dict[str, Any]:
    return {name: getattr(template, name) for name in _FIELDS} | {"version": shapes.version_of(template)}


def _edit(
    request: MemberRequest, viewer: Viewer, template: EmailTemplate | None, initial: dict[str, Any]
) -> HttpResponse:
    """Show the form; with `do=preview` as it was typed; else keep what it says."""
    if request.method == "GET":
        return _show(request, viewer, template, TemplateForm(initial=initial))
    if request.POST.get("do") == "preview":
        typed = {name: request.POST.get(name, "") for name in (*_FIELDS, "version")}
        return _show(request, viewer, template, TemplateForm(initial=typed))
    form = TemplateForm(request.POST)
    kept = _kept(viewer, template, form)
    if kept is None:
        return _show(request, viewer, template, form, status=422)
    messages.success(request, _("Saved"))
    return see_other(reverse("template-edit", args=[kept.id]))


def _kept(viewer: Viewer, template: EmailTemplate | None, form: TemplateForm) -> EmailTemplate | None:
    """Return the template as it is kept now, None where the form has errors, which then says so."""
    if not form.is_valid():
        return None
    try:
        if template is None:
            return create_template(viewer=viewer, fields=form.changes)
        version = form.cleaned_data["version"]
        return change_template(viewer=viewer, template_id=template.id, changes=form.changes, version=version)
    except Conflict:
        form.add_error(
            None, _("Somebody else has changed this template meanwhile. Copy your words, and open it anew.")
        )
    except ValidationFailed as error:
        for name, texts in error.errors.items():
            for text in texts:
                form.add_error(name if name in form.fields else None, text)
    return None


def _show(
    request: MemberRequest, viewer: Viewer, template: EmailTemplate | None, form: TemplateForm, *, status: int = 200
) -> HttpResponse:
    values = {name: form[name].value() or "" for name in _FIELDS}
    look = PreviewLookForm(request.POST if request.method == "POST" else None)
    context = {
        "form": form,
        "look": look,
        "template": shapes.edited_template(template, list(versions_of(template))) if template else None,
        "action_url": reverse("template-edit", args=[template.id]) if template else reverse("template-create"),
        "preview": shapes.preview(values, look, user_id=viewer.id),
        "variables": shapes.variable_rows(),
        "hints": shapes.template_hints(),
    }
    return _page(request, viewer, "template", context, status=status)


def _page(request: MemberRequest, viewer: Viewer, name: str, context: Any, *, status: int = 200) -> HttpResponse:
    template = f"settings/{name}.html"
    return render_settings(
        request, viewer, template, context, page="settings-templates", partials=_PARTIALS, status=status
    )
