import json

import pytest
from django.http import QueryDict

from runs.forms.opening import opening, settle
from runs.forms.runs import FIRST_CHOICE, RunForm
from runs.forms.targets import likely_target
from runs.search.algorithms import algorithms_for
from runs.search.problem import TaskType
from runs.search.spaces import grid_size
from tests.factories import COLUMNS, DatasetFactory

pytestmark = pytest.mark.django_db

SPECIES, SEX, MASS, BILL = COLUMNS
IDENTIFIER = {**MASS, "name": "id", "kind": "identifier", "distinct": 344, "missing": 0}


def query(**changes: object) -> QueryDict:
    """Return what a browser sends for a form filled in for the penguins."""
    values: dict[str, object] = {
        "name": "",
        "target": "species",
        "task": "",
        "scoring": "accuracy",
        "algorithms": ["logistic_regression", "random_forest"],
        "strategy": "grid",
        "n_trials": "",
        "time_budget_minutes": "",
        "n_splits": "5",
        "holdout_percent": "20",
        "seed": "0",
    } | changes
    data = QueryDict(mutable=True)
    for name, value in values.items():
        data.setlist(name, value if isinstance(value, list) else [str(value)])
    return data


def dataset(**changes):
    return DatasetFactory(filename="own.csv", **changes)


def filled(data=None, **changes):
    return RunForm(query(**changes), dataset=data or dataset())


def test_form_of_a_good_search_has_the_configuration():
    form = filled(time_budget_minutes="1.5", holdout_percent="25", seed="7")

    assert form.is_valid(), form.errors
    wish = form.configuration
    assert (wish.target, wish.task, wish.scoring) == (
        "species",
        "multiclass",
        "accuracy",
    )
    assert list(wish.spaces) == ["logistic_regression", "random_forest"]
    assert (wish.n_splits, wish.holdout_fraction, wish.seed) == (5, 0.25, 7)
    assert (wish.n_trials, wish.time_budget_seconds) == (None, 90)
    assert wish.n_fits == wish.n_planned * 5


def test_form_of_a_random_search_without_a_budget_plans_30_trials():
    form = filled(strategy="random")

    assert form.is_valid(), form.errors
    assert form.configuration.n_planned == 30


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"n_trials": "0"}, "n_trials"),
        ({"time_budget_minutes": "0"}, "time_budget_minutes"),
        ({"n_splits": "1"}, "n_splits"),
        ({"n_splits": "many"}, "n_splits"),
        ({"n_splits": "60", "target": "sex"}, "n_splits"),
        ({"holdout_percent": "95"}, "holdout_percent"),
        ({"seed": "-1"}, "seed"),
        ({"algorithms": []}, "algorithms"),
        ({"algorithms": ["ridge"]}, "algorithms"),
        ({"scoring": "rmse"}, "scoring"),
        ({"task": "binary"}, "task"),
        ({"target": "nothing"}, "target"),
    ],
)
def test_form_with_a_value_that_cannot_be_has_the_error_at_its_field(changes, field):
    form = filled(**changes)

    assert not form.is_valid()
    assert list(form.errors) == [field]
    assert form.configuration is None


@pytest.mark.parametrize(
    "column",
    [
        {**SPECIES, "distinct": 1, "classes": [["Adelie", 344]]},
        {**SPECIES, "distinct": 0, "missing": 344, "classes": []},
        {**SPECIES, "classes": [["Adelie", 240], ["Gentoo", 103], ["Chinstrap", 1]]},
    ],
    ids=["one class", "all missing", "class of one row"],
)
def test_form_with_a_target_that_cannot_be_learned_has_the_error_at_the_target(column):
    form = filled(dataset(columns=[column, SEX, MASS]))

    assert list(form.errors) == ["target"]


def test_form_without_a_usable_column_says_so():
    form = filled(dataset(columns=[SPECIES, IDENTIFIER]))

    assert "No column is left to predict from" in str(form.errors["target"])


def test_metrics_are_grouped_and_the_default_is_marked():
    form = RunForm(query(target="body_mass_g"), dataset=dataset())

    groups = dict(form.fields["scoring"].choices)

    assert ("rmse", "Root mean squared error (default)") in groups[
        "Errors, smaller is better"
    ]
    assert [name for name, _ in groups["Greater is better"]] == ["r2"]


def test_detected_task_is_offered_by_its_name():
    form = RunForm(dataset=dataset(), initial={"target": "sex"})

    assert form.fields["task"].choices[0] == ("", "Detected: Binary classification")


