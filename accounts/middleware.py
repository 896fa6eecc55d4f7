"""Who the signed-in user is in the host's account."""

from collections.abc import Awaitable, Callable

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.functional import SimpleLazyObject

from accounts.models import Membership
from accounts.queries import active_membership
from accounts.sessions import ais_bound_to, is_bound_to

Visitor = AbstractBaseUser | AnonymousUser


class MembershipMiddleware:
    """Makes `request.user` the user of a session of this host, and sets `request.membership`.

    A session cookie that was made on another host counts as signed out. Both are looked up on first use;
    the membership is falsy without an active one in the account in force.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        _keep_to_place(request)
        request.membership = SimpleLazyObject(lambda: _membership(request))  # type: ignore[attr-defined]
        return self.get_response(request)


class LanguageMiddleware:
    """Pages speak the language of the signed-in user, else the account's, else one that the browser asks for.

    Not the API, whose errors are in English: programs read them.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith("/api/"):
            return self.get_response(request)
        language = _language_of(request)
        with translation.override(language):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


def _language_of(request: HttpRequest) -> str:
    if request.user.is_authenticated:
        return request.user.language
    account = getattr(request, "account", None)
    return account.language if account is not None else translation.get_language_from_request(request)


def _keep_to_place(request: HttpRequest) -> None:
    """`user` and `auser()` are anonymous unless the session belongs to this place."""
    account = request.account  # type: ignore[attr-defined]
    user, auser = request.user, request.auser

    async def auser_of_place() -> Visitor:
        return await auser() if await ais_bound_to(request.session, account) else AnonymousUser()

    def user_of_place() -> Visitor:
        return user if is_bound_to(request.session, account) else AnonymousUser()

    bound_auser: Callable[[], Awaitable[Visitor]] = auser_of_place
    request.auser = bound_auser  # type: ignore[assignment]
    request.user = SimpleLazyObject(user_of_place)  # type: ignore[assignment]


def _membership(request: HttpRequest) -> Membership | None:
    account = getattr(request, "account", None)
    if account is None or not request.user.is_authenticated:
        return None
    here: Membership | None = getattr(request.user, "membership_here", None)
    if here is not None and here.account_id == account.pk:
        return here
    return active_membership(request.user, account)
