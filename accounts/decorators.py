"""What a view of an account's pages begins with."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from accounts.access import require_member
from accounts.models import Account, Membership, User
from hummdesk.errors import PermissionDenied

P = ParamSpec("P")


class MemberRequest(HttpRequest):
    """A request of a signed-in member, on the account's host."""

    account: Account
    membership: Membership
    user: User
    htmx: HtmxDetails


def member_required(
    view: Callable[Concatenate[MemberRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """The view runs for members only, in the reader's time zone; others are asked to sign in.

    Raises: NotAMember for a user who is signed in but has no active membership.
    """

    @wraps(view)
    def for_members(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _to_sign_in(request)
        request.membership = require_member(request)  # type: ignore[attr-defined]
        with timezone.override(_reader_zone(cast(MemberRequest, request))):
            return view(cast(MemberRequest, request), *args, **kwargs)

    return cast(Callable[Concatenate[HttpRequest, P], HttpResponseBase], for_members)


def operator_required(
    view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """The view runs for operators (super_admin) only; others are asked to sign in.

    Raises: PermissionDenied for a user who is signed in but is no operator.
    """

    @wraps(view)
    def for_operators(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _to_sign_in(request)
        if not request.user.is_superuser:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return cast(Callable[Concatenate[HttpRequest, P], HttpResponseBase], for_operators)


def _reader_zone(request: MemberRequest) -> ZoneInfo:
    return ZoneInfo(request.user.timezone or request.account.timezone)


def _page_of(htmx: HtmxDetails) -> str:
    """Return the path of the page that asked, `/` where its address is none."""
    try:
        return htmx.current_url_abs_path or "/"
    except ValueError:
        return "/"


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    htmx: HtmxDetails = request.htmx  # type: ignore[attr-defined]  # set by HtmxMiddleware
    back = request.get_full_path() if request.method == "GET" else "/"
    if htmx:
        back = _page_of(htmx)
    url = f"{reverse('account_login')}?{urlencode({'next': back})}"
    # A plain redirect would put the sign-in page into the fragment that was asked for.
    return HttpResponseClientRedirect(url) if htmx else HttpResponseRedirect(url)
