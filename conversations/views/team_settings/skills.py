"""What agents can be good at: which skills there are, a new one, another name, deleting one."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.decorators import MemberRequest, member_required
from conversations.team_forms import SkillForm, note_errors
from conversations.views.shapes import team_settings as shapes
from conversations.views.team_settings.page import posted, refused, team_manager, team_page
from hummdesk.errors import Conflict, ValidationFailed
from hummdesk.http import see_other
from teams.actions.save_skill import add_skill, delete_skill, rename_skill
from teams.queries.skills import get_skill, skill_rows

_PAGE = "settings-skills"


@member_required
@require_http_methods(["GET", "POST"])
def settings_skills(request: MemberRequest) -> HttpResponse:
    """Show the skills, and keep a new one."""
    viewer = team_manager(request)
    form = SkillForm(posted(request))
    if form.is_valid():
        try:
            add_skill(viewer=viewer, name=form.cleaned_data["name"])
            return see_other(reverse(_PAGE))
        except ValidationFailed as error:
            note_errors(form, error)
    rows = [shapes.skill_line(skill) for skill in skill_rows().order_by("name")]
    return team_page(request, viewer, "skills", {"form": form, "rows": rows}, page=_PAGE)


@member_required
@require_http_methods(["GET", "POST"])
def skill_edit(request: MemberRequest, id: UUID) -> HttpResponse:
    """Give a skill another name."""
    viewer, skill = team_manager(request), get_skill(id)
    form = SkillForm(posted(request), initial={"name": skill.name})
    if form.is_valid():
        try:
            rename_skill(viewer=viewer, skill_id=id, name=form.cleaned_data["name"])
            return see_other(reverse(_PAGE))
        except (ValidationFailed, Conflict) as error:
            note_errors(form, error)
    return team_page(request, viewer, "skill", {"form": form, "skill": shapes.skill_line(skill)}, page=_PAGE)


@member_required
@require_POST
def skill_delete(request: MemberRequest, id: UUID) -> HttpResponse:
    """Delete a skill that no category needs."""
    viewer, skill = team_manager(request), get_skill(id)
    try:
        delete_skill(viewer=viewer, skill_id=id)
    except Conflict as error:
        return refused(request, error, reverse("skill-edit", args=[id]))
    messages.info(request, _("“%(name)s” is deleted.") % {"name": skill.name})
    return see_other(reverse(_PAGE))
