"""What a person should know of a table before a search, with evidence and remedy."""

from collections.abc import Sequence
from typing import Any

from runs.tables.advice import columns as about_columns
from runs.tables.advice import rows as about_rows
from runs.tables.advice import target as about_target
from runs.tables.advice.advice import Advice
from runs.tables.kinds import Column

__all__ = ["Advice", "advise", "advise_target"]


def advise(profile: dict[str, Any], columns: Sequence[Column]) -> list[Advice]:
    """Advise on a table whatever is to be predicted.

    Parameters
    ----------
    profile : dict
        From `runs.tables.profile.profile_table`.
    columns : sequence of Column
        The columns, with the kinds that count; others of the profile are not looked at.

    Returns
    -------
    list of Advice
        Warnings first; at most one for a column and code.
    """
    facts = _facts(profile, columns)
    return _warnings_first(
        [
            *about_rows.duplicates(profile["overview"]),
            *about_rows.time_order(facts),
            *about_rows.groups(facts),
            *about_columns.mixed_types(facts),
            *about_columns.identifiers(facts),
            *about_columns.missing(facts),
            *about_columns.near_constant(facts),
            *about_columns.many_categories(facts),
            *about_columns.outliers(facts),
        ]
    )


def advise_target(
    target_profile: dict[str, Any],
    profile: dict[str, Any],
    columns: Sequence[Column],
    n_splits: int = 5,
    *,
    holdout_fraction: float = 0.2,
) -> list[Advice]:
    """Advise on predicting a column.

    Parameters
    ----------
    target_profile : dict
        From `runs.tables.profile.profile_target`.
    profile : dict
        From `runs.tables.profile.profile_table`.
    columns : sequence of Column
        The columns, with the kinds that count.
    n_splits : int, default 5
        Folds of the search.
    holdout_fraction : float, default 0.2
        Share of the rows no fold gets.

    Returns
    -------
    list of Advice
        Warnings first; at most one for a column and code. Those of `advise` are not
        among them.
    """
    ignored = {column.name for column in columns if column.kind.value == "ignore"}
    used = [c for c in target_profile["columns"] if c["name"] not in ignored]
    told = {**target_profile, "columns": used}
    return _warnings_first(
        [
            *about_target.leaks(told),
            *about_target.few_rows(
                told, n_splits=n_splits, holdout_fraction=holdout_fraction
            ),
            *about_target.imbalance(told),
            *about_target.conflicts(told),
            *about_target.skewed_target(told),
        ]
    )


def _facts(profile: dict[str, Any], columns: Sequence[Column]) -> list[dict[str, Any]]:
    """Return what is known of the columns, with their present kinds."""
    kinds = {column.name: column.kind.value for column in columns}
    n_rows = profile["overview"]["n_rows"]
    return [
        {**facts, "kind": kinds[facts["name"]], "n_rows": n_rows}
        for facts in profile["columns"]
        if facts["name"] in kinds
    ]


def _warnings_first(advice: list[Advice]) -> list[Advice]:
    return sorted(advice, key=lambda piece: piece.level != "warning")
