import pytest

from runs.queries import metric_rows
from tests.factories import RunFactory, TrialFactory

pytestmark = pytest.mark.django_db


def gaps(**metrics):
    """Return the gap of each metric, given as (fold score, score of the rows fitted)."""
    trial = TrialFactory(
        run=RunFactory(),
        metrics={name: [score] for name, (score, _) in metrics.items()},
        train_metrics={name: [score] for name, (_, score) in metrics.items()},
    )
    return {row.name: row.gap for row in metric_rows(trial)}


def test_gap_says_how_much_better_the_rows_fitted_are_scored():
    # Stored with greater better: a log loss of 0.5 is -0.5.
    found = gaps(accuracy=(0.8, 0.9), log_loss=(-0.5, -0.2), r2=(-0.3, 0.1))

    assert found == pytest.approx({"accuracy": 0.1, "log_loss": 0.3, "r2": 0.4})


def test_gap_is_negative_where_the_rows_fitted_are_scored_worse():
    assert gaps(mcc=(0.1, -0.1)) == pytest.approx({"mcc": -0.2})
