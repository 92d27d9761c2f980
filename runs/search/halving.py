"""Successive halving: many combinations on little, the best of them on all."""

import importlib
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from runs.search.problem import SpecError

# The smallest beginning that still tells something.
MIN_ROWS = 300


class Halving(NamedTuple):
    """How a halving search grows what it spends on a combination.

    Attributes
    ----------
    resource : {"rows", "path"}
        What grows: the rows fitted on, or the path parameter of the algorithm.
    eta : int
        One combination in ``eta`` goes on to the next rung, with ``eta`` times as much.
    min_resource : float
        Share of the whole that the first rung has at least.
    """

    resource: Literal["rows", "path"] = "rows"
    eta: int = 3
    min_resource: float = 1 / 9


def check_halving(halving: Halving) -> None:
    """Refuse a halving that cannot be.

    Parameters
    ----------
    halving : Halving
        As asked for.

    Raises
    ------
    SpecError
        With the field ``halving``.
    """
    if halving.resource not in ("rows", "path"):
        raise SpecError(
            f"Halving cannot grow {halving.resource!r}; it grows rows or path.",
            field="halving",
        )
    if isinstance(halving.eta, bool) or not isinstance(halving.eta, int):
        raise SpecError("Halving needs a whole number for eta.", field="halving")
    if not 2 <= halving.eta <= 10:
        raise SpecError("Halving needs an eta from 2 to 10.", field="halving")
    if not 0 < halving.min_resource <= 1:
        raise SpecError(
            "Halving needs a min_resource above 0 and at most 1: the share of the "
            "whole that the first rung has.",
            field="halving",
        )


def rungs_of(halving: Halving, n_rows: int | None = None) -> tuple[float, ...]:
    """List the shares of the resource that the rungs have.

    Parameters
    ----------
    halving : Halving
        A checked halving.
    n_rows : int, optional
        Rows of the search; no rung has a share of them below 300.

    Returns
    -------
    tuple of float
        Ascending; the last is 1.
    """
    least = halving.min_resource
    if halving.resource == "rows" and n_rows:
        least = max(least, min(1.0, MIN_ROWS / n_rows))
    shares = [1.0]
    while shares[0] / halving.eta >= least * (1 - 1e-9):
        shares.insert(0, shares[0] / halving.eta)
    return tuple(shares)


def should_prune(
    others: Sequence[float], rung: int, value: float, eta: int, *, sparing: bool = False
) -> bool:
    """Tell whether a trial ends at a rung, by Optuna's asynchronous halving.

    Parameters
    ----------
    others : sequence of float
        Values that other trials reached at the same rung; greater is better.
    rung : int
        Number of the rung, from 0.
    value : float
        The trial's own value there.
    eta : int
        One trial in ``eta`` goes on.
    sparing : bool, default=False
        Whether the whole resource is dear, as on a large table: then of the first
        ``eta - 1`` those end that are worse than the best before them.

    Returns
    -------
    bool
        True unless the trial is among the best of those seen so far, or among the
        first ``eta - 1``.

    References
    ----------
    .. [1] Li, L. et al. (2020). A system for massively parallel hyperparameter tuning.
       MLSys.
    """
    # Of fewer than eta none is the best one in eta, and what ends never comes back.
    if len(others) < eta - 1:
        return sparing and bool(others) and value <= max(others)
    samplers: Any = importlib.import_module("runs.search.samplers")
    return bool(samplers.prunes(list(others), value, eta))
