"""Pages of lists by keyset: stable while rows change, as cheap far down as at the top, and no list is counted."""

import base64
import binascii
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from django.core.exceptions import FieldDoesNotExist
from django.core.exceptions import ValidationError as FieldError
from django.db.models import F, Q, QuerySet
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan
from django.utils.timezone import is_naive

from hummdesk.errors import ValidationFailed

if TYPE_CHECKING:
    from django.db.models import Field

    _Field = Field[Any, Any]

Row = TypeVar("Row")


@dataclass(frozen=True)
class KeysetPage(Generic[Row]):
    """Rows in their order, and the cursors of the pages around them, None where there is none."""

    rows: Sequence[Row]
    next_cursor: str | None
    previous_cursor: str | None


class _Cursor(NamedTuple):
    """Where a page begins: after these values, or before them when reading backwards."""

    backwards: bool
    values: Sequence[Any]


def cursor_before(values: Sequence[Any], *, ordering: str) -> str:
    """Return the cursor of the page that ends right before a row with these values of the keys, the id last."""
    return _encoded(ordering, values, backwards=True)


def keyset_page(
    queryset: QuerySet[Any, Any],
    columns: Sequence[str],
    *,
    limit: int,
    cursor: str = "",
    ordering: str = "",
    read: Callable[[QuerySet[Any, Any]], list[Row]] = list,
) -> KeysetPage[Row]:
    """Return `limit` rows after the cursor, which holds for this `ordering` only.

    `read` makes rows of the ordered queryset where its own won't do.

    `columns` all go one way (`-` before each for descending), the row's id breaks ties; only the first may be
    null, and rows without it come last. Rows are instances or dicts that hold the columns and the id.
    One query, and a second where the rows without a first value begin. Raises: ValidationFailed for a forged cursor.
    """
    keys = _Keys.of(queryset, columns)
    begins = _decoded(cursor, ordering, keys)
    backwards = begins is not None and begins.backwards
    rows = _read(keys.ordered(queryset, backwards=backwards), keys.ranges(begins), limit + 1, read)
    has_more = len(rows) > limit
    rows = rows[:limit][:: -1 if backwards else 1]
    has_next = bool(rows) and (has_more or backwards)
    has_previous = bool(rows) and (has_more if backwards else begins is not None)
    return KeysetPage(
        rows,
        _encoded(ordering, keys.values(rows[-1]), backwards=False) if has_next else None,
        _encoded(ordering, keys.values(rows[0]), backwards=True) if has_previous else None,
    )


def _read(
    ordered: QuerySet[Any, Any], ranges: Sequence[Q], count: int, read: Callable[[QuerySet[Any, Any]], list[Row]]
) -> list[Row]:
    rows: list[Row] = []
    for condition in ranges:
        rows += read(ordered.filter(condition)[: count - len(rows)])
        if len(rows) == count:
            break
    return rows


def cursor_after(values: Sequence[Any], *, ordering: str) -> str:
    """Return the cursor of the page that begins right after a row with these values of the keys, the id last."""
    return _encoded(ordering, values, backwards=False)


