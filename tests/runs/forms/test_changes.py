import json

import pytest
from django.http import QueryDict

from runs.forms.changes import change, converted_to
from runs.forms.opening import opening
from runs.forms.runs import RunForm
from tests.factories import (
    DatasetFactory,
    ProjectFactory,
    RunFactory,
    TrialFactory,
    UserFactory,
)
from tests.runs.forms.test_runs import query

pytestmark = pytest.mark.django_db

DEPTH = "p:random_forest:max_depth:"


@pytest.fixture
def user():
    return UserFactory()


@pytest.fixture
def dataset(user):
    return DatasetFactory(project=ProjectFactory(owner=user), filename="own.csv")


@pytest.fixture
def page(dataset, user):
    """Return a page that buttons can be pressed on."""

    class Page:
        def __init__(self):
            self.data = query(spaces="", spaces_before="", made_for="grid:multiclass")
            self.notes = []

        def press(self, wish="", **typed):
            for name, value in typed.items():
                self.data[name] = value
            self.data["do"] = wish
            # As a browser sends it.
            sent = QueryDict(self.data.urlencode())
            self.form, self.notes = change(sent, wish, dataset=dataset, user=user)
            self.data = self.form.data
            return self

        def type(self, **fields):
            for name, value in fields.items():
                self.data[f"p:random_forest:{name.replace('__', ':')}"] = value
            return self.press()

        def started(self):
            form = RunForm(QueryDict(self.data.urlencode()), dataset=dataset)
            assert form.is_valid(), form.errors
            return form.configuration

    return Page()


def names(page):
    [section] = [s for s in page.form.merged.sections if s.name == "random_forest"]
    return list(section.fields)


def test_opened_section_shows_its_values_and_changes_nothing(page):
    before = page.started()

    page.press("open:random_forest")

    assert names(page) == ["n_estimators", "max_features", "min_samples_leaf"]
    assert page.data["p:random_forest:min_samples_leaf:values"] == "1, 3, 10"
    assert page.data["spaces"] == ""
    assert page.started() == before


def test_typed_values_start_and_are_written_as_json(page):
    page.press("open:random_forest").type(min_samples_leaf__values="2, 4")

    found = page.started().spaces["random_forest"]
    assert found["min_samples_leaf"]["choices"] == [2, 4]
    assert json.loads(page.data["spaces"]) == {"random_forest": found}
    assert page.data["spaces_before"] == page.data["spaces"]


def test_value_that_cannot_be_is_kept_and_said_at_its_algorithm(page, dataset):
    page.press("open:random_forest").type(min_samples_leaf__values="2, deep")

    form = RunForm(page.data, dataset=dataset)

    assert "Random forest, min_samples_leaf" in str(form.errors["algorithms"])
    assert page.data["p:random_forest:min_samples_leaf:values"] == "2, deep"
    [row] = [
        r
        for r in form.merged.sections[5].rows + form.merged.sections[4].rows
        if r.errors
    ]
    assert row.parameter.name == "min_samples_leaf"


def test_parameters_are_added_reset_and_removed(page):
    page.press("open:random_forest")
    page.press("add:random_forest", **{"new:random_forest": "criterion"})
    assert page.data["p:random_forest:criterion:values"] == "gini"
    page.press("drop:random_forest:max_features")
    assert names(page) == ["n_estimators", "min_samples_leaf", "criterion"]

    page.type(min_samples_leaf__values="7")
    page.press("reset-parameter:random_forest:min_samples_leaf")
    assert page.data["p:random_forest:min_samples_leaf:values"] == "1, 3, 10"

    page.press("reset:random_forest")
    assert names(page) == ["n_estimators", "max_features", "min_samples_leaf"]
    assert page.data["spaces"] == ""


def test_section_without_any_parameter_is_the_estimator_as_it_comes(page):
    page.press("open:random_forest")
    for name in names(page):
        page.press(f"drop:random_forest:{name}")

    assert page.started().spaces["random_forest"] == {}


def test_range_is_listed_with_as_many_points_as_asked_for(page):
    page.press("open:random_forest")
    page.press("add:random_forest", **{"new:random_forest": "max_depth"})
    page.type(max_depth__kind="int", max_depth__low="2", max_depth__high="12")
    page.data[f"{DEPTH}points"] = "3"
    page.press("list:random_forest:max_depth")

    assert page.data[f"{DEPTH}kind"] == "categorical"
    assert page.data[f"{DEPTH}values"] == "2, 7, 12"


def test_json_fills_the_fields_and_the_fields_the_json(page):
    written = '{"rf": {"max_depth": [3, null]}}'
    page.press("fields", spaces=written)
    assert names(page) == ["max_depth"]
    assert page.data[f"{DEPTH}values"] == "3, None"

    page.type(max_depth__values="5")
    page.press("json")
    found = json.loads(page.data["spaces"])
    assert found["random_forest"]["max_depth"]["choices"] == [5]
    assert set(found) == {"logistic_regression", "random_forest"}


def test_json_somebody_is_writing_stays_as_it_is(page):
    page.press("open:random_forest", spaces='{"random_forest": ')

    assert page.data["spaces"] == '{"random_forest": '


