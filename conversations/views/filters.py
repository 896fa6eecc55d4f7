"""What a list is filtered by, chosen in a form."""

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from accounts.decorators import MemberRequest, member_required
from conversations.queries.filter_choices import filter_choices
from conversations.views.place import asked_filters
from conversations.views.shapes.filter_form import filter_fields, kept_filters
from conversations.views.shell import render_page
from teams.access import viewer_of


@member_required
@require_GET
def inbox_filter(request: MemberRequest) -> HttpResponse:
    """Show the form that makes a list of one's own, filled with the filters of the address."""
    viewer = viewer_of(request.membership)
    filters = dict(asked_filters(request.GET))
    context = {
        "fields": filter_fields(filters, request.GET.get("ordering", ""), filter_choices(viewer)),
        "kept": kept_filters(filters, request.GET.get("q", "")),
    }
    partials = frozenset({"filter-form"})
    return render_page(request, viewer, "conversations/filter.html", context, key="filter", partials=partials)
