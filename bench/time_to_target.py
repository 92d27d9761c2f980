"""How soon a search has found something good, against other searches of the same space.

The product's strategies are each set against their kin: random against scikit-learn's
RandomizedSearchCV, halving against HalvingRandomSearchCV, TPE against a plain study of
Optuna whose folds are scored side by side. All search the same space of one algorithm
with the same number of trials, on the same folds and cores, with several seeds.

Good is 99 % of the way from the baseline, which guesses without looking, to the best
value that any of the searches found on these folds. The product's time runs from the
run's creation to the record of the trial that got there, with no fold prepared before;
the others' processes are started already. Where a search ends without getting there, all
its time is added to that of the seeds which do, as if it had begun again (the expected
running time of Hansen et al. 2009); where no seed gets there, the sum is what it would
be if the next one got there at once.

For a quarter of an hour on two cores it is cut down: the first 1,000 rows of each table,
LightGBM with at most 100 trees, 24 trials on three folds, three seeds. Rows, trials,
seeds and other algorithms are options.
"""

# ruff: noqa: PLC0415 - Django's settings come from an environment made first

import argparse
from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

import product
import searches
import tables
from report import Table, finish, geometric_mean, load, say
from searches import SpaceJson, Trace

if TYPE_CHECKING:
    from runs.models import Dataset, Run

SHARE = 0.99
PAIRS = {
    "random": "RandomizedSearchCV",
    "halving": "HalvingRandomSearchCV",
    "tpe": "Optuna",
}
RIVALS = {
    "RandomizedSearchCV": searches.randomized,
    "HalvingRandomSearchCV": searches.halving,
    "Optuna": searches.optuna_study,
}
FLOAT, INT = {"type": "float", "log": True}, {"type": "int", "log": True}
SPACES: dict[str, SpaceJson] = {
    "lightgbm": {
        "n_estimators": {"type": "int", "low": 10, "high": 100, "step": 10},
        "learning_rate": {**FLOAT, "low": 0.02, "high": 0.3},
        "num_leaves": {**INT, "low": 4, "high": 63},
        "min_child_samples": {**INT, "low": 5, "high": 100},
        "reg_lambda": {**FLOAT, "low": 0.001, "high": 10.0},
    },
    "hist_gradient_boosting": {
        "max_iter": {"type": "int", "low": 50, "high": 300, "step": 50},
        "learning_rate": {**FLOAT, "low": 0.01, "high": 0.3},
        "max_leaf_nodes": {**INT, "low": 4, "high": 63},
        "min_samples_leaf": {**INT, "low": 5, "high": 100},
        "l2_regularization": {**FLOAT, "low": 0.001, "high": 10.0},
    },
    "random_forest": {
        "n_estimators": {"type": "int", "low": 50, "high": 300, "step": 50},
        "max_features": {"type": "float", "low": 0.1, "high": 1.0},
        "min_samples_leaf": {**INT, "low": 1, "high": 30},
    },
    "logistic_regression": {"C": {**FLOAT, "low": 1e-4, "high": 1e3}},
    "ridge": {"alpha": {**FLOAT, "low": 1e-3, "high": 1e4}},
    "decision_tree": {
        "max_depth": {"type": "int", "low": 1, "high": 20},
        "min_samples_leaf": {**INT, "low": 1, "high": 100},
    },
}


class Case(NamedTuple):
    """One table, searched with one algorithm."""

    table: str
    algorithm: str


def main() -> None:
    options = parsed()
    n_cores = product.cores()
    say(f"{n_cores} cores, load {load()} at the start\n")
    systems = [*PAIRS, *PAIRS.values()]
    found: list[dict[str, Any]] = []
    with product.workers() as home:
        shown = Table(
            *("table, algorithm, seconds", *systems),
            widths=[42, *[10] * len(PAIRS)],
        )
        for case in cases(options):
            table = tables.without_leaks(tables.table(case.table), options.rows, home)
            dataset = product.ingest(table.path)
            if not found:
                traces_of(dataset, table, case.algorithm, 12345, options, n_trials=3)
            times = expected(
                [
                    traces_of(dataset, table, case.algorithm, seed, options)
                    for seed in range(options.seeds)
                ]
            )
            found.append({**case._asdict(), **times})
            shown.row(
                f"{case.table}, {case.algorithm}",
                *(cell(times[system]) for system in systems),
            )
    report(found, n_cores, options)


