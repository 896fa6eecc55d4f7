"""The list of customers, and one customer's page."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.decorators import MemberRequest, member_required
from accounts.permissions import Permission
from conversations.actions.erase_contact import erase_contact
from conversations.actions.save_contact import change_contact, create_contact
from conversations.enums import IdentityKind
from conversations.queries.contacts import get_contact, identities_by_kind
from conversations.queries.people import Tally, company_choices, contact_page, tallies_of_contacts
from conversations.views.people.answers import (
    CONTACTS_KEY,
    answer_contact,
    render_contact,
    viewer_who_replies,
)
from conversations.views.people.forms import ConfirmForm, ContactForm, IdentityForm, NewContactForm, PeopleFilterForm
from conversations.views.people.lists import PeopleList
from conversations.views.people.shapes import contact_row, contact_url, shown_name
from conversations.views.shell import render_page
from hummdesk.http import see_other

_ALL_OF_A_KIND = {
    IdentityKind.EMAIL: "emails",
    IdentityKind.PHONE: "phones",
    IdentityKind.EXTERNAL: "external_ids",
}


@member_required
@require_GET
def contact_list(request: MemberRequest) -> HttpResponse:
    """Show the customers, or those that match."""
    viewer = viewer_who_replies(request)
    shown = PeopleList("contact-list", PeopleFilterForm(request.GET).narrowed())
    page = contact_page(shown.filters, order=shown.order, cursor=shown.cursor)
    tallies = tallies_of_contacts(viewer, [contact.id for contact in page.rows])
    rows = [contact_row(contact, tallies.get(contact.id, Tally())) for contact in page.rows]
    context = shown.context(rows, page.next_cursor) | {"companies": company_choices()}
    partials = frozenset({"people-found", "more-rows"})
    response = render_page(request, viewer, "people/contacts.html", context, key=CONTACTS_KEY, partials=partials)
    return shown.with_clean_address(request, response)


@member_required
@require_http_methods(["GET", "POST"])
def contact_create(request: MemberRequest) -> HttpResponse:
    """Ask for a new customer, and make them."""
    viewer = viewer_who_replies(request)
    form = NewContactForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        contact = create_contact(viewer=viewer, fields=form.cleaned_data)
        messages.success(request, _("Customer added"))
        return see_other(contact_url(contact.id))
    context = {"form": form, "companies": company_choices()}
    status = 422 if form.is_bound else 200
    return render_page(request, viewer, "people/contact_new.html", context, key=CONTACTS_KEY, status=status)


@member_required
@require_GET
def contact_detail(request: MemberRequest, contact_id: UUID) -> HttpResponse:
    """Show a customer; the address of one who was merged leads to the other."""
    viewer = viewer_who_replies(request)
    contact = get_contact(contact_id)
    if contact.id != contact_id:
        return redirect("contact-detail", contact.id)
    return render_contact(request, viewer, contact)


@member_required
@require_http_methods(["GET", "POST"])
def contact_edit(request: MemberRequest, contact_id: UUID) -> HttpResponse:
    """Show the profile as a form, and save it."""
    viewer = viewer_who_replies(request)
    contact = get_contact(contact_id)
    form = ContactForm(request.POST if request.method == "POST" else None, contact=contact)
    if not form.is_valid():
        return render_contact(request, viewer, contact, form=form, status=422 if form.is_bound else 200)
    changes = form.cleaned_data
    version = changes.pop("version")
    changed = change_contact(viewer=viewer, contact_id=contact.id, changes=changes, version=version)
    return answer_contact(request, viewer, changed, _("Saved"), focus="edit")


@member_required
@require_POST
def contact_identity(request: MemberRequest, contact_id: UUID) -> HttpResponse:
    """Add an address, number or id, take one away, or let one lead."""
    viewer = viewer_who_replies(request)
    contact = get_contact(contact_id)
    asked = request.POST.get("kind", "")
    kind = IdentityKind(asked) if asked in IdentityKind else IdentityKind.EMAIL
    known = [row.value for row in identities_by_kind(contact)[kind]]
    value, deed = request.POST.get("value", ""), request.POST.get("deed", "add")
    text = {"remove": _("Removed %(value)s"), "lead": _("%(value)s comes first now")}.get(deed, _("Added %(value)s"))
    if deed in ("remove", "lead"):
        others = [one for one in known if one != value]
        wanted = others if deed == "remove" or value not in known else [value, *others]
    else:
        form = IdentityForm(request.POST, contact=contact)
        if not form.is_valid():
            return render_contact(request, viewer, contact, identity_form=form, status=422)
        value = form.cleaned_data["value"]
        wanted = [*known, value]
    change_contact(viewer=viewer, contact_id=contact.id, changes={_ALL_OF_A_KIND[kind]: wanted})
    return answer_contact(request, viewer, contact, text % {"value": value}, focus="identity")


@member_required
@require_POST
def contact_block(request: MemberRequest, contact_id: UUID) -> HttpResponse:
    """Let a customer's new conversations go to spam."""
    return _set_blocked(request, contact_id, is_blocked=True)


@member_required
@require_POST
def contact_unblock(request: MemberRequest, contact_id: UUID) -> HttpResponse:
    """Let a customer's new conversations come to the inbox again."""
    return _set_blocked(request, contact_id, is_blocked=False)


def _set_blocked(request: MemberRequest, contact_id: UUID, *, is_blocked: bool) -> HttpResponse:
    viewer = viewer_who_replies(request)
    contact = change_contact(viewer=viewer, contact_id=contact_id, changes={"is_blocked": is_blocked})
    text = _("Blocked %(name)s") if is_blocked else _("Unblocked %(name)s")
    undo_url = contact_url(contact.id, "contact-unblock" if is_blocked else "contact-block")
    return answer_contact(request, viewer, contact, text % {"name": shown_name(contact)}, undo_url=undo_url)


@member_required
@require_http_methods(["GET", "POST"])
def contact_erase(request: MemberRequest, contact_id: UUID) -> HttpResponse:
    """Ask for the name, and forget the customer."""
    viewer = viewer_who_replies(request)
    viewer.require(Permission.DELETE_MESSAGES)
    contact = get_contact(contact_id)
    form = ConfirmForm(request.POST if request.method == "POST" else None, name=shown_name(contact))
    if form.is_valid():
        erase_contact(viewer=viewer, contact_id=contact.id)
        messages.success(request, _("Customer erased"))
        return see_other(reverse("contact-list"))
    tally = tallies_of_contacts(viewer, [contact.id]).get(contact.id, Tally())
    context = {
        "form": form,
        "form_url": contact_url(contact.id, "contact-erase"),
        "name": shown_name(contact),
        "url": contact_url(contact.id),
        "total": tally.total,
    }
    partials = frozenset({"dialog-here"})
    status = 422 if form.is_bound else 200
    return render_page(
        request, viewer, "people/contact_erase.html", context, key=CONTACTS_KEY, partials=partials, status=status
    )
