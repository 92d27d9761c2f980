"""Whole grid searches of the product against scikit-learn's GridSearchCV.

The product's time runs from the run's creation to the end of its search, through broker,
database, workers and progress, with no fold prepared beforehand. GridSearchCV gets the
same pipeline, folds, scorer, seed and cores, its table already read and its processes
already started. The fold scores of both must be equal to the last bit.
"""

import argparse
from pathlib import Path
from statistics import median

import product
import tables
from reference import grid_search, largest_difference
from report import Table, finish, geometric_mean, load, say

TABLES = ("titanic", "california_housing", "telco_churn")
ALGORITHMS = ("linear", "random_forest", "hist_gradient_boosting")
TARGET = 2.0


def main() -> None:
    options = parsed()
    n_cores = product.cores()
    say(f"{n_cores} cores, load {load()} at the start\n")
    ratios, differences, grids = [], [], []
    with product.workers() as home:
        warm_up(home, n_cores, options.algorithms)
        shown = Table(
            "grid", "rows", "trials", "fits", "product s", "GridSearchCV s", "ratio",
            "max difference", widths=[44],
        )  # fmt: skip
        for name in options.tables:
            table = tables.first_rows(tables.table(name), options.rows, home)
            dataset = product.ingest(table.path)
            wishes = [[a] for a in options.algorithms]
            if options.together:
                wishes = [options.algorithms]
            for algorithms in wishes:
                ours, theirs = [], []
                for _ in range(options.repeats):
                    run = product.search(
                        dataset,
                        target=table.target,
                        task=table.task,
                        algorithms=algorithms,
                        n_splits=options.cv,
                    )
                    ours.append(product.search_seconds(run))
                    reference = grid_search(run, n_jobs=n_cores)
                    theirs.append(reference.seconds)
                    differences.append(largest_difference(run, reference))
                ratios.append(median(theirs) / median(ours))
                label = f"{name}, {' + '.join(run.spaces)}"
                grids.append(
                    {
                        "grid": label,
                        "rows": run.n_rows_train,
                        "trials": run.n_planned,
                        "product_seconds": round(median(ours), 2),
                        "reference_seconds": round(median(theirs), 2),
                        "ratio": round(ratios[-1], 2),
                        "max_difference": differences[-1],
                    }
                )
                shown.row(
                    label, run.n_rows_train, run.n_planned, run.n_planned * run.n_splits,
                    f"{median(ours):.2f}", f"{median(theirs):.2f}",
                    f"{ratios[-1]:.2f}", f"{differences[-1]:g}",
                )  # fmt: skip
    mean, largest = geometric_mean(ratios), max(differences)
    say(f"\nGeometric mean of the ratios {mean:.2f}, load {load()} at the end")
    finish(
        "grid",
        value=round(mean, 3),
        target=f">= {TARGET} times as fast, fold scores equal",
        holds=mean >= TARGET and largest == 0.0,
        max_difference=largest,
        cores=n_cores,
        grids=grids,
    )


def warm_up(home: Path, n_cores: int, algorithms: list[str]) -> None:
    """Have both sides import and start all they need."""
    table = tables.first_rows(tables.table("penguins"), 200, home)
    dataset = product.ingest(table.path)
    wish = {"target": table.target, "algorithms": algorithms}
    product.warm_up(dataset, wish)
    run = product.search(
        dataset,
        target=table.target,
        spaces={"decision_tree": {"max_depth": list(range(1, 2 * n_cores + 1))}},
        n_splits=2,
    )
    grid_search(run, n_jobs=n_cores)


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--tables", nargs="+", default=TABLES, metavar="NAME")
    parser.add_argument("--algorithms", nargs="+", default=list(ALGORITHMS))
    parser.add_argument("--rows", type=int, help="only the first rows of each table")
    parser.add_argument("--cv", type=int, default=5, help="folds (default 5)")
    parser.add_argument("--repeats", type=int, default=1, help="medians of so many")
    parser.add_argument(
        "--together",
        action="store_true",
        help="one run over all algorithms a table, against the sum of the searches",
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
