"""Lists page by page: each page goes on after the last row of the one before.

Rows that come or go in between neither repeat nor hide others, as they would if pages were
counted. The cursor is signed: its values go into a query as they are.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypeVar

from django.core.signing import BadSignature, Signer
from django.db.models import F, Model, Q, QuerySet
from django.utils.dateparse import parse_datetime

from runs.api.problems import FieldError, invalid

Row = TypeVar("Row", bound=Model)
SIGNER = Signer(salt="runs.api.cursor")
MOST = 200


class Key(NamedTuple):
    """What rows are sorted by; the keys of an order together are unique."""

    expression: Any
    descending: bool = False
    nullable: bool = False


class Page(NamedTuple):
    rows: list[Any]
    next_cursor: str | None


NEWEST = (Key(F("created_at"), descending=True), Key(F("pk"), descending=True))


def page_of(
    rows: QuerySet[Row],
    keys: Sequence[Key],
    *,
    order: str,
    cursor: str | None,
    limit: int,
) -> Page:
    """Return the rows after a cursor, and the cursor that goes on from there.

    `order` names list and sorting: a cursor of another is refused.
    """
    names = [f"page_key_{at}" for at in range(len(keys))]
    pairs = dict(zip(names, keys, strict=True))
    found = rows.annotate(**{name: key.expression for name, key in pairs.items()})
    found = found.order_by(*(ordered(name, key) for name, key in pairs.items()))
    if cursor:
        found = found.filter(beyond(pairs, values_of(cursor, order, len(keys))))
    page = list(found[: limit + 1])
    more = len(page) > limit
    page = page[:limit]
    last = [getattr(page[-1], name) for name in names] if more else []
    return Page(page, cursor_of(order, last) if more else None)


def ordered(name: str, key: Key) -> Any:  # noqa: ANN401
    last = {"nulls_last": True} if key.nullable else {}
    return F(name).desc(**last) if key.descending else F(name).asc(**last)


def beyond(keys: dict[str, Key], values: Sequence[Any]) -> Q:
    """Return the condition of the rows after these values; unknown ones come last."""
    found, equal = Q(pk__in=[]), Q()
    for (name, key), value in zip(keys.items(), values, strict=True):
        if value is None:
            equal &= Q(**{f"{name}__isnull": True})
            continue
        further = Q(**{f"{name}__{'lt' if key.descending else 'gt'}": value})
        if key.nullable:
            further |= Q(**{f"{name}__isnull": True})
        found |= equal & further
        equal &= Q(**{name: value})
    return found


def cursor_of(order: str, values: Sequence[Any]) -> str:
    return SIGNER.sign_object([order, *map(written, values)])


def values_of(cursor: str, order: str, n_keys: int) -> list[Any]:
    try:
        said, *values = SIGNER.unsign_object(cursor)
    except (BadSignature, ValueError):
        said, values = "", []
    if said != order or len(values) != n_keys:
        detail = "The cursor is not one of this list in this order; begin without one."
        raise invalid([FieldError(detail, parameter="cursor")])
    return [read(value) for value in values]


def written(value: object) -> object:
    if isinstance(value, datetime):
        return {"at": value.isoformat()}
    if isinstance(value, timedelta):
        return {"microseconds": value // timedelta(microseconds=1)}
    return value


def read(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, dict):
        if "at" in value:
            return parse_datetime(value["at"])
        return timedelta(microseconds=value["microseconds"])
    return value
