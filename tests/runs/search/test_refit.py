import logging

import numpy as np
import pytest

from runs.search.algorithms import ALGORITHMS
from runs.search.evaluation import evaluate_unit
from runs.search.pipelines import make_pipeline
from runs.search.problem import TaskType
from runs.search.refit import refit

PAIRS = [(name, task) for name, a in ALGORITHMS.items() for task in sorted(a.tasks)]


def few(name):
    path = ALGORITHMS[name].path
    return {path.name: 4} if path is not None else {}


@pytest.mark.parametrize(("name", "task"), PAIRS)
def test_refit_predicts_labels_as_the_evaluated_pipeline_predicts_codes(
    problem_of, name, task
):
    problem = problem_of(task, n_rows=60)

    pipeline = refit(
        name, few(name), problem.X, problem.labels, task=task, random_state=0
    )

    coded = make_pipeline(name, few(name), task=task, random_state=0)
    coded.fit(problem.X, problem.y)
    expected = coded.predict(problem.X)
    if task.is_classification:
        assert pipeline.classes_.tolist() == problem.classes
        expected = np.array(problem.classes, dtype=object)[expected]
    assert pipeline.predict(problem.X).tolist() == expected.tolist()


def test_refit_on_a_fold_scores_like_its_trial(problem_of):
    problem = problem_of(TaskType.BINARY)
    [trial] = evaluate_unit(
        "random_forest",
        [few("random_forest")],
        problem.folds("tree"),
        task=problem.task,
        scorers={"roc_auc": problem.scorer},
        ranking="roc_auc",
        random_state=0,
    )
    train, test = problem.rows[0]

    pipeline = refit(
        "random_forest",
        few("random_forest"),
        problem.X.iloc[train],
        problem.labels.iloc[train],
        task=problem.task,
        random_state=0,
    )

    score = problem.scorer(pipeline, problem.X.iloc[test], problem.labels.iloc[test])
    assert score == trial.fold_scores[0]


def test_refit_warnings_are_logged_not_raised(problem_of, caplog):
    problem = problem_of(TaskType.BINARY)
    caplog.set_level(logging.INFO, "runs.search.refit")

    refit(
        "logistic",
        {"max_iter": 1},
        problem.X,
        problem.labels,
        task=problem.task,
        random_state=0,
    )

    assert "lbfgs failed to converge" in caplog.text
