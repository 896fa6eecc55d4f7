"""Arriving on an account's host with a sign-in from the platform's."""

from allauth.account.adapter import get_adapter
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.actions.handover import redeem_handover


@require_GET
@never_cache
def handover(request: HttpRequest) -> HttpResponse:
    """Sign in by the token of the link, in a new session."""
    account = request.account  # type: ignore[attr-defined]
    if account is None:
        raise Http404
    membership = redeem_handover(request.GET.get("token", ""), account=account)
    # Nothing that somebody else left in this browser lives on.
    request.session.flush()
    get_adapter(request).login(request, membership.user)
    response = HttpResponseRedirect("/")
    response["Referrer-Policy"] = "no-referrer"
    return response
