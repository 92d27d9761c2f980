import numpy as np
import pytest
from sklearn.exceptions import UndefinedMetricWarning

from runs.search.metrics import METRICS, make_scorer
from runs.search.problem import TaskType
from runs.search.scoring import Scoring
from runs.search.sharing.responses import Response

TASK = TaskType.REGRESSION


def test_metric_that_is_not_defined_on_a_fold_is_left_out_with_a_warning():
    names = ("rmse", "rmsle", "mae")
    scorers = {name: make_scorer(METRICS[name], TASK, classes=[]) for name in names}
    scoring = Scoring(scorers, "rmse", TASK, train_scores=False)
    answers = Response(lambda _: np.array([1.0, 2.0]), {"predict"}, None)

    # The logarithm of a target below -1 is not defined.
    with pytest.warns(UndefinedMetricWarning, match="^rmsle is not defined on a fold"):
        found = scoring.score(answers, np.array([-2.0, 2.0]))

    assert found == pytest.approx({"rmse": -np.sqrt(4.5), "mae": -1.5})
