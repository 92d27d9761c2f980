"""Advice about single columns."""

from collections.abc import Sequence
from typing import Any

from runs.tables.advice.advice import Advice
from runs.tables.advice.wording import counted, each_or_all, named, percent

PREDICTING = frozenset(
    {"numeric", "category", "integer_category", "boolean", "datetime", "text"}
)
_CATEGORIES = ("category", "integer_category")
_MIN_ROWS = 20
# Of a column of names, most differ and none is a sentence: "audi 100 ls".
_NAMES_SHARE = 0.75
_NAMES_WORDS = 4
_CODES_SHARE = 0.95
_NEAR_CONSTANT = 0.99
_NEAR_CONSTANT_ROWS = 100
_MOSTLY_MISSING = 0.5
_MIXED_SHARE = 0.9
_MAX_TOKENS = 3
_FAR_OUT = 10.0
_OUTLIER_SHARE = 0.01
_OUTLIER_VALUES = 20
_MANY_CATEGORIES = 100
_ROWS_A_CATEGORY = 20

Facts = dict[str, Any]


def identifiers(facts: Sequence[Facts]) -> list[Advice]:
    """Name columns that tell rows apart.

    Parameters
    ----------
    facts : sequence of dict
        The profile's columns.

    Returns
    -------
    list of Advice
        Those of the kind identifier, and those that look like it.
    """
    advice = []
    known = [c["name"] for c in facts if c["kind"] == "identifier"]
    if known:
        verb = "tells" if len(known) == 1 else "tell"
        text = (
            f"{named(known)} {verb} rows apart, with a value of its own in each; "
            "nothing is predicted from that."
        )
        advice.append(Advice("identifier", "info", "Left out: identifiers", text, tuple(known)))  # fmt: skip
    found = [(c["name"], _apart(c)) for c in facts if _looks_like_identifier(c)]

    def _build(columns: tuple[str, ...], evidence: str) -> Advice:
        text = (
            f"{evidence}. A model would learn rows by heart rather than what they have "
            "in common."
        )
        remedy = {"action": "exclude", "columns": list(columns)}
        return Advice("identifier", "info", "Like an identifier", text, columns, remedy)

    return advice + each_or_all(found, _build)


def near_constant(facts: Sequence[Facts]) -> list[Advice]:
    """Name columns that hold one value nearly everywhere.

    Parameters
    ----------
    facts : sequence of dict
        The profile's columns.

    Returns
    -------
    list of Advice
        One for each, or one for all of many.
    """
    found = []
    for c in facts:
        n = _n_known(c)
        if c["kind"] not in PREDICTING or n < _NEAR_CONSTANT_ROWS or not c["most"]:
            continue
        value, count = c["most"]
        if c["distinct"] > 1 and count >= _NEAR_CONSTANT * n:
            found.append((c["name"], f"“{value[:40]}” in {percent(count / n)} of {counted(n, 'row')}"))  # fmt: skip

    def _build(columns: tuple[str, ...], evidence: str) -> Advice:
        text = f"{evidence}. The other rows are few to learn from."
        remedy = {"action": "exclude", "columns": list(columns)}
        return Advice("near_constant", "info", "Nearly constant", text, columns, remedy)

    return each_or_all(found, _build)


def missing(facts: Sequence[Facts]) -> list[Advice]:
    """Name columns without values, and those with few.

    Parameters
    ----------
    facts : sequence of dict
        The profile's columns.

    Returns
    -------
    list of Advice
        At most one for all columns without values; one for each of the others, or one
        for all of many.
    """
    advice = []
    empty = [c["name"] for c in facts if c["distinct"] == 0 and c["kind"] != "ignore"]
    if empty:
        text = f"{named(empty)} without a single value: nothing is predicted from that."
        advice.append(Advice("all_missing", "info", "No values", text, tuple(empty)))
    found = [
        (c["name"], f"{percent(c['missing'] / c['n_rows'])} of the rows have no value")
        for c in facts
        if c["kind"] in PREDICTING
        and c["distinct"]
        and c["missing"] > _MOSTLY_MISSING * c["n_rows"]
    ]

    def _build(columns: tuple[str, ...], evidence: str) -> Advice:
        text = f"{evidence}. Keep it only if that it is missing says something."
        remedy = {"action": "exclude", "columns": list(columns)}
        return Advice("mostly_missing", "info", "Mostly missing", text, columns, remedy)

    return advice + each_or_all(found, _build)


