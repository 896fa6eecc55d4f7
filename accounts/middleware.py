"""Who the signed-in user is in the host's account."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from accounts.models import Membership
from accounts.queries import active_membership


class MembershipMiddleware:
    """Sets `request.membership`, looked up on first use: falsy without an active one in the account in force."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.membership = SimpleLazyObject(lambda: _membership(request))  # type: ignore[attr-defined]
        return self.get_response(request)


def _membership(request: HttpRequest) -> Membership | None:
    account = getattr(request, "account", None)
    if account is None or not request.user.is_authenticated:
        return None
    return active_membership(request.user, account)


def activate_reader_timezone(request: HttpRequest) -> None:
    """Times on this page are in the reader's zone, else the account's."""
    zone = getattr(request.user, "timezone", "") or getattr(request.account, "timezone", "UTC")  # type: ignore[attr-defined]
    timezone.activate(ZoneInfo(zone))
