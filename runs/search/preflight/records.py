"""What was timed before a search."""

from typing import NamedTuple


class Timed(NamedTuple):
    """One timed unit: trials that share a fit, on one fold of a sample.

    Attributes
    ----------
    algorithm : str
        Name of the algorithm.
    n_trials : int
        Trials of the unit.
    n_rows : int
        Rows fitted on.
    seconds : float
        Fit and scoring of all its trials on the fold, on a machine that is free.
    memory_bytes : int
        How much the process grew meanwhile.
    error : str
        Why it failed; empty if it did not.
    """

    algorithm: str
    n_trials: int
    n_rows: int
    seconds: float
    memory_bytes: int
    error: str


class Probes(NamedTuple):
    """All that was timed.

    Attributes
    ----------
    timed : list of Timed
        In the order of timing; the first of each algorithm may be on fewer rows.
    prepare_seconds : dict of str to float
        Seconds to prepare the sample's fold, by recipe.
    features : dict of str to int
        Number of encoded columns, by recipe.
    sample_rows : int
        Rows of the sample, fitted on and scored on together.
    base_bytes : int
        Memory of the process before the first fit.
    seconds : float
        What the whole took.
    """

    timed: list[Timed]
    prepare_seconds: dict[str, float]
    features: dict[str, int]
    sample_rows: int
    base_bytes: int
    seconds: float
