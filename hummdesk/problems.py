"""Errors as people see them: a page, or a problem document where an API was called (RFC 9457)."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from hummdesk.errors import DomainError, PermissionDenied
from hummdesk.request_id import request_id_of

PROBLEM_TYPE = "application/problem+json"
_PAGES = {400: "400", 403: "403", 404: "404", 429: "429"}


def problem_document(
    request: HttpRequest,
    *,
    status: int,
    code: str,
    title: str,
    detail: str,
    **more: Any,
) -> dict[str, Any]:
    """Return the members of an RFC 9457 problem, as API.md "Conventions" promises them."""
    return {
        "type": "about:blank",
        "title": title,
        "status": status,
        "code": code,
        "detail": detail,
        "request_id": request_id_of(request),
        **more,
    }


def problem_of(request: HttpRequest, error: DomainError) -> dict[str, Any]:
    """Return a DomainError as a problem document."""
    more = error.more | ({"errors": error.errors} if error.errors else {})
    return problem_document(
        request,
        status=error.status,
        code=error.code,
        title=str(error.title),
        detail=str(error.detail),
        **more,
    )


def problem_json(request: HttpRequest, error: DomainError) -> HttpResponse:
    """Return a DomainError as an HTTP answer in JSON."""
    return JsonResponse(problem_of(request, error), status=error.status, content_type=PROBLEM_TYPE)


def is_api_path(path: str) -> bool:
    """Return whether the caller is a program."""
    return path.startswith("/api/")


class ProblemMiddleware:
    """Renders DomainErrors that views raise; everything else is Django's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Return the page or problem of a DomainError."""
        if not isinstance(error, DomainError):
            return None
        if is_api_path(request.path):
            return problem_json(request, error)
        context = {"detail": error.detail, "request_id": request_id_of(request)}
        template = f"errors/{_PAGES.get(error.status, '400')}.html"
        return render(request, template, context, status=error.status)


def _answer(request: HttpRequest, status: int, code: str, title: str) -> HttpResponse:
    if is_api_path(request.path):
        document = problem_document(request, status=status, code=code, title=title, detail=title)
        return JsonResponse(document, status=status, content_type=PROBLEM_TYPE)
    return render(
        request,
        f"errors/{status}.html",
        {"request_id": request_id_of(request)},
        status=status,
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a request whose CSRF token is missing or wrong."""
    if is_api_path(request.path):
        return problem_json(
            request,
            PermissionDenied("The CSRF token is missing or wrong. Reload and try again."),
        )
    return _answer(request, 403, PermissionDenied.code, str(PermissionDenied.title))


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Handler 400."""
    return _answer(request, 400, "parse_error", "This could not be read.")


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Handler 403."""
    return _answer(request, 403, "permission_denied", "Your role does not allow this.")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Handler 404."""
    return _answer(request, 404, "not_found", "There is nothing here, or it is not yours to see.")


def server_error(request: HttpRequest) -> HttpResponse:
    """Handler 500: touches no database and shows no trace."""
    return _answer(
        request,
        500,
        "server_error",
        "Something went wrong on our side. Nothing you wrote is lost.",
    )
