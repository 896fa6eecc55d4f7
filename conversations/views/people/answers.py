"""How the pages of customers and companies answer, with script and without."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse

from accounts.decorators import MemberRequest
from accounts.permissions import Permission
from conversations.models import Company, Contact
from conversations.queries.contacts import get_contact
from conversations.queries.people import (
    Tally,
    company_choices,
    conversations_with,
    conversations_with_company,
    customer_counts,
    merges_to_undo,
    tallies_of_contacts,
)
from conversations.views.people.forms import IdentityForm
from conversations.views.people.shapes import company_shape, contact_shape, contact_url, history_row
from conversations.views.shapes.shape import Shape
from conversations.views.shell import render_page
from hummdesk.http import see_other
from teams.access import Viewer, viewer_of

# Their entries in the sidebar.
CONTACTS_KEY, COMPANIES_KEY = "customers", "companies"


def viewer_who_replies(request: MemberRequest) -> Viewer:
    """Return the viewer, who may see and keep customers. Raises: PermissionDenied."""
    viewer = viewer_of(request.membership)
    viewer.require(Permission.REPLY)
    return viewer


def render_contact(
    request: MemberRequest, viewer: Viewer, contact: Contact, *, status: int = 200, **more: Any
) -> HttpResponse:
    """Answer with a customer's page. `more`: `form` to edit the profile, `identity_form`, `focus`."""
    page = conversations_with(viewer, contact, cursor=request.GET.get("cursor", ""))
    tally = tallies_of_contacts(viewer, [contact.id]).get(contact.id, Tally())
    context = {
        "contact": contact_shape(contact, viewer, tally, merged=merges_to_undo(contact)),
        "rows": [history_row(row) for row in page.rows],
        "next_url": contact_url(contact.id, cursor=page.next_cursor) if page.next_cursor else "",
        "identity_form": more.pop("identity_form", None) or IdentityForm(contact=contact),
        **more,
    }
    if "form" in context:
        context["companies"] = company_choices()
    partials = frozenset({"contact", "more-rows"})
    return render_page(
        request, viewer, "people/contact.html", context, key=CONTACTS_KEY, partials=partials, status=status
    )


def answer_contact(
    request: MemberRequest, viewer: Viewer, contact: Contact, text: str, *, undo_url: str = "", focus: str = ""
) -> HttpResponse:
    """Answer a change: say so, and show the customer as they are now."""
    messages.success(request, text, extra_tags=undo_url)
    if not request.htmx:
        return see_other(contact_url(contact.id))
    response = render_contact(request, viewer, get_contact(contact.id), focus=focus)
    response["HX-Replace-Url"] = contact_url(contact.id)
    return response


def render_company(
    request: MemberRequest, viewer: Viewer, company: Company, *, status: int = 200, **more: Any
) -> HttpResponse:
    """Answer with a company's page. `more`: `form` to edit it."""
    page = conversations_with_company(viewer, company, cursor=request.GET.get("cursor", ""))
    count = customer_counts([company.id]).get(company.id, 0)
    shape = company_shape(company, viewer, customer_count=count)
    context: Shape = {
        "company": shape,
        "rows": [history_row(row, with_customer=True) for row in page.rows],
        "next_url": f"{shape['url']}?cursor={page.next_cursor}" if page.next_cursor else "",
        **more,
    }
    partials = frozenset({"company", "more-rows"})
    return render_page(
        request, viewer, "people/company.html", context, key=COMPANIES_KEY, partials=partials, status=status
    )
