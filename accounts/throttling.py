"""Rate limits of the API: fixed windows, counted in Redis.

The limit that is nearest to its end is put on the request as `rate_limit = (limit, remaining, reset)`, with `reset`
in seconds since the epoch, for the `X-RateLimit-` headers.
"""

import math
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.settings import api_settings
from rest_framework.throttling import BaseThrottle

from accounts.client_address import client_address
from accounts.models import User
from accounts.token_secrets import hash_of
from hummdesk.logs import logger
from hummdesk.tenancy.context import current_schema, is_platform, platform_context

if TYPE_CHECKING:  # views read this module's classes while they load
    from rest_framework.views import APIView

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class WindowThrottle(BaseThrottle):
    """Counts requests by key in windows of the scope's rate; without Redis it lets everybody through, and logs it."""

    scope: ClassVar[str]

    def keys(self, request: Request) -> Iterable[str]:
        """Return what is counted; any one of them over the limit refuses the request."""
        raise NotImplementedError

    def allow_request(self, request: Request, view: "APIView") -> bool:
        """Return whether the request is within the limit, and note how much of it is left."""
        limit, window_s = _rate(self.scope)
        window = int(time.time() // window_s)
        self.reset_epoch_s = (window + 1) * window_s
        try:
            used = max((self._count(key, window, window_s) for key in self.keys(request)), default=0)
        except (RedisError, OSError) as error:
            logger.warning("throttle_without_redis", scope=self.scope, error=type(error).__name__)
            return True
        if used:
            _note(request, limit=limit, remaining=max(limit - used, 0), reset_epoch_s=self.reset_epoch_s)
        return used <= limit

    def _count(self, key: str, window: int, window_s: int) -> int:
        """Return how often the key was counted in this window, this time included."""
        cache_key = f"throttle:{self.scope}:{key}:{window}"
        if cache.add(cache_key, 1, timeout=window_s + 1):
            return 1
        try:
            return int(cache.incr(cache_key))
        except ValueError:  # it expired just now
            return 1

    def wait(self) -> float:
        """Return the seconds until the window ends."""
        return max(math.ceil(self.reset_epoch_s - time.time()), 1)


class UserThrottle(WindowThrottle):
    """What one user may ask of one account; a visitor counts by address."""

    scope = "user"

    def keys(self, request: Request) -> Iterable[str]:
        """Return the user within the schema in force."""
        user: User | AnonymousUser | None = request.user  # None as UNAUTHENTICATED_USER says
        visitor = str(user.pk) if user is not None and user.is_authenticated else client_address(request._request)
        return (f"{current_schema()}:{visitor}",)


class AccountThrottle(WindowThrottle):
    """What all users of one account may ask together; the platform has no such limit."""

    scope = "account"

    def keys(self, request: Request) -> Iterable[str]:
        """Return the schema in force."""
        return () if is_platform() else (current_schema(),)


class TokenThrottle(WindowThrottle):
    """Attempts to sign in, by address and by e-mail, over all hosts together: another host gives no new attempts."""

    scope = "token"

    def keys(self, request: Request) -> Iterable[str]:
        """Return the client's address, and the e-mail that it names."""
        named = request.data.get("email") if isinstance(request.data, dict) else None
        address = f"address:{client_address(request._request)}"
        return (address, f"email:{hash_of(named.strip().lower())}") if isinstance(named, str) else (address,)

    def allow_request(self, request: Request, view: "APIView") -> bool:
        """Count outside of any account, since cache keys carry the schema in force."""
        with platform_context():
            return super().allow_request(request, view)


def _rate(scope: str) -> tuple[int, int]:
    count, _slash, period = str(api_settings.DEFAULT_THROTTLE_RATES[scope]).partition("/")
    return int(count), _SECONDS[period[0]]


def _note(request: Request, *, limit: int, remaining: int, reset_epoch_s: int) -> None:
    http: Any = request._request
    noted = getattr(http, "rate_limit", None)
    if noted is None or remaining < noted[1]:
        http.rate_limit = (limit, remaining, reset_epoch_s)
