"""Importances of functions whose answer is known."""

import math

import numpy as np
import pytest

from runs.search.importance import importances
from runs.search.planning import TrialRecord
from runs.search.spaces import Choices, Conditional, Fixed, FloatRange, IntRange

SPACE = {
    "rate": FloatRange(0.001, 1.0, log=True),
    "depth": IntRange(1, 20),
    "kernel": Choices(("rbf", "poly")),
    "degree": Conditional(IntRange(2, 5), "kernel", ("poly",)),
    "seed": Fixed(3),
}


def records(score, n=60):
    rng = np.random.default_rng(0)
    made = []
    for number in range(n):
        params = {
            "rate": float(10 ** rng.uniform(-3, 0)),
            "depth": int(rng.integers(1, 21)),
            "kernel": ("rbf", "poly")[int(rng.integers(2))],
            "seed": 3,
        }
        if params["kernel"] == "poly":
            params["degree"] = int(rng.integers(2, 6))
        made.append(TrialRecord("svm", params, "complete", score(params), 1.0, number))
    return made


@pytest.mark.slow
def test_parameter_that_alone_matters_has_nearly_all():
    steps = []

    found = importances(
        SPACE,
        records(lambda p: -((math.log10(p["rate"]) + 1.5) ** 2)),
        on_progress=lambda *step: steps.append(step),
    )

    shares = {i.name: i for i in found}
    assert list(shares) == ["rate", *[n for n in shares if n != "rate"]]
    assert shares["rate"].fanova > 0.9
    assert shares["rate"].ped_anova > 0.9
    assert shares["degree"].when == "kernel"
    assert shares["degree"].n_trials < 60
    assert "seed" not in shares
    assert steps[-1][1:] == (2, 4)


def test_too_few_trials_have_no_importance():
    assert importances(SPACE, records(lambda p: 1.0, n=3)) == []


def test_equal_scores_are_no_error():
    found = importances(SPACE, records(lambda p: 0.5, n=8))

    assert {i.name for i in found} >= {"rate", "depth", "kernel"}
    assert all(i.fanova is None or 0 <= i.fanova <= 1 for i in found)
