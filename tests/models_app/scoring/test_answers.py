import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from models_app.evaluation.conformal import half_widths
from models_app.evaluation.coverage import measured_apart
from models_app.evaluation.deciding import decide
from models_app.evaluation.recalibration import Calibrator
from models_app.scoring.answers import Answering, as_records
from models_app.scoring.intervals import bounds, intervals_of

X = pd.DataFrame({"a": np.linspace(-2, 2, 40)})


def classifier(n_classes=2):
    labels = np.arange(40) % n_classes
    return make_pipeline(StandardScaler(), LogisticRegression()).fit(X, labels)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_answers_are_those_of_the_pipeline(n_classes):
    pipeline = classifier(n_classes)
    labels = [str(label) for label in pipeline.classes_]

    answers = Answering(pipeline, labels).answer(X)

    assert answers["prediction"].tolist() == pipeline.predict(X).astype(str).tolist()
    shares = np.stack([answers[f"probability_{label}"] for label in labels], axis=1)
    assert np.array_equal(shares, pipeline.predict_proba(X))


def test_threshold_decides_from_its_own_value_on():
    probabilities = np.array([[0.7, 0.3], [0.71, 0.29], [0.1, 0.9]])

    assert decide(probabilities, positive=1, threshold=0.3).tolist() == [1, 0, 1]
    assert decide(probabilities, positive=0, threshold=0.705).tolist() == [1, 0, 1]
    assert decide(probabilities).tolist() == [0, 0, 1]


def test_recalibrated_probabilities_are_told_and_the_models_own_decide():
    pipeline = classifier()
    half = Calibrator(x=[0.0, 1.0], y=[0.0, 0.5])
    own = pipeline.predict_proba(X)[:, 1]

    answers = Answering(
        pipeline, ["no", "yes"], positive=1, threshold=0.5, calibrators=[half]
    ).answer(X)

    assert np.allclose(answers["probability_yes"], own / 2)
    assert answers["prediction"].tolist() == np.where(own >= 0.5, "yes", "no").tolist()


def test_intervals_lie_around_the_prediction():
    pipeline = make_pipeline(StandardScaler(), LinearRegression()).fit(X, 3 * X["a"])
    intervals = intervals_of({"levels": [{"level": 0.9, "half_width": 0.5}]})

    answers = Answering(pipeline, intervals=intervals).answer(X)
    record = as_records(answers, [], intervals)[0]

    assert list(answers) == ["prediction", "lower_90", "upper_90"]
    assert record["intervals"][0]["level"] == 0.9
    assert record["intervals"][0]["lower"] == pytest.approx(-6.5)
    assert record["intervals"][0]["upper"] == pytest.approx(-5.5)


def test_intervals_are_as_wide_as_the_evaluation_measured_for_such_predictions():
    predicted = np.arange(400.0)
    errors = np.where(predicted < 240, 1.0, 10.0) * np.linspace(0.5, 1, 400)
    found = measured_apart(errors, predicted, errors, predicted)
    stored = {
        "levels": [level._asdict() for level in found.levels],
        "groups": [group._asdict() for group in found.groups],
    }
    stored["groups"][0]["half_widths"][2] = None  # too few rows in this one
    values = pd.DataFrame({"a": [-5.0, 79, 79.8, 80, 200, 239.4, 300, 1e6]})
    same = make_pipeline(StandardScaler(), LinearRegression()).fit(values, values["a"])

    intervals = intervals_of(stored)
    answers = Answering(same, intervals=intervals).answer(values)

    assert len({w for interval in intervals for w in interval.half_widths}) > 6
    at = answers["prediction"]
    for level in (0.8, 0.9, 0.95):
        wide = half_widths(stored, level, at)
        assert np.array_equal(answers[f"upper_{100 * level:g}"], at + wide)
        assert np.array_equal(answers[f"lower_{100 * level:g}"], at - wide)
    assert [b["upper"] for b in bounds(intervals, float(at[4]))] == [
        answers[f"upper_{level}"][4] for level in (80, 90, 95)
    ]
