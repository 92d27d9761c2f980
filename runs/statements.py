"""Queries of which the SQL is composed once.

Django takes a millisecond to compose a query over some joins, ten times what the database
takes to answer it. That matters where one small query is made hundreds of times a second.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

# Stands for the values that are given later: no row has such a key.
MARKS = (-7_919_000_001, -7_919_000_002, -7_919_000_003)
MOST = 2**63 - 1  # more is no key, and no parameter that a database takes


class Statement(NamedTuple):
    """SQL with its parameters; of the marks among them each stands for a value."""

    sql: str
    params: tuple[Any, ...]

    def first(self, *values: int) -> tuple[Any, ...] | None:
        """Return the first row for these values, as the database gives it."""
        if not self.sql or any(value > MOST for value in values):
            return None
        given = dict(zip(MARKS, values, strict=False))
        params = [given.get(p, p) if type(p) is int else p for p in self.params]
        with connection.cursor() as cursor:
            cursor.execute(self.sql, params)
            row: tuple[Any, ...] | None = cursor.fetchone()
        return row


def statement(make: Callable[..., "QuerySet[Any]"], n_values: int) -> Statement:
    """Compose the query that `make` returns for keys, whichever these will be.

    Parameters
    ----------
    make : callable
        Takes `n_values` integers and returns a queryset of `values_list`, of columns that
        need no conversion: text and numbers.
    n_values : int
        How many.

    Returns
    -------
    Statement
        One that never finds anything where the query itself cannot.
    """
    try:
        compiler = make(*MARKS[:n_values]).query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
    except EmptyResultSet:
        return Statement("", ())
    return Statement(sql, tuple(params))