def test_algorithms_come_with_the_size_of_their_grids():
    form = RunForm(dataset=dataset(), initial={"target": "body_mass_g"})

    choices = form.algorithm_choices()

    assert [c.algorithm for c in choices] == algorithms_for(TaskType.REGRESSION)
    assert form.preview().configuration.n_planned == sum(
        grid_size(c.section.space) for c in choices if c.algorithm.name in FIRST_CHOICE
    )


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ([SPECIES, SEX, BILL], "bill_length_mm"),
        ([SPECIES, SEX, IDENTIFIER], "sex"),
        ([{**SEX, "name": "Survived"}, SPECIES, BILL], "Survived"),
        ([IDENTIFIER], "id"),
        ([], ""),
    ],
)
def test_likely_target_is_named_so_or_the_last_that_can_be_predicted(columns, expected):
    assert likely_target(dataset(columns=columns)) == expected


def test_likely_target_of_a_sample_is_the_sample_s():
    assert likely_target(DatasetFactory.build(filename="penguins.csv")) == "species"


def test_settle_after_another_target_brings_its_task_metric_and_linear_model():
    data = settle(
        query(
            target="body_mass_g", task="multiclass", algorithms=["logistic_regression"]
        ),
        dataset=dataset(),
        changed="target",
    )

    assert (data["task"], data["scoring"]) == ("", "rmse")
    assert data.getlist("algorithms") == ["ridge"]


def test_settle_keeps_what_still_has_a_meaning():
    data = settle(
        query(scoring="log_loss", seed="3"), dataset=dataset(), changed="task"
    )

    assert data == query(scoring="log_loss", seed="3")


def test_opening_with_a_target_in_the_address_shows_no_errors():
    form = opening(QueryDict("target=sex&n_splits=3"), dataset=dataset())

    assert not form.is_bound
    assert form["target"].value() == "sex"
    assert form["n_splits"].value() == "3"
    assert form.preview().configuration.n_splits == 3


def test_target_facts_warn_of_missing_and_rare_values():
    rare = {**SEX, "missing": 1, "classes": [["MALE", 333], ["FEMALE", 10]]}

    facts = RunForm(dataset=dataset(columns=[SPECIES, rare])).target_facts()

    assert facts.notes[0] == "1 row has no known target and will be left out."
    assert "The class “FEMALE” is rare: 10 of 343 rows." in facts.notes[1]


def test_target_facts_of_a_number_have_the_ranges_of_its_histogram():
    facts = RunForm(dataset=dataset(), initial={"target": "body_mass_g"}).target_facts()

    assert facts.bars == [["2700 to 4500", 226], ["4500 to 6300", 116]]
    assert facts.n_classes == 0


# --- Metrics and spaces -----------------------------------------------------------------


def test_form_asks_for_the_ticked_metrics():
    form = filled(metrics=["mcc", "log_loss"])

    assert form.is_valid(), form.errors
    assert form.configuration.metrics == ["accuracy", "mcc", "log_loss"]


def test_another_task_brings_its_usual_metrics():
    data = settle(
        query(target="body_mass_g", metrics=["mcc"]),
        dataset=dataset(),
        changed="target",
    )

    assert data.getlist("metrics") == ["rmse", "mae", "r2"]


def test_spaces_of_the_form_take_the_place_of_the_grid():
    form = filled(spaces='{"random_forest": {"max_depth": [2, null]}}')

    assert form.is_valid(), form.errors
    spaces = form.configuration.spaces
    assert spaces["random_forest"] == {
        "max_depth": {"type": "categorical", "choices": [2, None]}
    }
    assert list(spaces) == ["logistic_regression", "random_forest"]


HUGE = {"type": "float", "low": 0.1, "high": 1000.0, "step": 0.001}


@pytest.mark.parametrize(
    ("spaces", "words"),
    [
        ("{", "line 1, column 2"),
        ("[1]", "one JSON object"),
        ('{"random_forest": [1]}', "“random_forest” must be an object"),
        ('{"random_forest": {"depth": [1]}}', "has no parameter"),
        ('{"decision_tree": {"max_depth": [1]}}', "not ticked"),
        ('{"oak": {}}', "oak"),
        (
            json.dumps({"logistic_regression": {"C": HUGE}}),
            "at most 100,000 are allowed; give fewer values, or use random search",
        ),
    ],
)
def test_spaces_that_cannot_be_are_refused_at_their_field(spaces, words):
    form = filled(spaces=spaces)

    assert words in str(form.errors["spaces"])


def test_grid_limit_is_the_settings(settings):
    settings.GRID_LIMIT = 5

    assert "at most 5 are allowed" in str(filled().errors["spaces"])


def test_spaces_of_a_preset_are_shown_and_start_as_they_are():
    form = opening(QueryDict("preset=interpretable&target=species"), dataset=dataset())

    assert json.loads(form["spaces"].value())["decision_tree"]["max_depth"] == {
        "type": "int",
        "low": 2,
        "high": 5,
    }
    sent = RunForm(form.opened(), dataset=dataset())
    assert sent.is_valid(), sent.errors
    assert "min_samples_leaf" in sent.configuration.spaces["decision_tree"]