def cases(options: argparse.Namespace) -> list[Case]:
    """List tables and algorithms; each algorithm on the tables it can be used for."""
    from runs.search.algorithms import ALGORITHMS
    from runs.search.problem import TaskType

    return [
        Case(name, algorithm)
        for name in options.tables or tables.entries()
        for algorithm in options.algorithms
        if TaskType(tables.table(name).task) in ALGORITHMS[algorithm].tasks
    ]


class Found(NamedTuple):
    """What all searches of one seed found, and the value they were to reach."""

    traces: dict[str, Trace]
    target: float


def traces_of(
    dataset: "Dataset",
    table: tables.Table,
    algorithm: str,
    seed: int,
    options: argparse.Namespace,
    *,
    n_trials: int | None = None,
) -> Found:
    """Have everybody search the same rows, folds and space."""
    space = SPACES[algorithm]
    traces: dict[str, Trace] = {}
    baseline = 0.0
    for strategy, rival in PAIRS.items():
        run = product.search(
            dataset,
            target=table.target,
            task=table.task,
            spaces={algorithm: space},
            strategy=strategy,
            n_trials=n_trials or options.trials,
            n_splits=options.cv,
            seed=seed,
            metrics=[],
            train_scores=False,
            ensemble=False,
            holdout_fraction=0.0,
        )
        traces[strategy] = trace_of(run)
        traces[rival] = RIVALS[rival](run, algorithm, space, product.cores())
        baseline = run.baseline_value or 0.0
    best = max(trace.best for trace in traces.values())
    return Found(traces, baseline + SHARE * (best - baseline))


def trace_of(run: "Run") -> Trace:
    trials = run.planned_trials.filter(state="complete")
    return Trace(
        product.search_seconds(run),
        [
            ((finished - run.created_at).total_seconds(), value)
            for finished, value in trials.values_list("finished_at", "value")
        ],
    )


def expected(seeds: list[Found]) -> dict[str, dict[str, float]]:
    """Return each system's expected time to the target, and how often it got there."""
    times: dict[str, dict[str, float]] = {}
    for system in seeds[0].traces:
        until = [found.traces[system].seconds_until(found.target) for found in seeds]
        spent = sum(
            found.traces[system].seconds if after is None else after
            for found, after in zip(seeds, until, strict=True)
        )
        n_reached = sum(after is not None for after in until)
        times[system] = {
            "seconds": round(spent / max(1, n_reached), 3),
            "reached": n_reached,
            "seeds": len(seeds),
        }
    return times


def cell(times: dict[str, float]) -> str:
    mark = "" if times["reached"] == times["seeds"] else f" ({times['reached']:.0f})"
    return f"{times['seconds']:.2f}{mark}"


def report(
    found: list[dict[str, Any]], n_cores: int, options: argparse.Namespace
) -> None:
    ratios: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for ours in PAIRS:
        for rival in RIVALS:
            each = [case[rival]["seconds"] / case[ours]["seconds"] for case in found]
            ratios[ours][rival] = round(geometric_mean(each), 3)
    say("\nGeometric means of how many times as soon the product was there:\n")
    shown = Table("", *RIVALS, widths=[10])
    for ours, row in ratios.items():
        shown.row(ours, *(f"{row[rival]:.2f}" for rival in RIVALS))
    pairs = {ours: ratios[ours][rival] for ours, rival in PAIRS.items()}
    never = [
        f"{case['table']}, {case['algorithm']}: {ours}"
        for case in found
        for ours in PAIRS
        if not case[ours]["reached"]
    ]
    say(
        f"\nIn brackets: of {options.seeds} seeds so many got there, where not all did."
        f"\nload {load()} at the end"
    )
    finish(
        "time_to_target",
        value=min(pairs.values()),
        target="each strategy sooner than its kin (> 1)",
        holds=min(pairs.values()) > 1.0 and not never,
        ratios=pairs,
        all_ratios=dict(ratios),
        never_reached=never,
        trials=options.trials,
        folds=options.cv,
        rows=options.rows,
        seeds=options.seeds,
        cores=n_cores,
        cases=found,
    )


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    add = parser.add_argument
    add("--tables", nargs="+", metavar="NAME", help="default: all")
    add("--algorithms", nargs="+", default=["lightgbm"], choices=SPACES)
    add("--trials", type=int, default=24, help="of each search (default 24)")
    add("--seeds", type=int, default=3, help="how many (default 3)")
    add("--rows", type=int, default=1_000, help="of each table (default 1,000)")
    add("--cv", type=int, default=3, help="folds (default 3)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
