"""The Explanation and What if tabs."""

import json

import pytest
from django.urls import reverse

from models_app import artifacts, computing, services
from models_app.charts.wording import number
from models_app.enums import ComputationKind
from models_app.explained.tables import TABLES
from models_app.inference.answering import answers
from models_app.inference.client import InferenceError, UnavailableError
from models_app.inference.keeping import Shelf
from models_app.scoring.intervals import intervals_of
from runs.enums import Role
from runs.templatetags.display import figures
from tests.factories import ModelMetaFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def explained(make_model):
    """Return a function that makes a model with its explanation."""

    def make(task="binary", **more):
        model = make_model(task, **more)
        computation = services.request_computation(
            model, ComputationKind.EXPLANATION, user=None
        )
        computing.compute(computation.pk)
        return model

    return make


@pytest.fixture
def direct(monkeypatch):
    """Answer in this process what the client would ask a server."""
    shelf = Shelf()

    def ask(model, rows, *, explain=False, curves=(), row="", timeout=0):
        request = {
            "id": "x",
            "model": model.pk,
            "file": artifacts.pipeline_artifact(model).file.name,
            "threshold": model.threshold,
            "rows": list(rows),
            "explain": explain,
            "curves": list(curves),
            "row": row,
            "until": 0.0,
        }
        loaded = shelf.get(model.pk, request["file"])
        [(_, found)] = answers(loaded, [request])
        if "error" in found:
            raise InferenceError(found["error"])
        return json.loads(json.dumps(found))

    monkeypatch.setattr("models_app.views.what_if.ask", ask)
    monkeypatch.setattr("models_app.explained.what_if.ask", ask)


@pytest.fixture
def visit(client):
    """Return a function that opens a tab of a model as its owner."""

    def get(model, tab, **query):
        user = UserFactory()
        model.run.project.memberships.create(user=user, role=Role.OWNER)
        client.force_login(user)
        return client.get(reverse(f"models_app:{tab}", args=[model.pk]), query)

    return get


def figure(response, name):
    html = response.content.decode()
    start = html.index(f'<script id="figure-{name}" type="application/json">')
    text = html[html.index(">", start) + 1 : html.index("</script>", start)]
    return json.loads(text)


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_explanation_shows_every_kind(explained, visit, task):
    response = visit(explained(task), "explanation")

    html = response.content.decode()
    assert response.status_code == 200
    for name in ("beeswarm", "spread", "waterfall", "dependence", "pair"):
        assert figure(response, name)["data"]
    assert "Mean absolute SHAP value" in html
    assert "How much" in html
    assert "holdout, 30 rows" in html


def test_address_chooses_class_column_and_row(explained, visit):
    model = explained("multiclass")
    first = visit(model, "explanation").context
    number = first["row_numbers"][5]

    response = visit(
        model, "explanation", **{"class": "c", "column": "length", "row": number}
    )

    choice = response.context["choice"]
    assert response.context["shap"]["outputs"][choice.output] == "c"
    assert choice.column == "length"
    assert response.context["row_number"] == number
    assert "score of c" in response.context["unit"]


@pytest.mark.parametrize(
    ("column", "told"),
    [
        ("weight", "thin lines are single rows. On grey ground"),
        ("colour", "Pale is a value that fewer than 10 of 30 rows have."),
    ],
)
def test_dependence_says_what_is_drawn(explained, visit, column, told):
    response = visit(explained(), "explanation", column=column)

    cards = {card.name: card for card in response.context["dependence_cards"]}
    assert told in cards["dependence"].hint


def test_importances_of_a_regression_are_written_as_other_pages_do(explained, visit):
    response = visit(explained("regression"), "explanation")

    permutation = response.context["stored"]["permutation"].data
    [shuffled, shap, *_] = response.context["importances"].kinds
    first = response.context["importances"].rows[0]
    at = permutation["columns"].index(first.column)
    assert first.cells[0].text == number(permutation["mean"][at])
    assert first.cells[0].spread_text == f"{permutation['spread'][at]:.3f}"
    assert "of 30 holdout rows." in shuffled.what
    assert shap.what.endswith("in price.")
    actual = response.context["shap_cards"][-1].hint.split("is ")[1].split(". ")[0]
    assert actual == number(float(actual))


def test_rows_are_told_with_their_limit(explained, visit):
    model = explained("regression")
    model.n_rows_evaluated = 4_128
    model.save(update_fields=["n_rows_evaluated"])
    for kind, limit in (("shap", {"rows": 30, "seconds": 10}), ("permutation", {})):
        artifact = model.artifacts.get(kind=kind)
        artifact.data["limit"] = {**artifact.data["limit"], **limit}
        artifact.save(update_fields=["data"])

    response = visit(model, "explanation")

    shuffled = response.context["importances"].kinds[0]
    [dependence, pair] = response.context["dependence_cards"]
    assert response.context["shap_rows"] == "30 of the 4,128 holdout rows"
    assert response.context["shap_limit"] == "They are drawn at random, at most 30."
    assert "are the least that are taken" in shuffled.what
    assert "as many as were reckoned to take 4 seconds." in dependence.hint
    assert "holdout, 30 of 4,128 rows" in pair.figure["layout"]["title"]["text"]


def test_waterfall_ends_at_the_rows_output(explained, visit):
    response = visit(explained("regression"), "explanation")

    [trace] = figure(response, "waterfall")["data"]
    assert trace["x"][0] + sum(trace["x"][1:-1]) == pytest.approx(trace["x"][-1])


