"""Whether one model is better than another by more than chance, from fold scores.

The folds of a cross-validation share most of the rows they are fitted on, so the usual
paired t-test finds differences where there are none. Nadeau and Bengio [1]_ correct the
variance of the mean difference for that; Holm's method [2]_ allows for several questions
asked at once.

.. [1] Nadeau, C. and Bengio, Y. (2003). Inference for the Generalization Error. Machine
   Learning 52, 239-281.
.. [2] Holm, S. (1979). A Simple Sequentially Rejective Multiple Test Procedure.
   Scandinavian Journal of Statistics 6, 65-70.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

# Below it a difference is said not to be chance.
ALPHA = 0.05


@dataclass(frozen=True)
class PairedTest:
    """The outcome of a corrected resampled t-test.

    Attributes
    ----------
    difference : float
        Mean of the differences, the first minus the second.
    statistic : float
        The t statistic; infinite if all folds differ by the same.
    p_value : float
        Two-sided.
    n_folds : int
        Number of differences.
    """

    difference: float
    statistic: float
    p_value: float
    n_folds: int


def share_scored(scheme: str, n_splits: int, validation_fraction: float = 0.2) -> float:
    """Return how many rows a fold scores for each row it fits on.

    Parameters
    ----------
    scheme : str
        As of ``Split``.
    n_splits : int
        Number of folds of one division.
    validation_fraction : float, default=0.2
        Share of a single part to score on.

    Returns
    -------
    float
        The ratio that the correction adds to 1 / number of folds. Folds of a division
        in time fit on parts of growing length: the mean length counts.
    """
    if scheme == "holdout":
        return validation_fraction / (1 - validation_fraction)
    if scheme == "time":
        return 2 / (n_splits + 1)
    return 1 / (n_splits - 1)


def corrected_t_test(
    first: Sequence[float], second: Sequence[float], *, ratio: float
) -> PairedTest:
    """Compare the scores of two models on the same folds.

    Parameters
    ----------
    first, second : sequence of float
        Their scores, fold by fold.
    ratio : float
        Rows scored for each row fitted on, as of `share_scored`.

    Returns
    -------
    PairedTest
        Two-sided.

    Raises
    ------
    ValueError
        If there are fewer than two folds, or not as many of one as of the other.
    """
    if len(first) != len(second):
        raise ValueError("The two models have different numbers of folds.")
    n = len(first)
    if n < 2:
        raise ValueError("A single fold tells nothing of chance.")
    differences = [a - b for a, b in zip(first, second, strict=True)]
    mean = math.fsum(differences) / n
    variance = math.fsum((d - mean) ** 2 for d in differences) / (n - 1)
    # Rounding leaves a little of equal differences.
    if math.sqrt(variance) <= 1e-12 * max(1.0, *map(abs, first), *map(abs, second)):
        if abs(mean) <= 1e-12:
            return PairedTest(0.0, 0.0, 1.0, n)
        return PairedTest(mean, math.copysign(math.inf, mean), 0.0, n)
    statistic = mean / math.sqrt((1 / n + ratio) * variance)
    return PairedTest(mean, statistic, 2 * _beyond(abs(statistic), n - 1), n)


def _beyond(statistic: float, freedom: int) -> float:
    # Late and this part alone: the web process needs no more of SciPy.
    from scipy.special import stdtr  # noqa: PLC0415

    return float(stdtr(freedom, -statistic))


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjust p-values for having asked several questions.

    Parameters
    ----------
    p_values : sequence of float
        One for each question.

    Returns
    -------
    list of float
        Adjusted, in the same order: compare each with the level wanted.
    """
    order = sorted(range(len(p_values)), key=lambda at: p_values[at])
    adjusted = [0.0] * len(p_values)
    least = 0.0
    for rank, at in enumerate(order):
        least = max(least, min(1.0, (len(p_values) - rank) * p_values[at]))
        adjusted[at] = least
    return adjusted
