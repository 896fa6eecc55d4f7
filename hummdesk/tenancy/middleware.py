"""Host → account: an account's domain, the platform's base domain, or a plain 404."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import set_urlconf
from django.utils.translation import gettext as _
from django_tenants.utils import get_tenant_domain_model

from hummdesk.compiled import CompiledLookup
from hummdesk.errors import NotFound
from hummdesk.problems import is_api_path, problem_json
from hummdesk.tenancy.context import enter_account, enter_platform

# Asked by load balancers, by address: they need no account.
HOSTLESS_PATHS = frozenset({"/api/health", "/api/ready"})
_LOCAL_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})


def host_name(host: str) -> str:
    """Return a Host header's name: lower case, without port and trailing dot."""
    name = host.lower()
    if not name.endswith("]"):
        name = name.rsplit(":", 1)[0] if ":" in name else name
    return name.rstrip(".")


def is_platform_host(name: str) -> bool:
    """Return whether this host name is the platform's own."""
    return name == settings.BASE_DOMAIN or (settings.DEBUG and name in _LOCAL_NAMES)


def account_of_host(name: str) -> Any | None:
    """Return the active account whose domain this is, or None. One query on the public schema."""
    domain: Any = _domains_by_name.first(name)
    if domain is None or not domain.tenant.is_active:
        return None
    return domain.tenant


def _by_name(name: str) -> QuerySet[Any]:
    domains: QuerySet[Any] = get_tenant_domain_model().objects.select_related("tenant").filter(domain=name)
    return domains


_domains_by_name = CompiledLookup(_by_name, str)


class AccountMiddleware:
    """Puts the host's account in force and sets `request.account` (None on the platform's host)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        enter_platform()
        try:
            return self._answer(request)
        finally:
            enter_platform()
            set_urlconf(None)

    def _answer(self, request: HttpRequest) -> HttpResponse:
        request.account = None  # type: ignore[attr-defined]
        # A quoted cookie may hold a NUL, which no database takes: such a one is none.
        request.COOKIES = {name: value for name, value in request.COOKIES.items() if "\x00" not in value}
        if request.path in HOSTLESS_PATHS:
            return self._on_platform(request)
        try:
            name = host_name(request.get_host())
        except DisallowedHost:
            return _unknown_host(request)
        if is_platform_host(name):
            return self._on_platform(request)
        account = account_of_host(name)
        if account is None:
            return _unknown_host(request)
        request.account = account  # type: ignore[attr-defined]
        enter_account(account)
        return self.get_response(request)

    def _on_platform(self, request: HttpRequest) -> HttpResponse:
        request.urlconf = settings.PUBLIC_SCHEMA_URLCONF
        set_urlconf(settings.PUBLIC_SCHEMA_URLCONF)
        return self.get_response(request)


def _unknown_host(request: HttpRequest) -> HttpResponse:
    if is_api_path(request.path):
        return problem_json(request, NotFound(_("No account lives at this host.")))
    return render(request, "errors/unknown_host.html", status=404)
