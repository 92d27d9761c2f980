"""What a person chooses for a model, and what its predictions make of it."""

import csv
import io

import numpy as np
import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile

from models_app import choosing, computing, predicting, services
from models_app.answers import read_answers
from models_app.enums import ArtifactKind, ComputationKind, ModelState, Recalibration
from models_app.evaluation.recalibration import calibrators_from, recalibrated
from runs.models import RunEvent
from tests.factories import ModelMetaFactory, UserFactory

pytestmark = pytest.mark.django_db

COSTS = {
    "false_positive": 1.0,
    "false_negative": 5.0,
    "true_positive": 0.0,
    "true_negative": 0.0,
}


def answered(model, table):
    """Predict the table's rows by a file, as a person does; return answers and notes."""
    rows = ContentFile(table.to_csv(index=False).encode())
    prediction = services.create_prediction(
        user=None, model=model, file=rows, filename="rows.csv"
    )
    predicting.predict(prediction.pk)
    prediction.refresh_from_db()
    assert prediction.state == "ready", prediction.error
    with prediction.output.open("rb") as stream:
        lines = csv.DictReader(io.TextIOWrapper(stream, encoding="utf-8"))
        return list(lines), prediction.notes


def test_set_threshold_stores_it_with_costs_and_says_so():
    user = UserFactory()
    model = ModelMetaFactory(trial__run__task="binary", trial__run__positive_class="y")

    choosing.set_threshold(model, user=user, threshold=0.25, costs=COSTS)

    model.refresh_from_db()
    event = RunEvent.objects.get(run=model.run)
    assert (model.threshold, model.costs) == (0.25, COSTS)
    assert event.actor == user
    assert "answers y from a probability of 0.25 on" in event.message


def test_set_threshold_none_forgets_it_and_keeps_the_costs():
    model = ModelMetaFactory(
        trial__run__task="binary", threshold=0.25, costs={"false_positive": 3}
    )

    choosing.set_threshold(model, user=None, threshold=None)

    model.refresh_from_db()
    assert (model.threshold, model.costs) == (None, {"false_positive": 3})


@pytest.mark.parametrize(
    ("task", "state", "threshold", "message"),
    [
        ("multiclass", ModelState.READY, 0.5, "two classes"),
        ("binary", ModelState.FITTED, 0.5, "not ready"),
        ("binary", ModelState.READY, 1.2, "from 0 to 1"),
    ],
)
def test_set_threshold_without_sense_is_refused(task, state, threshold, message):
    model = ModelMetaFactory(trial__run__task=task, state=state)

    with pytest.raises(ValidationError, match=message):
        choosing.set_threshold(model, user=None, threshold=threshold)

    assert not RunEvent.objects.exists()


def test_predictions_use_the_threshold_that_is_stored(make_model, table):
    model = make_model("binary")
    before, _ = answered(model, table)
    choosing.set_threshold(model, user=None, threshold=0.8)

    after, notes = answered(model, table)

    positive = [float(row["probability_=yes"]) >= 0.8 for row in after]
    assert [row["prediction"] == "=yes" for row in after] == positive
    assert [r["prediction"] for r in after] != [r["prediction"] for r in before]
    assert any("from a probability of 0.8 on" in note for note in notes)


@pytest.mark.parametrize("task", ["binary", "multiclass"])
@pytest.mark.parametrize("method", ["sigmoid", "isotonic"])
def test_predictions_tell_recalibrated_probabilities(make_model, table, task, method):
    model = make_model(task)
    before, _ = answered(model, table)
    choosing.set_recalibration(model, user=None, recalibration=Recalibration(method))

    after, notes = answered(model, table)

    names = [name for name in before[0] if name.startswith("probability_")]
    own = np.array([[float(row[name]) for name in names] for row in before])
    told = np.array([[float(row[name]) for name in names] for row in after])
    stored = model.artifacts.get(kind=ArtifactKind.CALIBRATION).data["calibrators"]
    assert told == pytest.approx(recalibrated(own, calibrators_from(stored[method])))
    assert [r["prediction"] for r in after] == [r["prediction"] for r in before]
    assert any(f"recalibrated ({method})" in note for note in notes)


def test_set_recalibration_without_stored_numbers_is_refused():
    model = ModelMetaFactory()

    with pytest.raises(ValidationError, match="at least two evaluated rows"):
        choosing.set_recalibration(
            model, user=None, recalibration=Recalibration.SIGMOID
        )


def test_evaluating_again_stores_what_an_earlier_version_had_not(make_model):
    model = make_model("binary")
    stored = {a.kind: a.data for a in model.artifacts.all()}
    answers = read_answers(model)
    model.artifacts.exclude(
        kind__in=[ArtifactKind.PIPELINE, ArtifactKind.METRICS]
    ).delete()

    computation = services.request_computation(
        model, ComputationKind.EVALUATION, user=None
    )
    computing.compute(computation.pk)

    computation.refresh_from_db()
    assert (computation.state, computation.error) == ("ready", "")
    assert {a.kind: a.data for a in model.artifacts.all()} == stored
    assert (read_answers(model).probabilities == answers.probabilities).all()
