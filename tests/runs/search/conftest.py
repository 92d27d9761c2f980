"""Small tables with everything real ones have: numbers, categories, texts, gaps."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from runs.search.folds import FoldSet, Split, encode_target, fold_rows, prepare_folds
from runs.search.metrics import default_metric, make_scorer
from runs.search.problem import TaskType
from runs.search.threads import limit_threads
from tests.data import DEV


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Keep tests that run side by side from waiting for each other's threads."""
    with limit_threads(1):
        yield


@dataclass
class Problem:
    """A table with its target encoded and its folds decided."""

    X: pd.DataFrame
    labels: pd.Series
    task: TaskType
    cache_dir: Path
    n_splits: int = 3

    def __post_init__(self) -> None:
        self.y, self.classes = encode_target(self.labels, self.task)
        self.split = Split(self.n_splits, 0.0, 0, self.task)
        self.rows = fold_rows(self.y, self.split)
        self.scorer = make_scorer(
            default_metric(self.task), self.task, classes=self.classes
        )

    def folds(self, recipe: str) -> FoldSet:
        return prepare_folds(
            self.X,
            self.y,
            split=self.split,
            recipe=recipe,
            cache_dir=self.cache_dir,
            key=f"{self.task}-{id(self)}",
        )


def made_table(n_rows: int = 120) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    number = rng.normal(size=n_rows)
    colour = pd.Series(rng.choice(["red", "green", "blue"], n_rows))
    return pd.DataFrame(
        {
            "number": number,
            "gaps": np.where(rng.random(n_rows) < 0.3, np.nan, rng.normal(size=n_rows)),
            "count": rng.integers(0, 9, n_rows),
            "flag": rng.random(n_rows) < 0.5,
            "colour": colour.where(rng.random(n_rows) < 0.8),
            "name": [
                f"{c} {i:03d}" for i, c in enumerate(rng.choice(["ann", "bo"], n_rows))
            ],
            "day": pd.Timestamp("2024-01-01") + pd.to_timedelta(np.arange(n_rows), "D"),
        }
    )


def made_labels(X: pd.DataFrame, task: TaskType) -> pd.Series:
    rng = np.random.default_rng(1)
    signal = X["number"] + (X["colour"] == "red") + 0.5 * rng.normal(size=len(X))
    if task is TaskType.REGRESSION:
        return signal
    n_classes = 2 if task is TaskType.BINARY else 3
    codes = pd.qcut(signal, n_classes, labels=False)
    return codes.map(dict(enumerate(["no", "yes", "zebra"])))


@pytest.fixture
def problem_of(tmp_path: Path) -> Callable[..., Problem]:
    def make(
        task: TaskType, *, n_rows: int = 120, n_splits: int = 3, full: bool = False
    ) -> Problem:
        X = made_table(n_rows)
        labels = made_labels(X, task)
        columns = list(X.columns) if full else ["number", "gaps"]
        return Problem(X[columns], labels, task, tmp_path, n_splits)

    return make


@pytest.fixture
def shared_problem(tmp_path: Path) -> Callable[[str, int], Problem]:
    """Read a sample of a shared table; a made table where there is none.

    It has two folds, and one text column at most: texts take most of the time.
    """

    def read(name: str, n_rows: int) -> Problem:
        task = TaskType.REGRESSION if name == "california_housing" else TaskType.BINARY
        if not (DEV / "datasets.json").exists():
            X = made_table(n_rows)
            return Problem(X, made_labels(X, task), task, tmp_path, n_splits=2)
        entries = json.loads((DEV / "datasets.json").read_text())
        entry = next(e for e in entries if e["name"] == name)
        frame = pd.read_csv(DEV / entry["file"], sep=entry["sep"])
        frame = frame.dropna(subset=[entry["target"]]).drop(columns=entry["id_columns"])
        frame = frame.drop(columns=["Ticket", "Cabin"], errors="ignore")
        frame = frame.sample(min(n_rows, len(frame)), random_state=0)
        frame = frame.reset_index(drop=True)
        labels = frame.pop(entry["target"])
        return Problem(frame, labels, TaskType(entry["task"]), tmp_path, n_splits=2)

    return read
