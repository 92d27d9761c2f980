"""How systems are judged and ranked."""

import json
import math
import os
import sys
import time

import pandas as pd
import psutil
import pytest
import quality
import splits
from sklearn.metrics import log_loss, roc_auc_score

from tests.data import DEV, require


def problem(task: str, truth: list[str]) -> splits.Problem:
    classes = [] if task == "regression" else sorted(set(truth))
    return splits.Problem("t", task, "y", DEV, DEV, truth, classes)


def test_scores_two_classes_equal_scikit_learn():
    truth = ["no", "yes", "yes", "no"]
    answer = pd.DataFrame(
        {
            "prediction": truth,
            "probability_yes": [0.2, 0.9, 0.4, 0.5],
            "probability_no": [0.8, 0.1, 0.6, 0.5],
        }
    )

    found = splits.scores(problem("binary", truth), answer)

    codes = [0, 1, 1, 0]
    assert found["auc"] == roc_auc_score(codes, answer["probability_yes"])
    assert found["log_loss"] == pytest.approx(
        log_loss(codes, answer[["probability_no", "probability_yes"]])
    )


def test_scores_labels_written_otherwise_are_the_same_classes():
    answer = pd.DataFrame({"probability_1.0": [0.9, 0.2], "probability_0": [0.1, 0.8]})

    assert splits.scores(problem("binary", ["1", "0"]), answer)["auc"] == 1.0


def test_scores_class_without_probability_is_refused():
    answer = pd.DataFrame({"probability_a": [1.0, 0.0, 0.0]})

    with pytest.raises(ValueError, match="class b"):
        splits.scores(problem("multiclass", ["a", "b", "c"]), answer)


def test_scores_missing_rows_are_refused():
    answer = pd.DataFrame({"prediction": [1.0]})

    with pytest.raises(ValueError, match="1 rows"):
        splits.scores(problem("regression", ["1", "2"]), answer)


def test_scores_numbers_are_rmse():
    answer = pd.DataFrame({"prediction": [1.0, 4.0]})

    found = splits.scores(problem("regression", ["1", "2"]), answer)

    assert found == {"rmse": pytest.approx(math.sqrt(2))}


def test_ranks_equals_share_and_failures_come_last():
    values = {"a": 0.9, "b": 0.8, "c": 0.9, "d": None, "e": None}

    assert splits.ranks(values, greater_is_better=True) == {
        "a": 1.5, "c": 1.5, "b": 3.0, "d": 4.5, "e": 4.5,
    }  # fmt: skip
    assert splits.ranks(values, greater_is_better=False)["b"] == 1.0


@pytest.mark.parametrize("name", ["titanic", "bike_sharing_hour"])
def test_split_is_the_agreed_one_and_hides_the_target(name, tmp_path):
    require(DEV / "datasets.json")

    # Raises if the rows are not those agreed on.
    found = splits.split(name, tmp_path)

    train, test = pd.read_csv(found.train), pd.read_csv(found.test)
    assert set(train.columns) - set(test.columns) == {found.target}
    assert len(test) == len(found.truth)
    hidden = {"PassengerId", "instant", "casual", "registered"}
    assert hidden.isdisjoint(train.columns)


def run(code: str, folder, *, seconds: float = 20.0) -> str:
    return quality.command(
        [sys.executable, "-c", code],
        environment=dict(os.environ),
        folder=folder,
        seconds=seconds,
    )


def test_command_that_fails_says_why_in_its_last_line(tmp_path):
    with pytest.raises(quality.FailedError, match="Exit code 1: ValueError: no rows"):
        run("raise ValueError('no rows')", tmp_path)


def test_command_that_does_not_end_is_ended_with_all_it_started(tmp_path):
    code = (
        "import pathlib, subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "pathlib.Path('pid').write_text(str(child.pid))\n"
        "time.sleep(60)"
    )

    with pytest.raises(quality.FailedError, match="had not ended after 2 s"):
        run(code, tmp_path, seconds=2.0)

    child = int((tmp_path / "pid").read_text())
    deadline = time.monotonic() + 5
    while is_running(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_running(child)


def is_running(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_read_outcome_measured_twice_is_the_later_one(tmp_path):
    path = tmp_path / "build" / "outcomes.jsonl"
    key = {"table": "t", "system": "s", "budget": 60.0, "seed": 0, "cores": 2}
    for error in ("first", "second"):
        quality.append(path, {**key, "error": error})
    quality.append(path, {**key, "seed": 1, "error": ""})

    found = quality.read(path)

    assert found[tuple(key.values())]["error"] == "second"
    assert len(found) == 2
    assert json.loads(path.read_text().splitlines()[0])["error"] == "first"
