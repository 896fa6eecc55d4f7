"""`?limit=`, `?cursor=` and `?ordering=` of the API's lists, over keyset pages."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from hummdesk.errors import ValidationFailed
from hummdesk.keyset import KeysetPage, cursor_before, keyset_page

DEFAULT_LIMIT, MOST_LIMIT = 50, 200
# What a client may ask for → the columns that it means, as `keyset_page` takes them.
Orderings = Mapping[str, Sequence[str]]
BY_ID: Orderings = {"id": ()}


class KeysetPagination(BasePagination):
    """The answer is `{"results", "next", "previous"}`.

    A view that lets clients choose has `orderings`, the first of which is the default; one without lists by id,
    and so, ids being UUIDv7, oldest first. `ends_before`: the keys' values of the row before which the list ends,
    and which is read from there.
    """

    def __init__(
        self,
        *,
        ends_before: Sequence[Any] | None = None,
        read: Callable[[QuerySet[Any, Any]], list[Any]] = list,
    ) -> None:
        self.ends_before = ends_before
        self.read = read

    def paginate_queryset(  # type: ignore[override]  # lists that are no queryset have no keys
        self, queryset: QuerySet[Any, Any], request: Request, view: Any = None
    ) -> list[Any]:
        """Return the page's rows. See `keyset_page`. Raises: ValidationFailed for a forged cursor, limit, ordering."""
        self.request = request
        orderings: Orderings = getattr(view, "orderings", BY_ID)
        ordering = _chosen_ordering(request, orderings)
        self.found: KeysetPage[Any] = keyset_page(
            queryset,
            orderings[ordering],
            limit=_limit(request),
            cursor=request.query_params.get("cursor", "") or self._end(ordering),
            ordering=ordering,
            read=self.read,
        )
        return list(self.found.rows)

    def get_paginated_response(self, data: Any) -> Response:
        """Return the answer's envelope."""
        is_end = self.ends_before is not None and not self.request.query_params.get("cursor")
        following = None if is_end else self._link(self.found.next_cursor)
        preceding = self._link(self.found.previous_cursor)
        return Response({"results": data, "next": following, "previous": preceding})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Return the envelope for the OpenAPI document."""
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["results", "next", "previous"],
            "properties": {"results": schema, "next": link, "previous": link},
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """Return the query parameters for the OpenAPI document."""
        limit = {"type": "integer", "minimum": 1, "maximum": MOST_LIMIT, "default": DEFAULT_LIMIT}
        parameters = [_parameter("limit", limit), _parameter("cursor", {"type": "string"})]
        names = list(getattr(view, "orderings", BY_ID))
        if len(names) > 1:
            parameters.append(_parameter("ordering", {"type": "string", "enum": names, "default": names[0]}))
        return parameters

    def _end(self, ordering: str) -> str:
        return "" if self.ends_before is None else cursor_before(self.ends_before, ordering=ordering)

    def _link(self, cursor: str | None) -> str | None:
        return replace_query_param(self.request.build_absolute_uri(), "cursor", cursor) if cursor else None


def _parameter(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema}


def _limit(request: Request) -> int:
    asked = request.query_params.get("limit", "")
    if not asked:
        return DEFAULT_LIMIT
    if not (asked.isascii() and asked.isdigit() and len(asked) < 10 and int(asked)):
        raise ValidationFailed(errors={"limit": [f"Use a whole number from 1 to {MOST_LIMIT}."]})
    return min(int(asked), MOST_LIMIT)


def _chosen_ordering(request: Request, orderings: Orderings) -> str:
    asked = request.query_params.get("ordering") or next(iter(orderings))
    if asked not in orderings:
        raise ValidationFailed(errors={"ordering": [f"Use one of: {', '.join(orderings)}."]})
    return asked
