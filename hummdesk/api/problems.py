"""Every error of the API as a problem document (RFC 9457); no answer shows a trace."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.exceptions import ValidationError as FieldError
from django.core.signals import got_request_exception
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext_lazy as _
from psycopg.errors import ForeignKeyViolation
from rest_framework import exceptions as drf
from rest_framework.settings import api_settings
from rest_framework.views import APIView

from hummdesk import errors
from hummdesk.logs import logger
from hummdesk.problems import PROBLEM_TYPE, problem_document, problem_json

_SAME_AS_OURS: tuple[tuple[type[Exception], type[errors.DomainError]], ...] = (
    (drf.ParseError, errors.ParseFailed),
    (drf.AuthenticationFailed, errors.NotAuthenticated),
    (drf.NotAuthenticated, errors.NotAuthenticated),
    (drf.PermissionDenied, errors.PermissionDenied),
    (PermissionDenied, errors.PermissionDenied),
    (drf.NotFound, errors.NotFound),
    (Http404, errors.NotFound),
    (drf.UnsupportedMediaType, errors.UnsupportedMediaType),
    (RequestDataTooBig, errors.PayloadTooLarge),
    (SuspiciousOperation, errors.ParseFailed),
)


_IS_GONE = _("Something that this names was deleted in this moment. Read it again.")
_METHOD_TITLE = _("This call does not take that method.")


def problem_response(error: Exception, context: Mapping[str, Any]) -> HttpResponse:
    """Return the problem document of whatever a view raised; REST_FRAMEWORK's EXCEPTION_HANDLER.

    An error that is not foreseen is logged and reported, and becomes a 500 without a word about its cause.
    """
    request: HttpRequest = context["request"]._request
    if isinstance(error, drf.APIException) and not _is_ours(error):
        return _of_framework(request, error)
    known = _as_domain_error(error)
    if known is None:
        return _unforeseen(request, error, context["view"])
    response = problem_json(request, known)
    if known.status == 401:
        response["WWW-Authenticate"] = getattr(error, "auth_header", None) or "Bearer"
    return response


def _as_domain_error(error: Exception) -> errors.DomainError | None:
    if isinstance(error, errors.DomainError):
        return error
    if isinstance(error, drf.ValidationError):
        return errors.ValidationFailed(errors=errors_by_field(error.detail))
    if isinstance(error, FieldError):
        by_field = error.message_dict if hasattr(error, "error_dict") else {_no_field(): error.messages}
        return errors.ValidationFailed(errors=by_field)
    if isinstance(error, IntegrityError) and isinstance(error.__cause__, ForeignKeyViolation):
        return errors.Conflict(_IS_GONE)  # it was there when the action looked
    for theirs, ours in _SAME_AS_OURS:
        if isinstance(error, theirs):
            return ours(_detail(error))
    return None


def _is_ours(error: drf.APIException) -> bool:
    return isinstance(error, (drf.ValidationError, *(theirs for theirs, _ours in _SAME_AS_OURS)))


def _detail(error: Exception) -> str | None:
    """Return what DRF says where it says more than the title; what Django's errors say is for logs."""
    if isinstance(error, drf.ParseError | drf.UnsupportedMediaType):
        return str(error.detail)
    return None


def _of_framework(request: HttpRequest, error: drf.APIException) -> HttpResponse:
    codes = error.get_codes()
    code = codes if isinstance(codes, str) else error.default_code
    # The default detail of this one is a template that is not filled in.
    title = _METHOD_TITLE if isinstance(error, drf.MethodNotAllowed) else error.default_detail
    document = problem_document(
        request, status=error.status_code, code=code, title=str(title), detail=str(error.detail)
    )
    response = JsonResponse(document, status=error.status_code, content_type=PROBLEM_TYPE)
    if isinstance(error, drf.Throttled):
        response["Retry-After"] = str(max(1, math.ceil(getattr(error, "wait", None) or 1)))
    return response


def _unforeseen(request: HttpRequest, error: Exception, view: APIView) -> HttpResponse:
    logger.error("api_call_failed", view=type(view).__name__, error=type(error).__name__, exc_info=error)
    got_request_exception.send(sender=type(view), request=request)
    return server_problem(request)


def server_problem(request: HttpRequest) -> HttpResponse:
    """Return the problem of a 500."""
    title = "Something went wrong on our side. Nothing was half-done."
    document = problem_document(request, status=500, code="server_error", title=title, detail=title)
    return JsonResponse(document, status=500, content_type=PROBLEM_TYPE)


def errors_by_field(detail: Any) -> dict[str, list[str]]:
    """Return DRF's nested details as field → sentences; inner fields are named `outer.inner`, rows `outer.0.inner`."""
    found: dict[str, list[str]] = {}
    for field, text in _flat(detail, ""):
        found.setdefault(field or _no_field(), []).append(text)
    return found


def _flat(detail: Any, field: str) -> Iterator[tuple[str, str]]:
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            own = field if name == _no_field() and field else f"{field}.{name}".lstrip(".")
            yield from _flat(inner, own)
    elif isinstance(detail, list | tuple):
        for number, inner in enumerate(detail):
            is_row = isinstance(inner, Mapping | list | tuple)
            yield from _flat(inner, f"{field}.{number}".lstrip(".") if is_row else field)
    else:
        yield field, str(detail)


def _no_field() -> str:
    return str(api_settings.NON_FIELD_ERRORS_KEY)
