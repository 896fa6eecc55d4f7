"""The list of companies, and one company's page."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.decorators import MemberRequest, member_required
from accounts.permissions import Permission
from conversations.actions.save_company import change_company, create_company, delete_company
from conversations.queries.contacts import get_company
from conversations.queries.people import company_page, customer_counts
from conversations.views.people.answers import COMPANIES_KEY, render_company, viewer_who_replies
from conversations.views.people.forms import CompanyForm, ConfirmForm, PeopleFilterForm
from conversations.views.people.lists import PeopleList
from conversations.views.people.shapes import company_row
from conversations.views.shell import render_page
from hummdesk.http import see_other


@member_required
@require_GET
def company_list(request: MemberRequest) -> HttpResponse:
    """Show the companies, or those that match."""
    viewer = viewer_who_replies(request)
    asked = PeopleFilterForm(request.GET).narrowed()
    shown = PeopleList("company-list", {name: asked[name] for name in ("q", "sort", "cursor") if name in asked})
    page = company_page(shown.filters, order=shown.order, cursor=shown.cursor)
    counts = customer_counts([company.id for company in page.rows])
    rows = [company_row(company, counts.get(company.id, 0)) for company in page.rows]
    context = shown.context(rows, page.next_cursor)
    partials = frozenset({"people-found", "more-rows"})
    response = render_page(request, viewer, "people/companies.html", context, key=COMPANIES_KEY, partials=partials)
    return shown.with_clean_address(request, response)


@member_required
@require_http_methods(["GET", "POST"])
def company_create(request: MemberRequest) -> HttpResponse:
    """Ask for a new company, and make it."""
    viewer = viewer_who_replies(request)
    form = CompanyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        company = create_company(viewer=viewer, fields=form.cleaned_data)
        messages.success(request, _("Company added"))
        return see_other(reverse("company-detail", args=[company.id]))
    status = 422 if form.is_bound else 200
    return render_page(request, viewer, "people/company_new.html", {"form": form}, key=COMPANIES_KEY, status=status)


@member_required
@require_GET
def company_detail(request: MemberRequest, company_id: UUID) -> HttpResponse:
    """Show a company."""
    viewer = viewer_who_replies(request)
    return render_company(request, viewer, get_company(company_id))


@member_required
@require_http_methods(["GET", "POST"])
def company_edit(request: MemberRequest, company_id: UUID) -> HttpResponse:
    """Show the company as a form, and save it."""
    viewer = viewer_who_replies(request)
    company = get_company(company_id)
    form = CompanyForm(request.POST if request.method == "POST" else None, company=company)
    if not form.is_valid():
        return render_company(request, viewer, company, form=form, status=422 if form.is_bound else 200)
    company = change_company(viewer=viewer, company_id=company.id, changes=form.cleaned_data)
    messages.success(request, _("Saved"))
    url = reverse("company-detail", args=[company.id])
    if not request.htmx:
        return see_other(url)
    response = render_company(request, viewer, company, focus="edit")
    response["HX-Replace-Url"] = url
    return response


@member_required
@require_http_methods(["GET", "POST"])
def company_delete(request: MemberRequest, company_id: UUID) -> HttpResponse:
    """Ask for the name, and delete the company; its customers stay."""
    viewer = viewer_who_replies(request)
    viewer.require(Permission.MANAGE_TEMPLATES)
    company = get_company(company_id)
    form = ConfirmForm(request.POST if request.method == "POST" else None, name=company.name)
    if form.is_valid():
        delete_company(viewer=viewer, company_id=company.id)
        messages.success(request, _("Company deleted"))
        return see_other(reverse("company-list"))
    count = customer_counts([company.id]).get(company.id, 0)
    url = reverse("company-detail", args=[company.id])
    context = {
        "form": form,
        "form_url": reverse("company-delete", args=[company.id]),
        "name": company.name,
        "url": url,
        "customer_count": count,
    }
    status, partials = 422 if form.is_bound else 200, frozenset({"dialog-here"})
    return render_page(
        request, viewer, "people/company_delete.html", context, key=COMPANIES_KEY, partials=partials, status=status
    )