def test_json_written_by_hand_counts_and_a_conflict_with_the_fields_is_said(
    page, dataset
):
    page.press("open:logistic_regression").press("open:random_forest")
    page.data["spaces"] = '{"random_forest": {"max_depth": [2]}}'
    assert page.started().spaces["random_forest"]["max_depth"]["choices"] == [2]

    page.data["p:random_forest:min_samples_leaf:values"] = "9"
    form = RunForm(page.data, dataset=dataset)

    assert "both the fields and the JSON" in str(form.errors["algorithms"])


def test_algorithm_switched_off_is_neither_checked_nor_searched(page):
    page.press("open:random_forest").type(min_samples_leaf__values="2, 4")
    page.data["p:random_forest:min_samples_leaf:values"] = "deep"
    page.data.setlist("algorithms", ["logistic_regression"])

    assert list(page.started().spaces) == ["logistic_regression"]


# --- Another strategy or task ----------------------------------------------------------


def test_own_values_are_those_of_the_new_strategy(page, dataset):
    page.press("open:random_forest")
    page.data["strategy"] = "random"

    assert converted_to(page.data, dataset) == []

    assert page.data["p:random_forest:min_samples_leaf:kind"] == "int"
    assert page.data["p:random_forest:n_estimators:values"] == "300"
    assert page.data["made_for"] == "sampled:multiclass"


def test_a_person_s_ranges_become_lists_and_back_and_it_is_said(page):
    page.data["strategy"] = "tpe"
    page.press("open:random_forest").type(
        min_samples_leaf__low="2", min_samples_leaf__high="8", min_samples_leaf__log=""
    )
    page.press(strategy="grid")

    assert page.data["p:random_forest:min_samples_leaf:values"] == "2, 4, 5, 6, 8"
    assert page.notes == ["Random forest: min_samples_leaf 2–8 became 2|…|8."]

    page.press(strategy="random")

    assert page.data["p:random_forest:min_samples_leaf:low"] == "2"
    assert page.data["p:random_forest:min_samples_leaf:high"] == "8"
    assert page.started().strategy == "random"


def test_spaces_of_a_closed_section_follow_the_strategy_too(page):
    text = (
        '{"random_forest": {"max_features": {"type": "float", "low": 0.2, "high": 1}}}'
    )
    page.data["strategy"], page.data["made_for"] = "random", "sampled:multiclass"
    page.data["spaces"] = page.data["spaces_before"] = text
    page.press(strategy="grid")

    found = page.started().spaces["random_forest"]["max_features"]
    assert found["choices"] == [0.2, 0.4, 0.6, 0.8, 1.0]


# --- To try first ----------------------------------------------------------------------


def test_combination_added_by_hand_has_the_defaults_and_is_tried_first(page):
    page.press("first-add", first_algorithm="random_forest")
    assert page.data["f:1:p:n_estimators"] == "100"
    page.data["f:1:p:n_estimators"] = "40"
    page.data["f:1:p:max_features"] = ""
    page.press("first-parameter:1", **{"f:1:new": "max_depth"})
    page.data["f:1:p:max_depth"] = "None"

    assert page.started().enqueued == [
        {
            "algorithm": "random_forest",
            "params": {"max_depth": None, "min_samples_leaf": 1, "n_estimators": 40},
        }
    ]
    page.press("first-drop:1")
    assert page.started().enqueued == []


def test_value_of_a_combination_that_cannot_be_is_said_at_it(page, dataset):
    page.press("first-add", first_algorithm="random_forest")
    page.data["f:1:p:n_estimators"] = "0"

    form = RunForm(page.data, dataset=dataset)

    assert "Random forest, n_estimators: “0”" in str(form.non_field_errors())
    assert [v.error != "" for v in form.first_rows[0].values] == [True, False, False]


def test_combination_of_an_algorithm_that_is_not_ticked_is_refused(page, dataset):
    page.press("first-add", first_algorithm="decision_tree")

    form = RunForm(page.data, dataset=dataset)

    assert "Decision tree has a combination" in str(form.non_field_errors())


def test_best_combinations_of_an_earlier_run_are_copied_once(page, dataset):
    run = RunFactory(dataset=dataset, best_value=0.9)
    for number, value in enumerate([0.7, 0.9, 0.8]):
        TrialFactory(
            run=run, number=number, value=value, params={"max_depth": number + 1}
        )
    asked = {"first_run": str(run.pk), "first_n": "2"}

    page.press("first-copy", **asked)

    assert [e["params"]["max_depth"] for e in page.started().enqueued] == [2, 3]
    page.press("first-copy", **asked)
    assert page.notes == ["There is nothing more to copy from this run."]
    assert len(page.started().enqueued) == 2


def test_address_brings_earlier_trials_and_ticks_their_algorithms(dataset, user):
    run = RunFactory(dataset=dataset)
    TrialFactory(run=run, number=4, algorithm="decision_tree", params={"max_depth": 3})
    asked = QueryDict(
        f"target=species&from_trial={run.pk}:4&from_trial=x&from_trial=7:9"
    )

    form = opening(asked, dataset=dataset, user=user)

    assert form.preview().configuration.enqueued == [
        {"algorithm": "decision_tree", "params": {"max_depth": 3}}
    ]
    assert [row.algorithm.name for row in form.first_rows] == ["decision_tree"]


def test_address_brings_nothing_of_a_run_of_others(dataset, user):
    other = TrialFactory(number=0)

    for asked in (f"from_trial={other.run_id}:0", f"from_best={other.run_id}:3"):
        form = opening(QueryDict(asked), dataset=dataset, user=user)
        assert form.first_rows == []
