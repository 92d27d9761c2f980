"""Expressions that look into JSON columns, on SQLite and on PostgreSQL alike.

Django's own key transforms compare JSON with JSON: on PostgreSQL a text is then less
than any number, on SQLite it is greater. These here give numbers, texts and truths.
"""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, F, FloatField, Func, TextField
from django.db.models.functions import Coalesce
from django.db.models.sql.compiler import SQLCompiler

Sql = tuple[str, tuple[str | int, ...]]


class JsonFunc(Func):
    """A function of one key of a JSON column; `{json}` and `{key}` are filled in."""

    on_sqlite = ""
    on_postgresql = ""

    def __init__(self, field: str, key: str = "") -> None:
        super().__init__(F(field))
        self.key = key

    def filled(
        self, compiler: SQLCompiler, template: str, key: str, placeholder: str
    ) -> Sql:
        column, params = compiler.compile(self.source_expressions[0])
        parts = template.replace("{json}", "\0json\0").replace("{key}", "\0key\0")
        sql = ""
        values: tuple[str | int, ...] = ()
        for part in parts.split("\0"):
            if part == "json":
                sql, values = sql + column, (*values, *params)
            elif part == "key":
                sql, values = sql + placeholder, (*values, key)
            else:
                sql += part
        return sql, values

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_: Any
    ) -> Sql:
        path = f'$."{self.key}"' if self.key else "$"
        return self.filled(compiler, self.on_sqlite, path, "%s")

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_: Any
    ) -> Sql:
        return self.filled(compiler, self.on_postgresql, self.key, "%s::text")


class JsonMean(JsonFunc):
    """The mean of the list of numbers under a key; NULL without one."""

    output_field = FloatField()
    on_sqlite = "(SELECT AVG(value) FROM json_each({json}, {key}))"
    on_postgresql = (
        "(SELECT AVG(item::float8) FROM jsonb_array_elements_text({json} -> {key})"
        " AS item)"
    )


class JsonSum(JsonFunc):
    """The sum of a column that is a list of numbers; NULL if it is empty."""

    output_field = FloatField()
    on_sqlite = "(SELECT SUM(value) FROM json_each({json}))"
    on_postgresql = (
        "(SELECT SUM(item::float8) FROM jsonb_array_elements_text({json}) AS item)"
    )


class JsonNumber(JsonFunc):
    """The number under a key; NULL where something else is there."""

    output_field = FloatField()
    on_sqlite = (
        "CASE WHEN json_type({json}, {key}) IN ('integer', 'real')"
        " THEN json_extract({json}, {key}) END"
    )
    on_postgresql = (
        "CASE WHEN jsonb_typeof({json} -> {key}) = 'number'"
        " THEN ({json} ->> {key})::float8 END"
    )


class JsonText(JsonFunc):
    """What stands under a key, as JSON: `"sqrt"`, `null`, `true`."""

    output_field = TextField()
    on_sqlite = "({json} -> {key})"
    on_postgresql = "({json} -> {key})::text"


class JsonListHas(JsonFunc):
    """Whether the list under a key has a number in it."""

    output_field = BooleanField()
    conditional = True
    on_sqlite = "EXISTS (SELECT 1 FROM json_each({json}, {key}) WHERE value = {number})"
    on_postgresql = "COALESCE(({json} -> {key}) @> '{number}'::jsonb, FALSE)"

    def __init__(self, field: str, key: str, number: int) -> None:
        super().__init__(field, key)
        # A number of ours, never text: it may stand in the statement.
        self.on_sqlite = self.on_sqlite.replace("{number}", str(int(number)))
        self.on_postgresql = self.on_postgresql.replace("{number}", str(int(number)))


def parameter_number(name: str) -> Coalesce:
    """Return a trial's parameter where it is a number: as found, else as asked for."""
    return Coalesce(JsonNumber("found", name), JsonNumber("params", name))


def parameter_text(name: str) -> Coalesce:
    """Return a trial's parameter as JSON text."""
    return Coalesce(JsonText("found", name), JsonText("params", name))
