"""Lists that are kept: which there are, a new one, changing and deleting one."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.decorators import MemberRequest, member_required
from conversations.actions.save_view import change_saved_view, create_saved_view, delete_saved_view
from conversations.forms import SavedViewForm
from conversations.models import SavedView
from conversations.queries.filter_choices import names_in_filters
from conversations.queries.sharing import get_shared, own_teams, shared_with, sharings
from conversations.serializers.saved_views import checked_filters
from conversations.views.place import asked_filters
from conversations.views.shapes import saved_views as shapes
from conversations.views.shell import render_page
from hummdesk.errors import ValidationFailed
from hummdesk.http import see_other
from teams.access import Viewer, viewer_of

_FORM = frozenset({"view-form"})


@member_required
@require_GET
def view_list(request: MemberRequest) -> HttpResponse:
    """Show the views that the reader may use."""
    viewer = viewer_of(request.membership)
    context = {
        "views": shapes.listed(list(shared_with(viewer, SavedView)), viewer),
        "deleted": request.GET.get("deleted", ""),
        "again_url": f"{reverse('view-create')}?{request.GET.urlencode()}",
    }
    return render_page(request, viewer, "conversations/saved_views.html", context, key="views")


@member_required
@require_http_methods(["GET", "POST"])
def view_create(request: MemberRequest) -> HttpResponse:
    """Keep the filters of the address as a view."""
    viewer = viewer_of(request.membership)
    filters = _asked(request)
    form = _form(viewer, request)
    if request.method == "GET" or not form.is_valid():
        return _show_form(request, viewer, form, filters)
    fields = form.cleaned_data | {"filters": filters}
    view = create_saved_view(viewer=viewer, fields=fields)
    return see_other(f"{reverse('inbox')}?view=view-{view.id}")


@member_required
@require_http_methods(["GET", "POST"])
def view_edit(request: MemberRequest, id: UUID) -> HttpResponse:
    """Change a view's name, whose it is, and its order; its filters where the address has others."""
    viewer = viewer_of(request.membership)
    view = get_shared(viewer, SavedView, id)
    filters = _asked(request) or view.filters
    form = _form(viewer, request, view)
    if request.method == "GET" or not form.is_valid():
        return _show_form(request, viewer, form, filters, view)
    version = form.cleaned_data.pop("version")
    change_saved_view(viewer=viewer, view_id=id, changes=form.cleaned_data | {"filters": filters}, version=version)
    return see_other(f"{reverse('inbox')}?view=view-{id}")


@member_required
@require_POST
def view_delete(request: MemberRequest, id: UUID) -> HttpResponse:
    """Delete a view, and offer the form to keep it again."""
    viewer = viewer_of(request.membership)
    view = get_shared(viewer, SavedView, id)
    delete_saved_view(viewer=viewer, view_id=id)
    again = urlencode(view.filters | {"name": view.name, "ordering": view.ordering, "deleted": view.name})
    return see_other(f"{reverse('view-list')}?{again}")


def _asked(request: MemberRequest) -> dict[str, str]:
    """Return the filters of the address. Raises: ValidationFailed for what the list would refuse."""
    text = request.GET.get("q", "").strip()
    filters = dict(asked_filters(request.GET)) | ({"q": text} if text else {})
    if checked_filters(filters) is None:
        raise ValidationFailed(errors={"filters": [_("The list does not take these filters.")]})
    return filters


def _form(viewer: Viewer, request: MemberRequest, view: SavedView | None = None) -> SavedViewForm:
    initial = _values_of(view) if view else {}
    initial |= {name: request.GET[name] for name in ("name", "ordering") if request.GET.get(name)}
    data = request.POST if request.method == "POST" else None
    return SavedViewForm(data, initial=initial, sharings=sharings(viewer), teams=own_teams(viewer))


def _values_of(view: SavedView) -> dict[str, Any]:
    return {
        "name": view.name,
        "visibility": view.visibility,
        "team_id": view.team_id,
        "ordering": view.ordering,
        "version": view.version,
    }


def _show_form(
    request: MemberRequest,
    viewer: Viewer,
    form: SavedViewForm,
    filters: Mapping[str, str],
    view: SavedView | None = None,
) -> HttpResponse:
    context = {
        "form": form,
        "view": shapes.edited(view, viewer) if view else None,
        "action_url": request.get_full_path(),
        "chips": shapes.texts(filters, names_in_filters(filters)),
        "filter_url": f"{reverse('inbox-filter')}?{urlencode(filters)}",
    }
    status = 422 if form.is_bound else 200
    return render_page(
        request, viewer, "conversations/saved_view.html", context, key="views", partials=_FORM, status=status
    )
