"""What every API view is: an `ApiView`, or a view of DRF's with `ApiBehaviour` before it."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers, set_response_etag
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from hummdesk.api.idempotency import answer_once, idempotency_key
from hummdesk.api.pagination import KeysetPagination, Orderings
from hummdesk.api.serializers import InputSerializer
from hummdesk.errors import PayloadTooLarge, ValidationFailed

JSON_MAX_BYTES = 2 * 1024 * 1024
_LIST_PARAMETERS = frozenset({"limit", "cursor", "ordering"})


class ApiBehaviour(APIView):
    """Limits of the request, idempotency, ETags and rate-limit headers, before a view's own work.

    `max_body_bytes` is the largest body. `keeps_answers` is off where an answer is a secret, which
    Idempotency-Key would store. `orderings` names what a list can be ordered by (see `KeysetPagination`).
    """

    max_body_bytes: ClassVar[int] = JSON_MAX_BYTES
    keeps_answers: ClassVar[bool] = True

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse what no view takes; then DRF's checks; then put idempotency around a POST with a key."""
        _measure_body(request._request)
        _refuse_oversize(request, self.max_body_bytes)
        _refuse_nul(request)
        super().initial(request, *args, **kwargs)
        user_id = getattr(request.user, "pk", None)
        if request.method == "POST" and user_id and self.keeps_answers and (key := idempotency_key(request._request)):
            self._answer_once(user_id, key)

    def _answer_once(self, user_id: Any, key: str) -> None:
        handler = getattr(self, "post", None)
        if handler is None:
            return

        def post(request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
            return answer_once(
                request._request,
                user_id=user_id,
                key=key,
                answer=lambda: self._rendered(handler, request, args, kwargs),
            )

        # DRF looks its handler up on the instance, after `initial`.
        setattr(self, "post", post)  # noqa: B010

    def _rendered(self, handler: Any, request: Request, args: Any, kwargs: Any) -> HttpResponseBase:
        """Return the handler's answer ready to be stored, or that to its error, whose changes are undone."""
        try:
            with transaction.atomic():
                response = handler(request, *args, **kwargs)
        except Exception as error:  # DRF's dispatch would do the same, outside of the transaction
            response = self.handle_exception(error)
        response = self.finalize_response(request, response, *args, **kwargs)
        return response.render() if isinstance(response, Response) else response

    def finalize_response(  # type: ignore[override]  # it takes and gives any of Django's answers
        self, request: Request, response: HttpResponseBase, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        """Add what every answer carries."""
        response = super().finalize_response(request, response, *args, **kwargs)  # type: ignore[arg-type]
        patch_cache_control(response, private=True, no_cache=True)
        patch_vary_headers(response, ["Authorization", "Cookie"])
        _add_rate_limit(request._request, response)
        if request.method in ("GET", "HEAD") and response.status_code == 200 and isinstance(response, Response):
            response.add_post_render_callback(lambda rendered: _conditional(request._request, rendered))
        return response

    def page(
        self,
        queryset: QuerySet[Any],
        serializer: type[BaseSerializer[Any]],
        *,
        read: Callable[[QuerySet[Any]], list[Any]] = list,
        ends_before: Sequence[Any] | None = None,
        **context: Any,
    ) -> Response:
        """Return one page of a list, each row by the serializer. One query, besides what the serializer makes.

        `read` makes the rows of the page's queryset where its own won't do; for `ends_before` see the paginator.
        """
        paginator = KeysetPagination(read=read, ends_before=ends_before)
        rows = paginator.paginate_queryset(queryset, self.request, self)
        data = serializer(rows, many=True, context={"request": self.request, "view": self, **context}).data
        return paginator.get_paginated_response(data)

    def body(self, serializer: type[InputSerializer], *, partial: bool = False) -> dict[str, Any]:
        """Return the body's fields, checked. Raises what becomes 400, 415 and 422."""
        bound = serializer(data=self.request.data, partial=partial, context={"request": self.request, "view": self})
        bound.is_valid(raise_exception=True)
        return dict(bound.validated_data)

    def filters(self, serializer: type[InputSerializer]) -> dict[str, Any]:
        """Return the query's filters, checked; those of paging are left out, and those that a form leaves empty.

        Raises what becomes 422.
        """
        given = self.request.query_params
        bound = serializer(data={}, context={"request": self.request, "view": self})
        lists = {name for name, field in bound.fields.items() if hasattr(field, "child")}
        # Set afterwards, since making the fields takes longer than checking them.
        bound.initial_data = {
            name: given.getlist(name) if name in lists else given[name]
            for name in given
            if name not in _LIST_PARAMETERS and (name not in bound.fields or any(given.getlist(name)))
        }
        bound.is_valid(raise_exception=True)
        return dict(bound.validated_data)


class ApiView(ApiBehaviour):
    """A call of the API that is written out, method by method."""

    orderings: ClassVar[Orderings]


def _measure_body(request: HttpRequest) -> None:
    """DRF takes a body without Content-Length, as a chunked one is, for an empty one. Raises: RequestDataTooBig."""
    if not request.META.get("CONTENT_LENGTH"):
        request.META["CONTENT_LENGTH"] = str(len(request.body))


def _refuse_oversize(request: Request, most_bytes: int) -> None:
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isascii() and length.isdigit() and int(length) > most_bytes:
        raise PayloadTooLarge(f"The body may have at most {most_bytes} bytes.")


def _refuse_nul(request: Request) -> None:
    for name, values in request.query_params.lists():
        if any("\x00" in text for text in (name, *values)):
            raise ValidationFailed(errors={name.replace("\x00", ""): ["NUL characters are not taken."]})


def _add_rate_limit(request: HttpRequest, response: HttpResponseBase) -> None:
    """The limit that the throttles noted as (limit, remaining, epoch seconds of the reset)."""
    noted: Sequence[int] | None = getattr(request, "rate_limit", None)
    if noted:
        for name, value in zip(("Limit", "Remaining", "Reset"), noted, strict=True):
            response[f"X-RateLimit-{name}"] = str(value)


def _conditional(request: HttpRequest, response: HttpResponse) -> HttpResponseBase | None:
    set_response_etag(response)
    return get_conditional_response(request, etag=response["ETag"], response=response)
