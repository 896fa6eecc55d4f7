"""The domains of mailboxes: what their DNS must hold, and what it holds."""

from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.decorators import MemberRequest, member_required
from conversations.views.settings_page import render_settings
from email_channel.actions.check_domain import check_domain
from email_channel.queries.domains import domains_in_use, get_domain
from email_channel.views.domain_shapes import domain_row, domain_shape
from email_channel.views.mail_log import mail_manager
from hummdesk.http import see_other

_PAGE = "settings-domains"


@member_required
@require_GET
def domain_list(request: MemberRequest) -> HttpResponse:
    """Show the domains of the account's mailboxes."""
    viewer = mail_manager(request)
    context = {"rows": [domain_row(domain) for domain in domains_in_use()]}
    return render_settings(request, viewer, "settings/domains.html", context, page=_PAGE)


@member_required
@require_GET
def domain_detail(request: MemberRequest, id: UUID) -> HttpResponse:
    """Show the records of a domain, and what was found at the last look."""
    viewer = mail_manager(request)
    context = {"domain": domain_shape(get_domain(id))}
    return render_settings(request, viewer, "settings/domain.html", context, page=_PAGE)


@member_required
@require_POST
def domain_check(request: MemberRequest, id: UUID) -> HttpResponse:
    """Look into the DNS now."""
    viewer = mail_manager(request)
    domain = check_domain(viewer=viewer, domain_id=id)
    if not request.htmx:
        return see_other(reverse("domain-detail", args=[id]))
    context = {"domain": domain_shape(domain)}
    partials = frozenset({"domain-records"})
    return render_settings(request, viewer, "settings/domain.html", context, page=_PAGE, partials=partials)
