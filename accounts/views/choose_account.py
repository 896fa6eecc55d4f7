"""The platform's first page: which account to work in."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.actions.handover import issue_handover
from accounts.links import link_to, origin_of
from accounts.models import Membership, User
from accounts.queries import membership_at, memberships_of, primary_hosts
from hummdesk.errors import NotFound


@require_GET
@login_required
@never_cache
def account_choose(request: HttpRequest) -> HttpResponse:
    """Show the accounts of the signed-in user."""
    user: User = request.user  # type: ignore[assignment]  # login_required
    memberships = memberships_of(user)
    hosts = primary_hosts(membership.account_id for membership in memberships)
    choices = [_choice(membership, hosts[membership.account_id]) for membership in memberships]
    response = render(request, "platform/choose_account.html", {"accounts": choices, "user_email": user.email})
    # Browsers hold the page's form-action against the redirect that answers the form, too.
    response._csp_update = {"form-action": [origin_of(host) for host in hosts.values()]}  # type: ignore[attr-defined]
    return response


@require_POST
@login_required
def account_enter(request: HttpRequest, slug: str) -> HttpResponse:
    """Hand the sign-in over to the account's own host."""
    membership = membership_at(request.user, slug)  # type: ignore[arg-type]
    if membership is None:
        raise NotFound
    query = urlencode({"token": issue_handover(membership)})
    response = HttpResponseRedirect(f"{link_to(membership.account, '/account/handover')}?{query}")
    response["Referrer-Policy"] = "no-referrer"
    return response


def _choice(membership: Membership, host: str) -> dict[str, Any]:
    account = membership.account
    return {
        "id": account.id,
        "name": account.name,
        "host": host,
        "role_label": membership.get_role_display(),
        "tint": account.id,
        "enter_url": reverse("account-enter", args=[account.slug]),
    }
