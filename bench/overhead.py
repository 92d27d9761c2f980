"""What the product costs beside the fits: a thousand trials that take milliseconds.

A decision tree on the penguins, by whole grids of growing size, against GridSearchCV
with the same pipeline, folds, scorer, seed and cores.
"""

import argparse
from typing import Any

import product
import tables
from reference import grid_search, largest_difference
from report import Table, finish, load, say

JUDGED = 1000
TARGET = 1.0


def main() -> None:
    options = parsed()
    n_cores = product.cores()
    say(f"{n_cores} cores, load {load()} at the start\n")
    sizes: list[dict[str, Any]] = []
    with product.workers():
        table = tables.table("penguins")
        dataset = product.ingest(table.path)
        wish = {"target": table.target, "task": table.task, "n_splits": options.cv}
        product.warm_up(dataset, {**wish, "spaces": grid(4 * n_cores)})
        run = product.search(dataset, **wish, spaces=grid(4 * n_cores))
        grid_search(run, n_jobs=n_cores)
        shown = Table(
            "trials", "product s", "ms a trial", "fit + score ms", "GridSearchCV s",
            "product / GridSearchCV", "max difference",
        )  # fmt: skip
        for n_trials in options.trials:
            run = product.search(dataset, **wish, spaces=grid(n_trials))
            seconds = product.search_seconds(run)
            size: dict[str, Any] = {
                "trials": n_trials,
                "product_seconds": round(seconds, 3),
                "ms_a_trial": round(1000 * seconds / n_trials, 2),
                # Of all processes together, as fits of both sides are.
                "computing_ms_a_trial": round(1000 * computing(run) / n_trials, 2),
            }
            if n_trials <= options.reference_up_to:
                reference = grid_search(run, n_jobs=n_cores)
                size["reference_seconds"] = round(reference.seconds, 3)
                size["ratio"] = round(seconds / reference.seconds, 3)
                size["max_difference"] = largest_difference(run, reference)
            sizes.append(size)
            shown.row(
                n_trials, f"{seconds:.2f}", size["ms_a_trial"],
                size["computing_ms_a_trial"], size.get("reference_seconds", "-"),
                size.get("ratio", "-"), size.get("max_difference", "-"),
            )  # fmt: skip
    compared = [size for size in sizes if "ratio" in size]
    judged = min(compared, key=lambda size: abs(size["trials"] - JUDGED))
    say(f"\nload {load()} at the end")
    finish(
        "overhead",
        value=judged["ratio"],
        target=f"<= {TARGET} of GridSearchCV's time at {JUDGED} trials, scores equal",
        holds=judged["ratio"] <= TARGET
        and all(size["max_difference"] == 0.0 for size in compared),
        trials=judged["trials"],
        cores=n_cores,
        sizes=sizes,
    )


def grid(n_trials: int) -> dict[str, dict[str, list[Any]]]:
    """Return a grid of so many different trees."""
    leaves = next(n for n in (10, 8, 5, 4, 2, 1) if n_trials % n == 0)
    n_rest = n_trials // leaves
    depths = next(n for n in (10, 8, 5, 4, 2, 1) if n_rest % n == 0)
    n_alphas = n_rest // depths
    return {
        "decision_tree": {
            "max_depth": list(range(1, depths + 1)),
            "min_samples_leaf": list(range(1, leaves + 1)),
            "ccp_alpha": [round(i / (20 * n_alphas), 8) for i in range(n_alphas)],
        }
    }


def computing(run: Any) -> float:  # noqa: ANN401
    times = run.trials.values_list("fit_seconds", "score_seconds")
    return sum(sum(fit) + sum(score) for fit, score in times)


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--trials", nargs="+", type=int, default=[100, JUDGED])
    parser.add_argument("--cv", type=int, default=5, help="folds (default 5)")
    parser.add_argument(
        "--reference-up-to",
        type=int,
        default=JUDGED,
        metavar="N",
        help="leave GridSearchCV out above so many trials; it needs minutes",
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
