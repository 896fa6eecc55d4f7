"""People: who is in the account and as what, who is invited and whether the mail arrived.

They are a page of this app, since it alone knows what became of a mail.
"""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from accounts.actions.invitations import invite_member, withdraw_invitation
from accounts.actions.members import change_role, remove_member, take_back_member
from accounts.decorators import MemberRequest, member_required
from accounts.enums import Role
from accounts.forms import InviteForm, RoleForm
from accounts.permissions import Permission, has_permission
from accounts.queries import member_ever, members_ever, open_invitations, unanswered_invitation
from conversations.team_forms import note_errors
from conversations.views.settings_page import render_settings
from conversations.views.shapes.shape import Shape
from conversations.views.team_settings.page import posted, refused, saved
from email_channel.provider.queries import invitation_mails
from email_channel.views import member_shapes as shapes
from hummdesk.errors import Conflict, ProviderUnavailable, ValidationFailed
from hummdesk.http import see_other
from teams.access import Viewer, viewer_of

_PAGE = "settings-people"
_PARTIALS = frozenset({"invite-form", "member-form"})


@member_required
@require_http_methods(["GET", "POST"])
def settings_people(request: MemberRequest) -> HttpResponse:
    """Show who is here and who is invited; invite somebody."""
    viewer = _people_manager(request)
    form = InviteForm(posted(request))
    if form.is_valid():
        try:
            invite_member(account=request.account, by=request.user, **form.cleaned_data)
            messages.success(request, _invited(form.cleaned_data["email"]))
            url = reverse(_PAGE)
            return HttpResponseClientRedirect(url) if request.htmx else see_other(url)
        except (ValidationFailed, Conflict, ProviderUnavailable) as error:
            note_errors(form, error)
    members = members_ever(request.account).order_by("-is_active", "user__name", "user__email")
    invited = _waiting(request)
    context = {
        "form": form,
        "rows": [shapes.person_line(one) for one in members],
        "invited": invited,
        "somebody_lost": any(one["is_lost"] for one in invited),
    }
    return _page(request, viewer, "people", context, form=form)


@member_required
@require_http_methods(["GET", "POST"])
def member_edit(request: MemberRequest, id: UUID) -> HttpResponse:
    """Show somebody, and give them another role."""
    viewer, member = _people_manager(request), member_ever(request.account, id)
    form = RoleForm(posted(request), initial={"role": member.role})
    if form.is_valid():
        role = form.cleaned_data["role"]
        try:
            change_role(account=request.account, user_id=id, role=role, actor=viewer.actor)
            return saved(request, _next_page(viewer, id, role))
        except Conflict as error:
            note_errors(form, error)
    context = {"form": form, "person": shapes.person_line(member), "is_me": id == viewer.id}
    return _page(request, viewer, "person", context, form=form)


@member_required
@require_POST
def member_switch_off(request: MemberRequest, id: UUID) -> HttpResponse:
    """End a membership."""
    viewer, member = _people_manager(request), member_ever(request.account, id)
    try:
        remove_member(account=request.account, user_id=id, actor=viewer.actor)
    except Conflict as error:
        return refused(request, error, reverse("member-edit", args=[id]))
    messages.info(request, _("%(name)s is switched off.") % {"name": member.user.name or member.user.email})
    return see_other(reverse(_PAGE))


@member_required
@require_POST
def member_switch_on(request: MemberRequest, id: UUID) -> HttpResponse:
    """Take up a membership that had ended."""
    viewer, url = _people_manager(request), reverse("member-edit", args=[id])
    try:
        member = take_back_member(account=request.account, user_id=id, actor=viewer.actor)
    except Conflict as error:
        return refused(request, error, url)
    messages.success(request, _("%(name)s is here again.") % {"name": member.user.name or member.user.email})
    return see_other(url)


@member_required
@require_POST
def invitation_send(request: MemberRequest, id: UUID) -> HttpResponse:
    """Invite somebody again, who then has a week again; the link of before is void."""
    _people_manager(request)
    invitation = unanswered_invitation(request.account, id)
    try:
        role = Role(invitation.role)
        invite_member(account=request.account, email=invitation.email, role=role, by=request.user)
        messages.success(request, _invited(invitation.email))
    except (Conflict, ProviderUnavailable) as error:
        messages.error(request, str(error.detail))
    return see_other(reverse(_PAGE))


@member_required
@require_POST
def invitation_withdraw(request: MemberRequest, id: UUID) -> HttpResponse:
    """Make the link of an invitation void."""
    _people_manager(request)
    invitation = unanswered_invitation(request.account, id)
    withdraw_invitation(account=request.account, invitation_id=id)
    messages.info(request, _("%(address)s is not invited any more.") % {"address": invitation.email})
    return see_other(reverse(_PAGE))


def _people_manager(request: MemberRequest) -> Viewer:
    """Return the viewer, who manages users. One query. Raises: NotAMember, PermissionDenied."""
    viewer = viewer_of(request.membership)
    viewer.require(Permission.MANAGE_USERS)
    return viewer


def _waiting(request: MemberRequest) -> list[Shape]:
    """Return who is invited, newest first. Two queries."""
    invitations = list(open_invitations(request.account).order_by("-expires_at"))
    mails, now = invitation_mails(invitations), timezone.now()
    return [shapes.invited_line(one, mails.get(one.id), now) for one in invitations]


def _next_page(viewer: Viewer, id: UUID, role: Role) -> str:
    """Return where to go on: whoever has given up the right to these pages has others."""
    may_stay = id != viewer.id or has_permission(role, Permission.MANAGE_USERS)
    return reverse(_PAGE if may_stay else "settings")


def _invited(address: str) -> str:
    return _("%(address)s is invited. The link in the mail is good for a week.") % {"address": address}


def _page(request: MemberRequest, viewer: Viewer, name: str, context: Shape, *, form: RoleForm) -> HttpResponse:
    status = 422 if form.errors else 200
    return render_settings(
        request, viewer, f"settings/{name}.html", context, page=_PAGE, partials=_PARTIALS, status=status
    )
