"""The account's mailboxes: which there are, a new one, its settings, a new secret, removing one."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.account_settings import switch_setting
from accounts.decorators import MemberRequest, member_required
from accounts.permissions import Permission
from conversations.views.settings_page import render_settings
from conversations.views.shapes.shape import Shape
from email_channel.actions.save_mailbox import change_mailbox, create_mailbox, remove_mailbox, rotate_mailbox_secret
from email_channel.forms import MailboxForm, RemoveMailboxForm
from email_channel.models import Mailbox
from email_channel.queries.mailboxes import (
    active_mailboxes,
    get_mailbox,
    has_conversations,
    listed_mailboxes,
    templates_by_name,
)
from hummdesk.errors import ValidationFailed
from hummdesk.http import see_other
from teams.access import Viewer, viewer_of
from teams.queries import hours_by_name, teams_by_name

_FORM = frozenset({"settings-form"})
_FIELDS = ("name", "team_id", "signature", "auto_reply", "auto_reply_template_id", "hours_id", "reply_to_token")


@member_required
@require_GET
def mailbox_list(request: MemberRequest) -> HttpResponse:
    """Show the mailboxes."""
    rows = [_row(mailbox) for mailbox in listed_mailboxes()]
    context = {"rows": rows, "company_may_join": switch_setting("company_may_join")}
    return _page(request, _manager(request), "mailboxes", context)


@member_required
@require_http_methods(["GET", "POST"])
def mailbox_create(request: MemberRequest) -> HttpResponse:
    """Ask for an address, take mail on it, and show its secret once."""
    viewer = _manager(request)
    form = _form(request, None)
    if form.is_valid():
        given = form.cleaned_data
        fields = {name: given[name] for name in _FIELDS if name != "name"}
        try:
            mailbox = create_mailbox(viewer=viewer, address=given["address"], name=given["name"], fields=fields)
            return _show_secret(request, viewer, mailbox, is_new=True)
        except ValidationFailed as error:
            _note(form, error)
    return _page(request, viewer, "mailbox_new", {"form": form}, status=422 if form.is_bound else 200)


@member_required
@require_http_methods(["GET", "POST"])
def mailbox_edit(request: MemberRequest, id: UUID) -> HttpResponse:
    """Show and save a mailbox's settings."""
    viewer = _manager(request)
    mailbox = get_mailbox(id)
    form = _form(request, mailbox)
    if not form.is_valid():
        return _edit(request, viewer, mailbox, form)
    try:
        change_mailbox(viewer=viewer, mailbox_id=id, changes=form.cleaned_data)
    except ValidationFailed as error:
        _note(form, error)
        return _edit(request, viewer, mailbox, form)
    if request.htmx:
        return _edit(request, viewer, mailbox, form, is_saved=True)
    messages.success(request, _("Saved"))
    return see_other(reverse("mailbox-edit", args=[id]))


@member_required
@require_POST
def mailbox_secret(request: MemberRequest, id: UUID) -> HttpResponse:
    """Make a new secret, and show it once."""
    viewer = _manager(request)
    mailbox = rotate_mailbox_secret(viewer=viewer, mailbox_id=id)
    return _show_secret(request, viewer, mailbox, is_new=False)


@member_required
@require_http_methods(["GET", "POST"])
def mailbox_remove(request: MemberRequest, id: UUID) -> HttpResponse:
    """Ask where the conversations go on, and take no more mail on the address."""
    viewer = _manager(request)
    mailbox = get_mailbox(id)
    others = [one for one in active_mailboxes() if one.id != id]
    form = RemoveMailboxForm(request.POST if request.method == "POST" else None, others=others)
    if form.is_valid():
        remove_mailbox(viewer=viewer, mailbox_id=id, move_to=form.cleaned_data["move_to"])
        messages.info(request, _("%(address)s takes no more mail") % {"address": mailbox.address})
        return see_other(reverse("settings-mailboxes"))
    context = {
        "mailbox": _row(mailbox),
        "form": form,
        "is_used": has_conversations(mailbox),
        "has_others": bool(others),
    }
    return _page(request, viewer, "mailbox_remove", context, status=422 if form.is_bound else 200)


def _manager(request: MemberRequest) -> Viewer:
    """Return the viewer, who manages the account. Raises: PermissionDenied."""
    viewer = viewer_of(request.membership)
    viewer.require(Permission.MANAGE_ACCOUNT)
    return viewer


def _form(request: MemberRequest, mailbox: Mailbox | None) -> MailboxForm:
    templates = [(str(one.id), f"{one.name} ({one.language})") for one in templates_by_name()]
    choices = {
        "team_id": [("", _("No team")), *((str(team.id), team.name) for team in teams_by_name())],
        "auto_reply_template_id": templates or [("", _("No templates yet"))],
        "hours_id": [("", _("The account's own")), *((str(one.id), one.name) for one in hours_by_name())],
    }
    initial = {name: getattr(mailbox, name) for name in _FIELDS} if mailbox else None
    data = request.POST if request.method == "POST" else None
    return MailboxForm(data, choices=choices, initial=initial, is_new=mailbox is None)


def _note(form: MailboxForm, error: ValidationFailed) -> None:
    for name, texts in error.errors.items():
        for text in texts:
            form.add_error(name if name in form.fields else None, text)


def _row(mailbox: Mailbox) -> Shape:
    return {
        "url": reverse("mailbox-edit", args=[mailbox.id]),
        "address": mailbox.address,
        "name": mailbox.name,
        "team": mailbox.team.name if mailbox.team else "",
        "auto_reply": mailbox.get_auto_reply_display(),
    }


def _edit(
    request: MemberRequest, viewer: Viewer, mailbox: Mailbox, form: MailboxForm, *, is_saved: bool = False
) -> HttpResponse:
    context = {
        "mailbox": _row(mailbox),
        "form": form,
        "is_saved": is_saved,
        "secret_url": reverse("mailbox-secret", args=[mailbox.id]),
        "remove_url": reverse("mailbox-remove", args=[mailbox.id]),
    }
    return _page(request, viewer, "mailbox", context, status=422 if form.errors else 200)


def _show_secret(request: MemberRequest, viewer: Viewer, mailbox: Mailbox, *, is_new: bool) -> HttpResponse:
    context = {
        "mailbox": _row(mailbox),
        "secret": mailbox.secret,
        "endpoint": request.build_absolute_uri(reverse("email-inbound-raw")),
        "is_new": is_new,
    }
    return _page(request, viewer, "mailbox_secret", context)


def _page(request: MemberRequest, viewer: Viewer, name: str, context: Any, *, status: int = 200) -> HttpResponse:
    template = f"settings/{name}.html"
    return render_settings(
        request, viewer, template, context, page="settings-mailboxes", partials=_FORM, status=status
    )
