"""What may not go on is ended: a trial, a search, a run; the workers live on."""

import json
import time

import numpy as np
import pandas as pd
import pytest


@pytest.fixture(scope="module")
def slow_table(tmp_path_factory):
    """A table on which some of the trials below take minutes."""
    rng = np.random.default_rng(0)
    n_rows = 20_000
    X = rng.normal(size=(n_rows, 12))
    frame = pd.DataFrame(X.round(4), columns=[f"x{i}" for i in range(12)])
    frame["y"] = (X[:, 0] * X[:, 1] + rng.normal(size=n_rows)).round(4)
    path = tmp_path_factory.mktemp("tables") / "slow.csv"
    frame.to_csv(path, index=False)
    return path


def train(installation, table, tmp_path, spec, **options):
    path = tmp_path / "spec.json"
    path.write_text(json.dumps({"target": "y", **spec}))
    arguments = ["train", str(table), "--spec", str(path), "--json"]
    done = installation.manage(*arguments, **options)
    return json.loads(done.stdout)


SLOW = {
    "spaces": {
        "random_forest": {
            "n_estimators": [2000],
            "max_features": [1.0],
            "min_samples_leaf": [1],
        },
        "ridge": {"alpha": [0.1, 1.0, 10.0]},
    },
    "strategy": "grid",
}


def test_trial_over_its_time_limit_is_ended_and_the_rest_goes_on(
    installation, slow_table, tmp_path
):
    result = train(installation, slow_table, tmp_path, {**SLOW, "trial_seconds": 5})

    assert result["status"] == "finished"
    assert result["trials_by_state"]["complete"] == 3
    assert result["trials_by_state"]["failed"] == 1
    trials = json.loads(
        installation.manage("trials", str(result["run"]), "--json").stdout
    )
    [ended] = [t for t in trials if t["state"] == "failed"]
    assert ended["algorithm"] == "random_forest"
    assert "longer than the limit of 5 s" in ended["error"]


def test_trial_over_its_memory_limit_is_ended_and_says_so(
    installation, slow_table, tmp_path
):
    result = train(installation, slow_table, tmp_path, {**SLOW, "trial_memory_mb": 900})

    assert result["trials_by_state"]["complete"] == 3
    trials = json.loads(
        installation.manage("trials", str(result["run"]), "--json").stdout
    )
    [ended] = [t for t in trials if t["state"] == "failed"]
    assert "more than the limit of 900 MB" in ended["error"]


def test_run_with_a_time_budget_ends_within_it_and_has_a_model(
    installation, slow_table, tmp_path
):
    started = time.monotonic()

    result = train(
        installation, slow_table, tmp_path, {**SLOW, "time_budget_seconds": 20}
    )

    assert result["status"] == "finished"
    assert result["model"] is not None
    # The fit of minutes is cut; a tenth more than the budget is what a run may take.
    assert result["seconds"] <= 22
    assert time.monotonic() - started < 60
