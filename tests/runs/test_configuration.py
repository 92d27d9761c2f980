import math

import pytest

from runs.configuration import configure, plan_of, target_columns
from runs.search.algorithms import algorithms_for
from runs.search.problem import SpecError, TaskType
from runs.services.runs import start_run
from tests.factories import COLUMNS, DatasetFactory, UserFactory

pytestmark = pytest.mark.django_db


def refused(dataset, **wish):
    with pytest.raises(SpecError) as caught:
        configure(dataset, **wish)
    return caught.value


def column(which, /, **changes):
    found = next(c for c in COLUMNS if c["name"] == which)
    return {**found, **changes}


def test_configure_with_a_target_alone_fills_in_the_rest():
    configuration = configure(DatasetFactory(), target="species")

    assert configuration.task == "multiclass"
    assert configuration.scoring == "accuracy"
    assert configuration.features == ["sex", "body_mass_g", "bill_length_mm"]
    assert configuration.classes == ["Adelie", "Gentoo", "Chinstrap"]
    assert set(configuration.spaces) == {
        a.name for a in algorithms_for(TaskType.MULTICLASS)
    }
    assert configuration.n_planned == sum(
        configure(DatasetFactory(), target="species", algorithms=[name]).n_planned
        for name in configuration.spaces
    )


def test_configure_of_numeric_target_is_regression_with_rmse():
    configuration = configure(DatasetFactory(), target="body_mass_g")

    assert (configuration.task, configuration.scoring) == ("regression", "rmse")
    assert "ridge" in configuration.spaces


def test_configure_leaves_identifiers_and_constants_out():
    columns = [
        *COLUMNS,
        column("sex", name="id", kind="identifier"),
        column("sex", name="island", kind="constant"),
    ]
    dataset = DatasetFactory(columns=columns)

    configuration = configure(dataset, target="species")

    assert configuration.features == ["sex", "body_mass_g", "bill_length_mm"]
    assert "island" not in target_columns(dataset)


@pytest.mark.parametrize(
    ("wish", "field", "words"),
    [
        ({"target": "weight"}, "target", "no column “weight”"),
        ({"target": "Species"}, "target", "Is it “species”?"),
        ({"target": "body_mass"}, "target", "Is it “body_mass_g”?"),
        ({"target": "species", "task": "ranking"}, "task", "no task “ranking”"),
        ({"target": "species", "task": "regression"}, "task", "numbers"),
        ({"target": "species", "scoring": "rmse"}, "metric", "rmse"),
        ({"target": "species", "algorithms": []}, "algorithms", "at least one"),
        ({"target": "species", "algorithms": ["oracle"]}, "algorithms", "oracle"),
        ({"target": "species", "strategy": "genetic"}, "strategy", "genetic"),
        ({"target": "species", "n_trials": 0}, "n_trials", "1 and 1,000,000"),
        (
            {"target": "species", "time_budget_seconds": 0},
            "time_budget_seconds",
            "more than zero",
        ),
        ({"target": "species", "n_splits": 1}, "n_splits", "between 2 and 50"),
        ({"target": "species", "holdout_fraction": 1.0}, "holdout_fraction", "holdout"),
        ({"target": "species", "seed": -1}, "seed", "seed"),
    ],
)
def test_configure_of_impossible_wish_names_the_field(wish, field, words):
    error = refused(DatasetFactory(), **wish)

    assert error.field == field
    assert words.lower() in str(error).lower()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("time_budget_seconds", 1e300),
        ("time_budget_seconds", math.inf),
        ("time_budget_seconds", math.nan),
        ("time_budget_seconds", 366 * 24 * 3600),
        ("n_trials", 1_000_001),
        ("n_trials", 10**400),
        ("patience", 2**31),
        ("trial_seconds", 0.0001),
        ("trial_seconds", math.inf),
        ("trial_memory_mb", 1),
        ("trial_memory_mb", 2**31),
        ("target_score", math.inf),
        ("target_score", math.nan),
        ("target_score", 10**400),
        ("seed", 10**400),
    ],
)
def test_configure_of_a_number_out_of_all_measure_names_the_field(field, value):
    assert refused(DatasetFactory(), target="species", **{field: value}).field == field


@pytest.mark.parametrize(
    ("target", "scoring", "score", "words"),
    [
        ("species", "roc_auc", 5, "ROC AUC is between 0 and 1"),
        ("species", "mcc", -1.5, "Matthews correlation is between -1 and 1"),
        ("species", "log_loss", -0.1, "Log loss is never below 0"),
        ("body_mass_g", "r2", 1.1, "R² is never above 1"),
        ("body_mass_g", "rmse", -300, "Root mean squared error is never below 0"),
    ],
)
def test_configure_of_a_score_that_its_metric_cannot_have_is_refused(
    target, scoring, score, words
):
    error = refused(
        DatasetFactory(), target=target, scoring=scoring, target_score=score
    )

    assert error.field == "target_score"
    assert words in str(error)


