"""Each request has an id: the client's, or a new one; it is returned and stands on every log line."""

import re
from collections.abc import Callable

import structlog
import uuid7
from django.http import HttpRequest, HttpResponse

_ACCEPTED = re.compile(r"[A-Za-z0-9._-]{1,64}")


def request_id_of(request: HttpRequest) -> str:
    """Return the id that RequestIdMiddleware gave this request."""
    return getattr(request, "request_id", "")


def accepted_request_id(offered: str) -> str:
    """Return the id that a client offers when it is short and harmless, else a new UUIDv7."""
    return offered if _ACCEPTED.fullmatch(offered) else str(uuid7.create())


class RequestIdMiddleware:
    """Names each request by its `X-Request-ID`, or by a new one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        offered = request.headers.get("X-Request-ID", "")
        request_id = accepted_request_id(offered)
        request.request_id = request_id  # type: ignore[attr-defined]
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            response = self.get_response(request)
        response["X-Request-ID"] = request_id
        return response