def mixed_types(facts: Sequence[Facts]) -> list[Advice]:
    """Name columns of numbers with something else among them.

    Parameters
    ----------
    facts : sequence of dict
        The profile's columns.

    Returns
    -------
    list of Advice
        One a column.
    """
    advice = []
    for c in facts:
        mixed = c.get("mixed")
        if c["kind"] == "ignore" or not mixed:
            continue
        n = mixed["n_numbers"] + mixed["n_other"]
        if mixed["n_numbers"] < _MIXED_SHARE * n:
            continue
        examples = ", ".join(f"“{t[:40]}” in row {r:,}" for r, t in mixed["examples"])
        text = (
            f"{counted(mixed['n_numbers'], 'value')} of “{c['name']}” are numbers and "
            f"{mixed['n_other']:,} are not ({examples}), so all of it was read as text."
        )
        remedy = None
        if mixed["n_distinct_other"] <= _MAX_TOKENS:
            tokens = [token for _, token in mixed["examples"]]
            remedy = {"action": "missing", "tokens": tokens}
        advice.append(Advice("mixed_types", "warning", "Numbers and words mixed", text, (c["name"],), remedy))  # fmt: skip
    return advice


def outliers(facts: Sequence[Facts]) -> list[Advice]:
    """Name columns with a few numbers far from all others.

    Parameters
    ----------
    facts : sequence of dict
        The profile's columns.

    Returns
    -------
    list of Advice
        One for each, or one for all of many.
    """
    found = []
    for c in facts:
        far = c.get("outliers")
        if c["kind"] != "numeric" or not far or c["distinct"] < _OUTLIER_VALUES:
            continue
        n = far["n_low"] + far["n_high"]
        distance = far["distance"] or 0.0
        if 0 < n <= _OUTLIER_SHARE * _n_known(c) and distance >= _FAR_OUT:
            low, high = f"{far['low']:,.4g}", f"{far['high']:,.4g}"
            evidence = (
                f"{counted(n, 'value')} outside {low} to {high}, the farthest "
                f"{distance:,.0f} quartile ranges away"
            )
            found.append((c["name"], evidence))

    def _build(columns: tuple[str, ...], evidence: str) -> Advice:
        text = f"{evidence}. See whether they are slips or stand for something missing."
        return Advice("outliers", "info", "Far-out values", text, columns)

    return each_or_all(found, _build)


def many_categories(facts: Sequence[Facts]) -> list[Advice]:
    """Name categories that have few rows each.

    Parameters
    ----------
    facts : sequence of dict
        The profile's columns.

    Returns
    -------
    list of Advice
        One for each, or one for all of many.
    """
    found = {
        c["name"]: "text" if c["dtype"] == "string" else "numeric"
        for c in facts
        if c["kind"] in _CATEGORIES
        and c["distinct"] > _MANY_CATEGORIES
        and _n_known(c) < _ROWS_A_CATEGORY * c["distinct"]
    }
    evidence = [
        (c["name"], f"{c['distinct']:,} categories in {counted(_n_known(c), 'row')}")
        for c in facts
        if c["name"] in found
    ]

    def _build(columns: tuple[str, ...], evidence: str) -> Advice:
        text = (
            f"{evidence}. Categories of so few rows are hardly learned; by another kind "
            "similar values are learned together."
        )
        kinds = {name: found[name] for name in columns}
        remedy = {"action": "set_kind", "kinds": kinds}
        return Advice("many_categories", "info", "Many categories", text, columns, remedy)  # fmt: skip

    return each_or_all(evidence, _build)


def _n_known(c: Facts) -> int:
    return int(c["n_rows"] - c["missing"])


def _apart(c: Facts) -> str:
    return f"{c['distinct']:,} different values in {counted(_n_known(c), 'row')}"


def _looks_like_identifier(c: Facts) -> bool:
    n = _n_known(c)
    if n < _MIN_ROWS:
        return False
    if c["kind"] == "text":
        # Words were not counted if it became a text only later.
        words = c.get("words")
        short = words is not None and (words["50"] or 0) <= _NAMES_WORDS
        return short and bool(c["distinct"] >= _NAMES_SHARE * n)
    if c["kind"] in ("numeric", *_CATEGORIES) and c["dtype"] == "int64":
        # Numbers that go up with the rows and do not repeat count something.
        return c["order"] is not None and bool(c["distinct"] >= _CODES_SHARE * n)
    return False