def test_row_that_is_not_explained_is_said_so(explained, visit):
    response = visit(explained(), "explanation", row="99999")

    assert "none of the explained rows" in response.content.decode()


@pytest.mark.parametrize("row", ["worst", "random", "", "x", "-1", "9" * 30])
def test_any_row_in_the_address_is_answered(explained, visit, row):
    assert visit(explained(), "explanation", row=row, pair="99").status_code == 200


def test_model_without_explanation_offers_one(make_model, visit):
    html = visit(make_model(), "explanation").content.decode()

    assert "Compute it now" in html


@pytest.mark.parametrize("tab", ["explanation", "what_if"])
def test_tab_of_a_stranger_is_404(client, tab):
    client.force_login(UserFactory())

    url = reverse(f"models_app:{tab}", args=[ModelMetaFactory().pk])

    assert client.get(url).status_code == 404


@pytest.mark.parametrize("tab", ["explanation", "what_if"])
def test_tab_of_a_model_that_is_not_ready(visit, tab):
    html = visit(ModelMetaFactory(state="fitting"), tab).content.decode()

    assert "not ready yet" in html


def test_every_kind_has_its_tables(explained):
    model = explained(algorithms=[("random_forest", {"n_estimators": 5})])

    kinds = set()
    for artifact in model.artifacts.filter(kind__in=TABLES):
        kinds.add(artifact.kind)
        for table in TABLES[artifact.kind](artifact):
            assert {len(row) for row in table.rows} <= {len(table.header)}
    assert len(kinds) == 6


def test_what_if_shows_a_rows_values_and_answer(make_model, visit, direct, table):
    response = visit(make_model(), "what_if", row="12", column="length")

    fields = {f.name: f.value for f in response.context["fields"]}
    assert float(fields["weight"]) == table["weight"][11]
    assert response.context["answer"]["prediction"] in {"=yes", "-no"}
    assert (
        figure(response, "what-if-curve")["layout"]["xaxis"]["title"]["text"]
        == "length"
    )


def test_what_if_says_what_values_were_in_training(make_model, visit, direct, table):
    response = visit(make_model(), "what_if", row="12")

    hints = {field.name: field.hint for field in response.context["fields"]}
    weight = table["weight"]
    assert hints["weight"] == f"{weight.min():.6g} to {weight.max():.6g} in training"
    assert hints["colour"] == "blue, green, red in training"
    assert hints["weight"] in response.text


def test_what_if_flips_the_prediction(make_model, visit, client, direct):
    model = make_model()
    visit(model, "what_if")
    url = reverse("models_app:what_if_answer", args=[model.pk])

    found = [
        client.post(url, {"v0": weight, "v1": "red", "v2": "5", "column": "weight"})
        for weight in ("2", "18")
    ]

    [low, high] = [response.json() for response in found]
    assert "-no" in low["html"].split("</strong>")[0]
    assert "=yes" in high["html"].split("</strong>")[0]
    here = high["figures"]["curve"]["data"][1]
    assert here["x"] == [18.0]


def test_what_if_in_the_address_takes_the_place_of_the_rows_own(
    make_model, visit, direct
):
    response = visit(make_model(), "what_if", row="12", v0="3.5")

    assert response.context["fields"][0].value == "3.5"
    assert response.context["row"]["values"]["weight"] != 3.5


def test_what_if_writes_a_number_as_other_pages_do(make_model, visit, direct):
    model = make_model("regression", algorithms=[("ridge", {})])

    shown = visit(model, "what_if", row="12").context["answer"]["prediction"]

    value = float(shown.replace(",", ""))
    assert shown == number(value)
    assert len(shown.replace(",", "").lstrip("-0.")) <= 6


def test_what_if_of_a_number_shows_the_intervals_of_its_prediction(
    make_model, visit, direct
):
    model = make_model("regression", algorithms=[("ridge", {})])

    response = visit(model, "what_if", row="12")

    answer = response.context["answer"]
    stored = intervals_of(model.artifacts.get(kind="prediction_intervals").data)
    prediction = float(answer["prediction"].replace(",", ""))
    assert answer["intervals"]
    for told, interval in zip(answer["intervals"], stored, strict=True):
        assert (told["lower"] + told["upper"]) / 2 == pytest.approx(prediction, 0.01)
        half = (told["upper"] - told["lower"]) / 2
        assert half == pytest.approx(interval.half_width(prediction))
        lower, upper = figures(told["lower"]), figures(told["upper"])
        assert f"{lower} to" in response.text
        assert upper in response.text


def test_row_of_the_diagnosis_shows_its_explanation(make_model, visit, direct):
    model = make_model()

    response = visit(model, "what_if", row="12")

    drawn = figure(response, "what-if-why")["data"][0]
    assert response.context["row"]["number"] == 12
    base, *steps, output = drawn["x"]
    assert output == pytest.approx(base + sum(steps))


def test_what_if_of_a_row_that_is_not_there_says_so(make_model, visit, direct):
    assert (
        "Row 99999 is not"
        in visit(make_model(), "what_if", row="99999").content.decode()
    )


def test_what_if_without_the_service_says_so_and_asks_again(
    make_model, visit, client, monkeypatch
):
    def ask(*_, **__):
        raise UnavailableError("No prediction service is running.")

    monkeypatch.setattr("models_app.views.what_if.ask", ask)
    monkeypatch.setattr("models_app.explained.what_if.ask", ask)
    model = make_model()

    html = visit(model, "what_if").content.decode()
    answer = client.post(reverse("models_app:what_if_answer", args=[model.pk]), {})

    assert "No prediction service is running." in html
    assert "load delay:2s" in html
    assert answer.status_code == 503
