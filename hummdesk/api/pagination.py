"""Pages of lists by keyset: stable while rows change, and no list is counted."""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.core.exceptions import FieldDoesNotExist
from django.core.exceptions import ValidationError as FieldError
from django.db.models import F, Model, Q, QuerySet
from django.utils.timezone import is_naive
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from hummdesk.errors import ValidationFailed

DEFAULT_LIMIT, MOST_LIMIT = 50, 200
# What a client may ask for → the columns that it means, `-` for descending. The row's id always breaks ties.
Orderings = Mapping[str, Sequence[str]]
BY_ID: Orderings = {"id": ()}


class _Key(NamedTuple):
    """A column to order by: a field of the model or an annotation; rows without a value come last."""

    name: str
    is_descending: bool
    is_nullable: bool

    def order(self, *, backwards: bool) -> Any:
        descends = self.is_descending != backwards
        if not self.is_nullable:
            return F(self.name).desc() if descends else F(self.name).asc()
        nulls = {"nulls_first": True} if backwards else {"nulls_last": True}
        return F(self.name).desc(**nulls) if descends else F(self.name).asc(**nulls)

    def beyond(self, value: Any, *, backwards: bool) -> Q:
        """Return the condition of standing after this value, in the direction of reading."""
        if value is None:
            return Q(**{f"{self.name}__isnull": False}) if backwards else Q(pk__in=[])
        lookup = "lt" if self.is_descending != backwards else "gt"
        after = Q(**{f"{self.name}__{lookup}": value})
        return after | Q(**{self.name: None}) if self.is_nullable and not backwards else after

    def same(self, value: Any) -> Q:
        return Q(**{self.name: value})

    def bound(self, value: Any, *, backwards: bool) -> Q:
        """Return what `same` and `beyond` have in common, by which an index finds the page's beginning."""
        if self.is_nullable:
            return Q()
        return Q(**{f"{self.name}__{'lte' if self.is_descending != backwards else 'gte'}": value})


@dataclass(frozen=True)
class _Cursor:
    """Where a page begins: after these values, or before them when reading backwards."""

    ordering: str
    backwards: bool
    values: Sequence[Any]

    def encode(self) -> str:
        words = [self.ordering, int(self.backwards), *map(_as_json, self.values)]
        return base64.urlsafe_b64encode(json.dumps(words, separators=(",", ":")).encode()).decode().rstrip("=")


class KeysetPagination(BasePagination):
    """`?limit=`, `?cursor=` and `?ordering=`; the answer is `{"results", "next", "previous"}`.

    A view that lets clients choose has `orderings`, the first of which is the default; one without lists by id,
    and so, ids being UUIDv7, oldest first.
    """

    def paginate_queryset(  # type: ignore[override]  # lists that are no queryset have no keys
        self, queryset: QuerySet[Any], request: Request, view: Any = None
    ) -> list[Any]:
        """Return the page's rows. One query. Raises: ValidationFailed for a forged cursor, limit or ordering."""
        self.request = request
        orderings: Orderings = getattr(view, "orderings", BY_ID)
        self.ordering = _chosen_ordering(request, orderings)
        self.keys = _keys(queryset, orderings[self.ordering])
        limit = _limit(request)
        cursor = _decoded(request.query_params.get("cursor", ""), self.ordering, self.keys, queryset)
        backwards = cursor is not None and cursor.backwards
        rows = list(_after(queryset, self.keys, cursor)[: limit + 1])
        has_more = len(rows) > limit
        rows = rows[:limit][:: -1 if backwards else 1]
        self.has_next = bool(rows) and (has_more or backwards)
        self.has_previous = bool(rows) and (has_more if backwards else cursor is not None)
        self.rows = rows
        return rows

    def get_paginated_response(self, data: Any) -> Response:
        """Return the answer's envelope."""
        following = self._link(self.rows[-1], backwards=False) if self.has_next else None
        preceding = self._link(self.rows[0], backwards=True) if self.has_previous else None
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

    def _link(self, row: Model, *, backwards: bool) -> str:
        values = [getattr(row, key.name) for key in self.keys]
        cursor = _Cursor(self.ordering, backwards, values).encode()
        return replace_query_param(self.request.build_absolute_uri(), "cursor", cursor)


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


def _keys(queryset: QuerySet[Any], columns: Sequence[str]) -> Sequence[_Key]:
    """Return the columns and the primary key, which follows the direction of the first."""
    descends = bool(columns) and columns[0].startswith("-")
    keys = [_Key(name.removeprefix("-"), name.startswith("-"), _is_nullable(queryset, name)) for name in columns]
    return [*keys, _Key(_primary_key(queryset).attname, descends, is_nullable=False)]


def _primary_key(queryset: QuerySet[Any]) -> Any:
    return queryset.model._meta.pk


def _is_nullable(queryset: QuerySet[Any], column: str) -> bool:
    try:
        return bool(queryset.model._meta.get_field(column.removeprefix("-")).null)
    except FieldDoesNotExist:
        return False


def _after(queryset: QuerySet[Any], keys: Sequence[_Key], cursor: _Cursor | None) -> QuerySet[Any]:
    backwards = cursor is not None and cursor.backwards
    ordered = queryset.order_by(*(key.order(backwards=backwards) for key in keys))
    if cursor is None:
        return ordered
    condition = Q(pk__in=[])
    for key, value in reversed(list(zip(keys, cursor.values, strict=True))):
        condition = key.beyond(value, backwards=backwards) | (key.same(value) & condition)
    return ordered.filter(keys[0].bound(cursor.values[0], backwards=backwards), condition)


def _decoded(word: str, ordering: str, keys: Sequence[_Key], queryset: QuerySet[Any]) -> _Cursor | None:
    if not word:
        return None
    try:
        padded = word + "=" * (-len(word) % 4)
        name, backwards, *values = json.loads(base64.urlsafe_b64decode(padded.encode("ascii")), parse_constant=int)
        if name != ordering or backwards not in (0, 1) or len(values) != len(keys):
            raise ValueError(name)
        typed = [_typed(queryset, key, value) for key, value in zip(keys, values, strict=True)]
    except (ValueError, TypeError, RecursionError, binascii.Error, FieldError) as error:
        text = "This cursor is not one of ours, or belongs to another ordering."
        raise ValidationFailed(errors={"cursor": [text]}) from error
    return _Cursor(name, bool(backwards), typed)


def _typed(queryset: QuerySet[Any], key: _Key, value: Any) -> Any:
    """Return a cursor's value as its column's type. Raises: ValueError, FieldError for one that cannot be."""
    if value is None and key.is_nullable:
        return None
    if not isinstance(value, str | int | float) or "\x00" in str(value):
        raise ValueError(value)
    annotation = queryset.query.annotations.get(key.name)
    field = annotation.output_field if annotation is not None else queryset.model._meta.get_field(key.name)
    typed = field.to_python(value)
    if isinstance(typed, datetime) and is_naive(typed):
        raise ValueError(value)
    return typed


def _as_json(value: Any) -> Any:
    return value if value is None or isinstance(value, str | int | float) else str(value)
