"""Whole grid searches of the product against scikit-learn's GridSearchCV.

Every algorithm with a grid, on five tables. The product's time runs from the run's
creation to the end of its search, through broker, database, workers and progress, with no
fold prepared beforehand. GridSearchCV gets the same pipeline, grid, folds, scorer, seed
and cores, its table already read and its processes already started; both compute the one
metric that ranks, on the test part of every fold. Fold scores must be equal, up to the
order in which floating-point numbers are added. Tables are cut to their first 5,000 rows,
for algorithms whose fits are slow to fewer: all of it takes minutes, most of them
GridSearchCV's.
"""

# ruff: noqa: PLC0415 - Django's settings come from an environment made first

import argparse
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import product
import tables
from reference import grid_search, largest_difference
from report import Table, finish, geometric_mean, load, say

if TYPE_CHECKING:
    from runs.models import Dataset

TABLES = (
    *("titanic", "penguins", "wine_quality_white"),
    *("telco_churn", "california_housing"),
)
ROWS = 5_000
# Rows for algorithms whose grids would take many minutes of GridSearchCV's time.
COSTLY = {
    "kernel_svm": 2_000,
    "gradient_boosting": 2_000,
    "mlp": 1_000,
    "catboost": 1_000,
}
TARGET, TOLERANCE = 3.0, 1e-9


def main() -> None:
    options = parsed()
    n_cores = product.cores()
    say(f"{n_cores} cores, load {load()} at the start\n")
    grids: list[dict[str, Any]] = []
    with product.workers() as home:
        warm_up(home, n_cores)
        shown = Table(
            "grid", "rows", "trials", "fits", "product s", "GridSearchCV s", "ratio",
            "max difference", widths=[44],
        )  # fmt: skip
        for name in options.tables:
            for algorithms in wishes(name, options):
                table, dataset = small(name, rows_for(algorithms, options), home)
                found = compared(table, dataset, algorithms, options)
                grids.append(found)
                shown.row(*found.values())
    report(grids, n_cores)


def compared(
    table: tables.Table,
    dataset: "Dataset",
    algorithms: list[str],
    options: argparse.Namespace,
) -> dict[str, Any]:
    """Search a grid on both sides."""
    ours, theirs, differences = [], [], []
    for _ in range(options.repeats):
        run = product.search(
            dataset,
            target=table.target,
            task=table.task,
            algorithms=algorithms,
            n_splits=options.cv,
            **({} if options.everything else JUST_SCORES),
        )
        reference = grid_search(run, n_jobs=product.cores())
        ours.append(product.search_seconds(run))
        theirs.append(reference.seconds)
        differences.append(largest_difference(run, reference))
    return {
        "grid": f"{table.name}, {' + '.join(run.spaces)}",
        "rows": run.n_rows_train,
        "trials": run.n_planned,
        "fits": run.n_planned * run.n_splits,
        "product_seconds": round(median(ours), 2),
        "reference_seconds": round(median(theirs), 2),
        "ratio": round(median(theirs) / median(ours), 2),
        "max_difference": max(differences),
    }


# What GridSearchCV does not do either; `--everything` is the product as it comes.
JUST_SCORES = {
    "metrics": [],
    "train_scores": False,
    "ensemble": False,
    "holdout_fraction": 0.0,
}


def report(grids: list[dict[str, Any]], n_cores: int) -> None:
    ratios = [grid["ratio"] for grid in grids]
    by_algorithm: defaultdict[str, list[float]] = defaultdict(list)
    for grid in grids:
        by_algorithm[grid["grid"].partition(", ")[2]].append(grid["ratio"])
    say()
    shown = Table("algorithm", "tables", "geometric mean", "least", widths=[44])
    for name, found in by_algorithm.items():
        shown.row(name, len(found), f"{geometric_mean(found):.2f}", f"{min(found):.2f}")
    mean, least = geometric_mean(ratios), min(ratios)
    largest = max(grid["max_difference"] for grid in grids)
    seconds = sum(grid["product_seconds"] for grid in grids)
    others = sum(grid["reference_seconds"] for grid in grids)
    say(
        f"\nGeometric mean of the ratios {mean:.2f}, least {least:.2f}; all together "
        f"{seconds:.0f} s against {others:.0f} s; load {load()} at the end"
    )
    finish(
        "grid",
        value=round(mean, 3),
        target=f">= {TARGET} times as fast, no grid slower, fold scores equal",
        holds=mean >= TARGET and least >= 1.0 and largest <= TOLERANCE,
        min_ratio=least,
        max_difference=largest,
        cores=n_cores,
        grids=grids,
    )


def wishes(name: str, options: argparse.Namespace) -> list[list[str]]:
    """Return the algorithms of each run on a table."""
    from runs.search.algorithms import algorithms_for, resolve
    from runs.search.problem import TaskType

    task = TaskType(tables.table(name).task)
    if not options.algorithms:
        names = [entry.name for entry in algorithms_for(task)]
    else:
        names = [resolve(a, task).name for a in known(options.algorithms, task)]
    return [names] if options.together else [[name] for name in names]


def known(names: Iterable[str], task: Any) -> list[str]:  # noqa: ANN401
    """Leave out what is not for the task: one list serves tables of all tasks."""
    from runs.search.algorithms import resolve
    from runs.search.problem import SpecError

    found = []
    for name in names:
        try:
            found.append(resolve(name, task).name)
        except SpecError:
            continue
    return list(dict.fromkeys(found))


def rows_for(algorithms: list[str], options: argparse.Namespace) -> int:
    return min(options.rows, *(COSTLY.get(a, options.rows) for a in algorithms))


_datasets: dict[tuple[str, int], "tuple[tables.Table, Dataset]"] = {}


def small(name: str, n_rows: int, home: Path) -> "tuple[tables.Table, Dataset]":
    """Return a table cut to its first rows, uploaded once."""
    if (name, n_rows) not in _datasets:
        table = tables.first_rows(tables.table(name), n_rows, home)
        _datasets[name, n_rows] = table, product.ingest(table.path)
    return _datasets[name, n_rows]


def warm_up(home: Path, n_cores: int) -> None:
    """Have both sides import and start all they need."""
    from runs.search.algorithms import algorithms_for
    from runs.search.problem import TaskType

    table, dataset = small("penguins", 200, home)
    wish = {"target": table.target, "n_splits": max(2, n_cores), **JUST_SCORES}
    every = {a.name: {} for a in algorithms_for(TaskType(table.task))}
    product.warm_up(dataset, {**wish, "spaces": every})
    # Twice: a process that was busy the first time may have been passed over.
    for _ in range(2):
        run = product.search(dataset, **wish, spaces=every)
        grid_search(run, n_jobs=n_cores)


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    add = parser.add_argument
    add("--tables", nargs="+", default=TABLES, metavar="NAME")
    add("--algorithms", nargs="+", metavar="NAME", help="default: all with a grid")
    add("--rows", type=int, default=ROWS, help=f"of each table (default {ROWS:,})")
    add("--cv", type=int, default=3, help="folds (default 3)")
    add("--repeats", type=int, default=1, help="medians of so many")
    add("--everything", action="store_true", help="with the product's other metrics")
    add(
        "--together",
        action="store_true",
        help="one run over all algorithms a table, against the sum of the searches",
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