@pytest.mark.parametrize(
    ("target", "scoring", "score"),
    [("species", "roc_auc", 1), ("body_mass_g", "r2", -3), ("body_mass_g", "mae", 1e6)],
)
def test_configure_takes_any_score_that_its_metric_can_have(target, scoring, score):
    found = configure(
        DatasetFactory(), target=target, scoring=scoring, target_score=score
    )

    assert found.target_score == score


def test_many_trials_without_a_time_budget_are_a_number_of_trials():
    wish = {"target": "species", "strategy": "random", "n_trials": 20_000}

    by_number = configure(DatasetFactory(), **wish)
    by_time = configure(DatasetFactory(), **wish, time_budget_seconds=60)

    assert (by_number.is_by_time, by_time.is_by_time) == (False, True)


def test_configure_of_target_with_one_class_is_refused():
    columns = [column("species", distinct=1, classes=[["Adelie", 344]]), *COLUMNS[1:]]

    error = refused(DatasetFactory(columns=columns), target="species")

    assert error.field == "target"
    assert "one value" in str(error)


def test_configure_of_all_missing_target_is_refused():
    columns = [column("species", missing=344, distinct=0, classes=[]), *COLUMNS[1:]]

    error = refused(DatasetFactory(columns=columns), target="species")

    assert error.field == "target"
    assert "missing" in str(error)


def test_configure_when_a_class_has_fewer_rows_than_folds_names_the_class():
    classes = [["Adelie", 300], ["Gentoo", 40], ["Chinstrap", 4]]
    columns = [column("species", classes=classes), *COLUMNS[1:]]

    error = refused(DatasetFactory(columns=columns), target="species")

    assert error.field == "n_splits"
    assert "Chinstrap" in str(error)


def test_configure_without_usable_column_is_refused():
    columns = [COLUMNS[0], column("sex", kind="identifier")]

    error = refused(DatasetFactory(columns=columns), target="species")

    assert error.field == "target"
    assert "No column is left" in str(error)


def test_configure_of_a_huge_grid_is_refused_before_it_is_expanded():
    values = [i / 1000 for i in range(1, 1001)]
    spaces = {
        "hist_gradient_boosting": {
            "learning_rate": values,
            "l2_regularization": values,
            "max_features": values,
        }
    }

    error = refused(DatasetFactory(), target="species", spaces=spaces)

    assert "1,000,000,000" in str(error)
    assert "random" in str(error)


def test_configure_of_unknown_parameter_names_it():
    spaces = {"random_forest": {"n_trees": [10]}}

    error = refused(DatasetFactory(), target="species", spaces=spaces)

    assert (error.algorithm, error.parameter) == ("random_forest", "n_trees")
    assert "n_estimators" in str(error)


def test_configure_of_dataset_that_is_not_read_yet_is_refused():
    error = refused(DatasetFactory(state="waiting", columns=[]), target="species")

    assert "not been read" in str(error)


def test_start_run_stores_the_plan_it_was_given():
    dataset, user = DatasetFactory(), UserFactory()
    configuration = configure(
        dataset, target="species", strategy="random", n_trials=7, seed=3
    )

    run = start_run(user=user, dataset=dataset, name="", configuration=configuration)
    run.refresh_from_db()

    plan = plan_of(run)
    assert (plan.n_trials, plan.seed, plan.strategy) == (7, 3, "random")
    assert [item.algorithm for item in plan.items] == list(configuration.spaces)
    assert run.n_planned == 7
    assert run.name == f"species of {dataset.name}"
    assert run.events.get().actor == user


def test_configure_keeps_the_combinations_to_try_first_and_start_run_stores_them():
    asked = [{"algorithm": "rf", "params": {"max_depth": 4.0}}]
    dataset = DatasetFactory()
    found = configure(
        dataset, target="species", algorithms=["random_forest"], enqueued=asked
    )

    run = start_run(user=UserFactory(), dataset=dataset, name="", configuration=found)

    run.refresh_from_db()
    assert run.enqueued == [{"algorithm": "random_forest", "params": {"max_depth": 4}}]


def test_configure_with_a_combination_of_another_algorithm_names_it():
    error = refused(
        DatasetFactory(),
        target="species",
        algorithms=["random_forest"],
        enqueued=[{"algorithm": "mlp", "params": {}}],
    )

    assert (error.field, error.algorithm) == ("enqueued", "mlp")
