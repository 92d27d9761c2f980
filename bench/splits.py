"""A table of the shared folder, split for systems that are then judged on one part."""

# ruff: noqa: PLC0415 - pandas and scikit-learn take seconds; --help need not wait

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import tables

if TYPE_CHECKING:
    from pandas import DataFrame

# What ranks, and whether more of it is better.
JUDGED = {"binary": "auc", "multiclass": "log_loss", "regression": "rmse"}
GREATER_IS_BETTER = {"auc": True, "log_loss": False, "rmse": False}


class Problem(NamedTuple):
    """What every system is given, and the truth that none is shown."""

    name: str
    task: str
    target: str
    train: Path
    test: Path
    truth: list[str]
    classes: list[str]


def split(name: str, into: Path) -> Problem:
    """Write the table's training and test part as CSV files.

    Three quarters of the rows with a known target, stratified for classes; columns that
    identify a row or contain the target's sum are left out for everybody.
    """
    import numpy as np
    import pandas as pd
    from sklearn.model_selection import train_test_split

    entry = tables.entries()[name]
    # As text: what a cell means is for each system to find out.
    frame = pd.read_csv(
        tables.folder() / entry["file"],
        sep=entry["sep"],
        encoding=entry["encoding"],
        skipinitialspace=entry["skipinitialspace"],
        dtype=str,
        keep_default_na=False,
        na_values=entry["na_tokens"],
    )
    target = frame[entry["target"]]
    is_regression = entry["task"] == "regression"
    known = np.flatnonzero(target.notna())
    labels = None if is_regression else target.iloc[known]
    train, test = train_test_split(
        known, test_size=0.25, random_state=0, stratify=labels
    )
    check(entry, sorted(int(row) for row in test))
    shown = frame.drop(columns=[*entry["id_columns"], *entry["leaky_columns"]])
    into.mkdir(parents=True, exist_ok=True)
    shown.iloc[train].to_csv(into / "train.csv", index=False)
    shown.iloc[test].drop(columns=entry["target"]).to_csv(
        into / "test.csv", index=False
    )
    return Problem(
        name=name,
        task=entry["task"],
        target=entry["target"],
        train=into / "train.csv",
        test=into / "test.csv",
        truth=target.iloc[test].tolist(),
        classes=[] if is_regression else sorted(set(target.iloc[known])),
    )


def check(entry: dict[str, Any], test_rows: list[int]) -> None:
    rows = ",".join(map(str, test_rows))
    if hashlib.sha256(rows.encode()).hexdigest() != entry["test_rows_sha256"]:
        message = f"{entry['name']}: the test part has other rows than were agreed on."
        raise SystemExit(message)


def scores(problem: Problem, answer: "DataFrame") -> dict[str, float]:
    """Judge predictions, by the same code for whoever made them.

    Raises
    ------
    ValueError
        If rows, classes or numbers are missing.
    """
    import numpy as np
    from sklearn.metrics import log_loss, roc_auc_score, root_mean_squared_error

    if len(answer) != len(problem.truth):
        message = f"{len(answer)} rows were predicted of {len(problem.truth)}."
        raise ValueError(message)
    if problem.task == "regression":
        predicted = answer["prediction"].to_numpy(float)
        truth = np.array(problem.truth, float)
        return {"rmse": float(root_mean_squared_error(truth, predicted))}
    named = {
        plain(column.removeprefix("probability_")): answer[column].to_numpy(float)
        for column in answer.columns
        if column.startswith("probability_")
    }
    missing = [label for label in problem.classes if plain(label) not in named]
    if missing:
        raise ValueError(f"No probability was given for class {missing[0]}.")
    proba = np.column_stack([named[plain(label)] for label in problem.classes])
    proba /= proba.sum(axis=1, keepdims=True)
    codes = np.array([problem.classes.index(label) for label in problem.truth])
    found = {"log_loss": float(log_loss(codes, proba, labels=range(proba.shape[1])))}
    if problem.task == "binary":
        found = {"auc": float(roc_auc_score(codes, proba[:, 1])), **found}
    return found


def plain(label: str) -> str:
    """Write 1, 1.0 and "1" alike: systems read the labels of a table differently."""
    try:
        return f"{float(label):g}"
    except ValueError:
        return label.strip()


def ranks(
    values: dict[str, float | None], *, greater_is_better: bool
) -> dict[str, float]:
    """Rank systems from 1; equals share the mean of their ranks, None comes last."""
    sign = -1 if greater_is_better else 1
    costs = {
        name: float("inf") if value is None else sign * round(value, 9)
        for name, value in values.items()
    }
    found = {}
    for name, cost in costs.items():
        better = sum(other < cost for other in costs.values())
        equal = sum(other == cost for other in costs.values())
        found[name] = better + (equal + 1) / 2
    return found
