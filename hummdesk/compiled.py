"""Queries that every request makes, put into SQL once: building and compiling one takes several times its run."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from random import getrandbits
from typing import Any, Generic, TypeVar
from uuid import UUID, uuid4

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Model, QuerySet
from django.db.models.expressions import DatabaseDefault, Expression
from django.db.models.query import get_related_populators

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class _Compiled:
    """SQL with its parameters, and how a row becomes objects, as Django's own iteration does it."""

    sql: str
    params: Sequence[Any]
    compiler: Any
    converters: Any
    populators: Sequence[Any]
    columns: slice
    names: Sequence[str]


class CompiledSql:
    """SQL with its parameters, made at its first use and kept by the process, for standing in other SQL.

    `build` returns the queryset for its ids, each of which must stand in it as it is given.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]], count: int) -> None:
        self._build = build
        self._stand_ins = [uuid4() for _ in range(count)]

    def given(self, *ids: UUID) -> tuple[str, list[Any]]:
        """Return the SQL and its parameters for these ids. Raises: EmptyResultSet."""
        sql, params = self._compiled
        given = dict(zip(self._stand_ins, ids, strict=True))
        return sql, [given.get(param, param) if isinstance(param, UUID) else param for param in params]

    def correlated(self, column: str, *ids: UUID) -> tuple[str, list[Any]]:
        """Return the same, where a column of the SQL around it stands for the last id."""
        sql, params = self._compiled
        pieces, outer = sql.split("%s"), self._stand_ins[-1]
        signs = [column if param == outer else "%s" for param in params]
        text = "".join(piece + sign for piece, sign in zip(pieces, [*signs, ""], strict=True))
        given = dict(zip(self._stand_ins[:-1], ids, strict=True))
        inner = [param for param in params if param != outer]
        return text, [given.get(param, param) if isinstance(param, UUID) else param for param in inner]

    @cached_property
    def _compiled(self) -> tuple[str, Sequence[Any]]:
        sql, params = self._build(*self._stand_ins).query.sql_with_params()
        return str(sql), list(params)


def _stand_in(kind: type[UUID] | type[str] | type[int]) -> UUID | str | int:
    """Return a value that nothing else in a query has."""
    if kind is int:
        return getrandbits(29) + 2**29
    return uuid4() if kind is UUID else uuid4().hex


class CompiledLookup(Generic[M]):
    """A query for one row by ids, texts or numbers, whose SQL is made at its first use and kept by the process.

    With `takes_all` it is one for all rows, in their order. `build` returns the queryset for its parameters, each of
    which must stand in it as it is given; joins by `select_related` and annotations are kept. Not for queries that
    change with what their parameters hold.
    """

    def __init__(
        self, build: Callable[..., QuerySet[M]], *kinds: type[UUID] | type[str] | type[int], takes_all: bool = False
    ) -> None:
        self._build = build
        self._takes_all = takes_all
        self._stand_ins = [_stand_in(kind) for kind in kinds]

    def first(self, *values: UUID | str | int) -> M | None:
        """Return the first row as an object, or None. One query."""
        return next(iter(self.all(*values)), None)

    def all(self, *values: UUID | str | int) -> list[M]:
        """Return the rows as objects: all where it `takes_all`, else the first. One query."""
        compiled = self._compiled
        given = dict(zip(self._stand_ins, values, strict=True))
        with connection.cursor() as cursor:
            cursor.execute(compiled.sql, [_given(given, param) for param in compiled.params])
            rows = cursor.fetchall()
        return [self._object(compiled, row) for row in rows]

    @cached_property
    def _compiled(self) -> _Compiled:
        queryset = self._build(*self._stand_ins)
        rows = queryset if self._takes_all else queryset.order_by()[:1]
        compiler: Any = rows.query.get_compiler(DEFAULT_DB_ALIAS)
        sql, params = compiler.as_sql()
        missing = [stand_in for stand_in in self._stand_ins if stand_in not in params]
        if missing:
            raise ValueError(f"{len(missing)} parameters do not stand in the query as they were given.")
        columns = compiler.klass_info["select_fields"]
        span = slice(columns[0], columns[-1] + 1)
        return _Compiled(
            sql,
            params,
            compiler,
            compiler.get_converters([column for column, _sql, _alias in compiler.select]),
            # The stubs know the signature of a later Django.
            get_related_populators(compiler.klass_info, compiler.select, DEFAULT_DB_ALIAS),  # type: ignore[call-arg]
            span,
            [column.target.attname for column, _sql, _alias in compiler.select[span]],
        )

    @staticmethod
    def _object(compiled: _Compiled, row: Sequence[Any]) -> M:
        compiler = compiled.compiler
        row = next(iter(compiler.apply_converters([row], compiled.converters)))
        model = compiler.klass_info["model"]
        found: M = model.from_db(DEFAULT_DB_ALIAS, compiled.names, row[compiled.columns])
        for populator in compiled.populators:
            populator.populate(row, found)
        for name, position in compiler.annotation_col_map.items():
            setattr(found, name, row[position])
        return found


def _given(given: Mapping[UUID | str | int, UUID | str | int], param: Any) -> Any:
    """Return what stands for a parameter; lists stand for themselves."""
    return param if isinstance(param, list) else given.get(param, param)


class OftenInserted(Model):
    """A model whose INSERT is put into SQL once: to build it takes Django longer than PostgreSQL takes to do it."""

    class Meta:
        abstract = True

    def _do_insert(self, manager: Any, using: str, fields: Any, returning_fields: Any, raw: bool) -> Any:
        """Return the columns that the database has filled in, as Django's own does, which leaves saving to this."""
        values = [field.get_db_prep_save(field.pre_save(self, add=True), connection) for field in fields]
        computed = tuple(place for place, value in enumerate(values) if isinstance(value, Expression))
        if raw or any(not isinstance(values[place], DatabaseDefault) for place in computed):
            return super()._do_insert(manager, using, fields, returning_fields, raw)  # type: ignore[misc]  # private
        with connection.cursor() as cursor:
            cursor.execute(
                _insert_sql(type(self), computed), [value for value in values if not isinstance(value, Expression)]
            )
            return cursor.fetchall() if returning_fields else []


@cache
def _insert_sql(model: type[Model], computed: tuple[int, ...]) -> str:
    """Return the INSERT of one row, in which the database computes the fields at these places."""
    meta: Any = model._meta
    fields = [field for field in meta.local_concrete_fields if not field.generated]
    quote = connection.ops.quote_name
    values = ["DEFAULT" if place in computed else _placeholder(field) for place, field in enumerate(fields)]
    returned = ", ".join(quote(field.column) for field in meta.db_returning_fields)
    sql = (
        f"INSERT INTO {quote(meta.db_table)} ({', '.join(quote(field.column) for field in fields)})"  # noqa: S608
        f" VALUES ({', '.join(values)})"
    )
    return f"{sql} RETURNING {returned}" if returned else sql


def _placeholder(field: Any) -> str:
    return str(field.get_placeholder(None, None, connection)) if hasattr(field, "get_placeholder") else "%s"
