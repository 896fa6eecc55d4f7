"""Rate limits of the API: fixed windows, counted in Redis.

The limit that is nearest to its end is put on the request as `rate_limit = (limit, remaining, reset)`, with `reset`
in seconds since the epoch, for the `X-RateLimit-` headers.
"""

import math
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from rest_framework.request import Request
from rest_framework.settings import api_settings
from rest_framework.throttling import BaseThrottle

from accounts.client_address import client_address
from accounts.models import User
from accounts.token_secrets import hash_of
from hummdesk.cache import ForgivingRedisCache
from hummdesk.tenancy.context import current_schema, is_platform, platform_context

if TYPE_CHECKING:  # views read this module's classes while they load
    from rest_framework.views import APIView

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


@dataclass(frozen=True)
class _Window:
    """What is counted, and until when (seconds since the epoch)."""

    key: str
    limit: int
    length_s: int
    reset_epoch_s: int


class WindowThrottle(BaseThrottle):
    """Counts requests in windows of the scopes' rates, all of them in one call of Redis, without which nobody is
    refused.
    """

    def counted(self, request: Request) -> Iterable[tuple[str, str]]:
        """Return (scope, key) of what is counted; any one of them over its limit refuses the request."""
        raise NotImplementedError

    def allow_request(self, request: Request, view: "APIView") -> bool:
        """Return whether the request is within the limits, and note how much of the nearest one is left."""
        windows = [_window(scope, key) for scope, key in self.counted(request)]
        # Django hands the cache out by a proxy, of whose methods type checkers know those of all caches only.
        ours: ForgivingRedisCache = cache  # type: ignore[assignment]
        counts = ours.count({window.key: window.length_s + 1 for window in windows})
        used = list(zip(windows, counts, strict=True))
        for window, count in used:
            _note(request, window, count)
        spent = [window.reset_epoch_s for window, count in used if count > window.limit]
        self.reset_epoch_s = max(spent, default=0)
        return not spent

    def wait(self) -> float:
        """Return the seconds until the windows that are spent have ended."""
        return max(math.ceil(self.reset_epoch_s - time.time()), 1)


class ApiThrottle(WindowThrottle):
    """What one user (a visitor: one address) may ask of one account, and what all users of one may ask together;
    the platform has no such limit.
    """

    def counted(self, request: Request) -> Iterable[tuple[str, str]]:
        """Return the user within the schema in force, and the schema."""
        user: User | AnonymousUser | None = request.user  # None as UNAUTHENTICATED_USER says
        visitor = str(user.pk) if user is not None and user.is_authenticated else client_address(request._request)
        yield "user", f"{current_schema()}:{visitor}"
        if not is_platform():
            yield "account", current_schema()


class InboundThrottle(WindowThrottle):
    """Mail that is handed in, by the address it comes from: of one that is unsigned, no more is known."""

    def counted(self, request: Request) -> Iterable[tuple[str, str]]:
        """Return the client's address."""
        yield "inbound", client_address(request._request)


class SurveyThrottle(WindowThrottle):
    """Answers to surveys, by the address that they come from: nobody tries tokens out."""

    def counted(self, request: Request) -> Iterable[tuple[str, str]]:
        """Return the client's address."""
        yield "csat", client_address(request._request)


class TokenThrottle(WindowThrottle):
    """Attempts to sign in, by address and by e-mail, over all hosts together: another host gives no new attempts."""

    def counted(self, request: Request) -> Iterable[tuple[str, str]]:
        """Return the client's address, and the e-mail that it names."""
        yield "token", f"address:{client_address(request._request)}"
        named = request.data.get("email") if isinstance(request.data, dict) else None
        if isinstance(named, str):
            yield "token", f"email:{hash_of(named.strip().lower())}"

    def allow_request(self, request: Request, view: "APIView") -> bool:
        """Count outside of any account, since cache keys carry the schema in force."""
        with platform_context():
            return super().allow_request(request, view)


def _rate(scope: str) -> tuple[int, int]:
    count, _slash, period = str(api_settings.DEFAULT_THROTTLE_RATES[scope]).partition("/")
    return int(count), _SECONDS[period[0]]


def _window(scope: str, key: str) -> _Window:
    limit, length_s = _rate(scope)
    number = int(time.time() // length_s)
    return _Window(f"throttle:{scope}:{key}:{number}", limit, length_s, (number + 1) * length_s)


def _note(request: Request, window: _Window, used: int) -> None:
    http: Any = request._request
    noted = getattr(http, "rate_limit", None)
    remaining = max(window.limit - used, 0)
    if used and (noted is None or remaining < noted[1]):
        http.rate_limit = (window.limit, remaining, window.reset_epoch_s)
