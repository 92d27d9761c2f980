"""What a model would say of another row, by the API: as the What if tab says it."""

import pytest

from models_app.explained.what_if import answer_of

ROW = {"weight": 11.5, "colour": "red", "length": 4.0}


def ask(caller, model, **body):
    return caller("POST", f"/models/{model.pk}/what-if", json=body)


def test_answer_is_that_of_the_page(model, viewer, serve):
    serve(model)

    found = ask(viewer, model, row=ROW, column="weight").json()

    page = answer_of(model, ROW, column="weight", label="", timeout=30)
    figure = page["figures"]["waterfall"]["data"][0]
    assert found["prediction"] == page["prediction"]
    assert {s.label: s.percent for s in page["shares"]} == {
        label: round(100 * share, 2) for label, share in found["probabilities"].items()
    }
    assert found["base"] == figure["x"][0]
    assert [one["contribution"] for one in found["contributions"]] == figure["x"][1:-1]
    assert found["output"] == pytest.approx(figure["x"][-1])
    assert (found["explainer"], found["label"]) == (page["method"], "=yes")
    assert found["curve"]["column"] == "weight"
    assert len(found["curve"]["grid"]) == len(found["curve"]["outputs"][0])
    assert found["row"] is None


def test_number_comes_with_the_interval_that_a_prediction_gets(fitted, viewer, serve):
    model = fitted("regression")
    serve(model)
    asked = {"rows": [ROW], "interval_level": 0.8}

    found = ask(viewer, model, row=ROW, interval_level=0.8).json()
    other = ask(viewer, model, row=ROW, interval_level=0.42)

    told = viewer("POST", f"/models/{model.pk}/predictions/rows", json=asked).json()
    assert found["interval"] == told["rows"][0]["interval"]
    assert found["interval_level"] == 0.8
    assert [one["pointer"] for one in other.json()["errors"]] == ["#/interval_level"]


def test_class_has_no_interval(model, viewer, serve):
    serve(model)

    found = ask(viewer, model, row=ROW).json()

    assert (found["interval"], found["interval_level"]) == (None, None)


def test_evaluated_row_comes_with_its_values(model, viewer, serve, table):
    serve(model)

    found = ask(viewer, model, number="12").json()
    missing = ask(viewer, model, number="8")

    assert found["row"]["number"] == 12
    assert found["row"]["values"]["weight"] == table["weight"][11]
    assert found["row"]["actual"] == table["likes"][11]
    sent = {one["column"]: one["value"] for one in found["contributions"]}
    assert sent == found["row"]["values"]
    assert missing.status_code == 422
    assert missing.json()["errors"][0]["pointer"] == "#/number"


def test_problem_names_the_column(model, viewer, serve):
    serve(model)

    lacking = ask(viewer, model, row={"weight": 1, "color": "red", "length": 2})
    several = ask(viewer, model, row={**ROW, "weight": [1]})

    assert (lacking.status_code, several.status_code) == (422, 422)
    [error] = lacking.json()["errors"]
    assert error["pointer"] == "#/row/colour"
    assert [one["pointer"] for one in several.json()["errors"]] == ["#/row/weight"]


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({}, "#/row"),
        ({"row": ROW, "number": "3"}, "#/row"),
        ({"number": "best"}, "#/number"),
        ({"row": ROW, "column": "page"}, "#/column"),
        ({"row": [1]}, "#/row"),
    ],
)
def test_what_cannot_be_asked_names_its_field(listed, viewer, body, place):
    answer = ask(viewer, listed, **body)

    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.json()["errors"]] == [place]


def test_without_a_service_it_is_said_to_be_unavailable(model, viewer):
    answer = ask(viewer, model, row=ROW)

    assert answer.status_code == 503
    assert answer["Retry-After"] == "5"
    assert answer.json()["type"].endswith("#problem-unavailable")


def test_what_if_is_for_who_sees_the_model(listed, stranger, nobody):
    assert ask(stranger, listed, row=ROW).status_code == 404
    assert ask(nobody, listed, row=ROW).status_code == 401
