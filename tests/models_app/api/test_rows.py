"""A few rows, by the API: the pipeline's answers, and what is wrong with which value.

Answered by this process: the service that usually does has tests of its own.
"""

import numpy as np
import pandas as pd
import pytest

from models_app import artifacts
from models_app.enums import ArtifactKind
from runs.enums import Scope
from tests.runs.api.conftest import Caller

ROWS = [
    {"weight": 12.5, "colour": "red", "length": 5},
    {"weight": 7, "colour": "violet", "length": None, "page": 3},
]
X = pd.DataFrame(
    {"weight": [12.5, 7], "colour": ["red", "violet"], "length": [5.0, np.nan]}
)


def ask(caller, model, rows=ROWS, **more):
    path = f"/models/{model.pk}/predictions/rows"
    return caller("POST", path, json={"rows": rows, **more})


def pipeline_of(model):
    return artifacts.load_bundle(model)["pipeline"]


@pytest.mark.parametrize("task", ["binary", "multiclass"])
def test_rows_of_a_classifier_are_answered_by_its_pipeline(fitted, viewer, task):
    model = fitted(task)

    answer = ask(viewer, model)

    found, pipeline = answer.json(), pipeline_of(model)
    assert answer.status_code == 200
    assert [row["prediction"] for row in found["rows"]] == list(pipeline.predict(X))
    assert [list(row["probabilities"].values()) for row in found["rows"]] == (
        pipeline.predict_proba(X).tolist()
    )
    assert list(found["rows"][0]["probabilities"]) == list(pipeline.classes_)
    assert {row["interval"] for row in found["rows"]} == {None}
    assert {row["explanation"] for row in found["rows"]} == {None}
    assert found["target"] == model.run.target
    assert found["notes"][0] == "Columns the model does not use: page."
    assert "colour 1, such as violet" in found["notes"][-1]


def test_rows_of_a_regression_have_the_interval_that_is_asked_for(fitted, viewer):
    model = fitted("regression")
    stored = model.artifacts.get(kind=ArtifactKind.PREDICTION_INTERVALS).data

    found = ask(viewer, model).json()
    wider = ask(viewer, model, interval_level=0.95).json()

    predicted = pipeline_of(model).predict(X)
    assert [row["prediction"] for row in found["rows"]] == predicted.tolist()
    assert [row["probabilities"] for row in found["rows"]] == [None, None]
    widths = {one["level"]: one["half_width"] for one in stored["levels"]}
    for answer, level in ((found, 0.9), (wider, 0.95)):
        assert answer["interval_level"] == level
        for row in answer["rows"]:
            low, high = row["interval"]
            assert high - low == pytest.approx(2 * widths[level])
    refused = ask(viewer, model, interval_level=0.5)
    assert refused.status_code == 422
    assert refused.json()["errors"] == [
        {
            "detail": "Intervals were measured of 0.8, 0.9, 0.95.",
            "pointer": "#/interval_level",
        }
    ]


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_explained_rows_add_up_to_the_models_answer(fitted, viewer, task):
    model = fitted(task)

    found = ask(viewer, model, explain=True).json()

    assert found["explainer"]
    for row, sent in zip(found["rows"], ROWS, strict=True):
        total, why = row["explained"], row["explanation"]
        assert {one["column"] for one in why} == {"weight", "colour", "length"}
        assert {one["column"]: one["value"] for one in why}["colour"] == sent["colour"]
        sizes = [abs(one["contribution"]) for one in why]
        assert sizes == sorted(sizes, reverse=True)
        added = total["base"] + sum(one["contribution"] for one in why)
        assert added == pytest.approx(total["output"], abs=1e-9)
        if task == "regression":
            assert total["output"] == pytest.approx(row["prediction"])
            assert total["label"] is None
        elif task == "binary":
            assert total["label"] == "=yes"
        else:
            assert total["label"] == row["prediction"]


@pytest.mark.parametrize(
    ("rows", "errors"),
    [
        ([], {"#/rows/0": "There are no rows"}),
        ([3], {"#/rows/0": "Input should be"}),
        (
            [{"weight": 1, "color": "red"}],
            {
                "#/rows/0/colour": "colour (the nearest there is: color)",
                "#/rows/0/length": "length",
            },
        ),
        (
            [ROWS[0], {**ROWS[0], "weight": [1], "length": {}}],
            {"#/rows/1/weight": "weight has a list", "#/rows/1/length": "length has a"},
        ),
        ([{**ROWS[0], "length": 10**400}], {"#/rows/0/length": "too large"}),
        (
            [ROWS[0], {**ROWS[0], "weight": "heavy"}, {**ROWS[0], "length": True}],
            {
                "#/rows/1/weight": "weight has “heavy” where a number is needed.",
                "#/rows/2/length": "length has “true” where a number is needed.",
            },
        ),
        (
            [{**ROWS[0], "weight": float("inf")}, {**ROWS[0], "length": "1e400"}],
            {
                "#/rows/0/weight": "weight has a number that is too large.",
                "#/rows/1/length": "length has “1e400” where a number is needed.",
            },
        ),
        (
            [ROWS[0], {"weight": 1, "colour": "red"}],
            {"#/rows/1/length": "The row lacks length; send null where"},
        ),
        ([{**ROWS[0], "colour": "\0"}], {"#/rows/0/colour": "cannot be stored"}),
        ([{}] * 1001, {"#/rows": "At most 1,000 rows are predicted at once"}),
    ],
    ids=[
        *("none", "no row", "columns", "values", "number", "no number", "without end"),
        *("a row lacks a column", "text", "too many"),
    ],
)
def test_problem_names_row_and_column(model, viewer, rows, errors):
    answer = ask(viewer, model, rows)

    found = {one["pointer"]: one["detail"] for one in answer.json()["errors"]}
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    assert found.keys() == errors.keys()
    for place, words in errors.items():
        assert words in found[place]


def test_at_most_a_hundred_rows_are_explained(model, viewer):
    answer = ask(viewer, model, [ROWS[0]] * 101, explain=True)

    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert error["pointer"] == "#/rows"
    assert "At most 100 rows are explained" in error["detail"]


def test_model_that_is_not_ready_is_a_conflict(model, viewer):
    model.state = "fitting"
    model.save()

    answer = ask(viewer, model)

    assert answer.status_code == 409
    assert "not ready" in answer.json()["detail"]


def test_rows_are_for_who_sees_the_model_with_a_token_that_writes(
    model, viewer, stranger, nobody
):
    reads = Caller.new(viewer.user, scopes=[Scope.READ])

    assert ask(nobody, model).status_code == 401
    assert ask(stranger, model).status_code == 404
    assert ask(reads, model).status_code == 403