@dataclass(frozen=True)
class _Keys:
    """The columns of an order, the id last, each with the field or annotation that knows its type."""

    fields: "Mapping[str, _Field]"
    is_descending: bool
    is_nullable: bool

    @classmethod
    def of(cls, queryset: QuerySet[Any, Any], columns: Sequence[str]) -> "_Keys":
        primary_key = queryset.model._meta.pk
        descends = bool(columns) and columns[0].startswith("-")
        if any(name.startswith("-") != descends for name in columns):
            raise ValueError(f"{columns} go different ways, which no index can follow.")
        fields = {name: _field(queryset, name) for name in (column.removeprefix("-") for column in columns)}
        is_nullable = bool(fields) and bool(getattr(next(iter(fields.values())), "null", False))
        return cls({**fields, primary_key.attname: primary_key}, descends, is_nullable)

    def ordered(self, queryset: QuerySet[Any, Row], *, backwards: bool) -> QuerySet[Any, Row]:
        first, *others = self.fields
        nulls = {f"nulls_{'first' if backwards else 'last'}": True} if self.is_nullable else {}
        if self._descends(backwards):
            return queryset.order_by(F(first).desc(**nulls), *(F(name).desc() for name in others))
        return queryset.order_by(F(first).asc(**nulls), *(F(name).asc() for name in others))

    def ranges(self, cursor: _Cursor | None) -> Sequence[Q]:
        """Return the conditions of standing after the cursor, in the order of reading; an index can follow each."""
        if cursor is None:
            return (Q(),)
        backwards, values = cursor
        first = next(iter(self.fields))
        if values[0] is None:
            rest = Q(**{f"{first}__isnull": True}) & self._beyond(values, 1, backwards)
            return (rest, Q(**{f"{first}__isnull": False})) if backwards else (rest,)
        rest = self._beyond(values, 0, backwards)
        return (rest, Q(**{f"{first}__isnull": True})) if self.is_nullable and not backwards else (rest,)

    def values(self, row: Any) -> list[Any]:
        """Return a row's values of the keys."""
        if isinstance(row, Mapping):
            return [row[name] for name in self.fields]
        return [getattr(row, name) for name in self.fields]

    def typed(self, values: Sequence[Any]) -> Iterator[Any]:
        """Yield a cursor's values as their columns' types. Raises: ValueError, FieldError."""
        for number, (field, value) in enumerate(zip(self.fields.values(), values, strict=True)):
            yield None if value is None and self.is_nullable and not number else _typed(field, value)

    def _beyond(self, values: Sequence[Any], start: int, backwards: bool) -> Q:
        # A comparison of rows, which PostgreSQL looks up in an index as it is.
        compare = TupleLessThan if self._descends(backwards) else TupleGreaterThan
        return Q(compare(Tuple(*map(F, list(self.fields)[start:])), tuple(values[start:])))

    def _descends(self, backwards: bool) -> bool:
        return self.is_descending != backwards


def _field(queryset: QuerySet[Any, Any], name: str) -> Any:
    annotation = queryset.query.annotations.get(name)
    if annotation is not None:
        return annotation.output_field
    try:
        return queryset.model._meta.get_field(name)
    except FieldDoesNotExist:  # the attribute of a foreign key, such as `company_id`
        return queryset.model._meta.get_field(name.removesuffix("_id"))


def _typed(field: "_Field", value: Any) -> Any:
    if not isinstance(value, str | int | float) or "\x00" in str(value):
        raise ValueError(value)
    str(value).encode()  # lone surrogates, which no database takes, are a ValueError here
    typed = field.to_python(value)
    if not isinstance(typed, datetime):
        return typed
    if is_naive(typed):
        raise ValueError(value)
    # In UTC, since PostgreSQL takes fewer offsets than Python does.
    return typed.astimezone(UTC)


def _encoded(ordering: str, values: Sequence[Any], *, backwards: bool) -> str:
    words = [ordering, int(backwards), *map(_as_json, values)]
    return base64.urlsafe_b64encode(json.dumps(words, separators=(",", ":")).encode()).decode().rstrip("=")


def _decoded(word: str, ordering: str, keys: _Keys) -> _Cursor | None:
    if not word:
        return None
    try:
        padded = word + "=" * (-len(word) % 4)
        name, backwards, *values = json.loads(base64.urlsafe_b64decode(padded.encode("ascii")), parse_constant=int)
        if name != ordering or backwards not in (0, 1) or len(values) != len(keys.fields):
            raise ValueError(name)
        return _Cursor(bool(backwards), list(keys.typed(values)))
    except (ValueError, TypeError, OverflowError, RecursionError, binascii.Error, FieldError) as error:
        text = "This cursor is not one of ours, or belongs to another ordering."
        raise ValidationFailed(errors={"cursor": [text]}) from error


def _as_json(value: Any) -> Any:
    return value if value is None or isinstance(value, str | int | float) else str(value)
