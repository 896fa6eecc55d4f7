"""Queries that every request makes, put into SQL once: building and compiling one takes several times its run."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from random import getrandbits
from typing import Any, Generic, TypeVar
from uuid import UUID, uuid4

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Model, QuerySet
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

    `build` returns the queryset for its parameters, each of which must stand in it as it is given; joins by
    `select_related` and annotations are kept. Not for queries that change with what their parameters hold.
    """

    def __init__(self, build: Callable[..., QuerySet[M]], *kinds: type[UUID] | type[str] | type[int]) -> None:
        self._build = build
        self._stand_ins = [_stand_in(kind) for kind in kinds]

    def first(self, *values: UUID | str | int) -> M | None:
        """Return the first row as an object, or None. One query."""
        compiled = self._compiled
        given = dict(zip(self._stand_ins, values, strict=True))
        with connection.cursor() as cursor:
            cursor.execute(compiled.sql, [given.get(param, param) for param in compiled.params])
            row = cursor.fetchone()
        return None if row is None else self._object(compiled, row)

    @cached_property
    def _compiled(self) -> _Compiled:
        queryset = self._build(*self._stand_ins)
        compiler: Any = queryset.order_by()[:1].query.get_compiler(DEFAULT_DB_ALIAS)
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
