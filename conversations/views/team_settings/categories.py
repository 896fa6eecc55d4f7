"""What conversations are about: which categories there are, a new one, its team and skills, deleting one."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.decorators import MemberRequest, member_required
from conversations.actions.save_category import change_category, create_category, delete_category
from conversations.models import Category
from conversations.queries.categories import category_rows, get_category
from conversations.team_forms import CategoryForm, note_errors
from conversations.views.shapes import team_settings as shapes
from conversations.views.team_settings.page import posted, refused, saved, team_manager, team_page
from hummdesk.errors import Conflict, ValidationFailed
from hummdesk.http import see_other
from teams.queries import teams_by_name
from teams.queries.skills import skills_by_name

_PAGE = "settings-categories"


@member_required
@require_GET
def settings_categories(request: MemberRequest) -> HttpResponse:
    """Show the categories."""
    viewer = team_manager(request)
    rows = [shapes.category_line(one) for one in category_rows().order_by("name")]
    return team_page(request, viewer, "categories", {"rows": rows}, page=_PAGE)


@member_required
@require_http_methods(["GET", "POST"])
def category_create(request: MemberRequest) -> HttpResponse:
    """Keep a new category."""
    viewer = team_manager(request)
    form = _form(request, None)
    if form.is_valid():
        try:
            create_category(viewer=viewer, fields=form.changes())
            return saved(request, reverse(_PAGE))
        except (ValidationFailed, Conflict) as error:
            note_errors(form, error)
    return team_page(request, viewer, "category", {"form": form, "category": None}, page=_PAGE)


@member_required
@require_http_methods(["GET", "POST"])
def category_edit(request: MemberRequest, id: UUID) -> HttpResponse:
    """Show and save a category."""
    viewer, category = team_manager(request), get_category(id)
    form = _form(request, category)
    if form.is_valid():
        version = form.cleaned_data["version"]
        try:
            change_category(viewer=viewer, category_id=id, changes=form.changes(), version=version)
            return saved(request, reverse(_PAGE))
        except (ValidationFailed, Conflict) as error:
            note_errors(form, error)
    context = {"form": form, "category": shapes.category_line(category)}
    return team_page(request, viewer, "category", context, page=_PAGE)


@member_required
@require_POST
def category_delete(request: MemberRequest, id: UUID) -> HttpResponse:
    """Delete a category that nothing uses."""
    viewer, category = team_manager(request), get_category(id)
    try:
        delete_category(viewer=viewer, category_id=id)
    except Conflict as error:
        return refused(request, error, reverse("category-edit", args=[id]))
    messages.info(request, _("“%(name)s” is deleted.") % {"name": category.name})
    return see_other(reverse(_PAGE))


def _form(request: MemberRequest, category: Category | None) -> CategoryForm:
    initial: dict[str, Any] = {}
    if category:
        initial = {"name": category.name, "team_id": category.team_id, "version": category.version}
        initial |= {f"skill_{one.skill_id}": one.min_level for one in category.skills.all()}
    offers = {"team_id": [("", _("No team")), *((str(one.id), one.name) for one in teams_by_name())]}
    return CategoryForm(posted(request), skills=skills_by_name(), offers=offers, initial=initial)
