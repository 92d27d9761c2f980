"""What the preset *balanced* finds in a minute, against other AutoML systems.

Every table of the shared development folder is split 75/25. Each system gets the
training part, the target, the task, the metric (AUC for two classes, log loss for more,
RMSE for numbers), two cores and the same seconds, and predicts the test part it has never
seen; the predictions of all are scored by the same code. The product is used by its
commands `train` and `predict`; each rival runs in a virtual environment of its own. A
system that fails is ranked last. "fit s" is what the system itself needed of the budget,
"all s" the whole command with its start and the prediction.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import product
import rivals
import splits
import tables
from report import Table, finish, load, say
from splits import GREATER_IS_BETTER, JUDGED, Problem

HERE = Path(__file__).resolve().parent
BUILD = product.ROOT / "build"
US = "tuneboard"
TITLES = {US: "Tuneboard", **{name: r.title for name, r in rivals.RIVALS.items()}}
# A command that has not ended after so many budgets and seconds has failed.
PATIENCE, START_SECONDS = 4, 180
METRICS = {"auc": "roc_auc", "log_loss": "log_loss", "rmse": "rmse"}

Outcome = dict[str, Any]
Key = tuple[str, str, float, int, int]


class FailedError(Exception):
    """A system gave no predictions; the message says why."""


def main() -> None:
    options = parsed()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    keep_to(options.cores)
    say(f"{product.cores()} cores, load {load()} at the start\n")
    rivals.prepare([s for s in options.systems if s != US], options.rivals)
    known = read(options.results) if options.resume else {}
    outcomes: list[Outcome] = []
    shown = Table(
        "table", "system", "metric", "score", "log loss", "fit s", "all s", "",
        widths=[20, 18, 8, 10, 8],
    )  # fmt: skip
    for name in options.tables:
        with tempfile.TemporaryDirectory(prefix="tb-quality-") as folder:
            problem = splits.split(name, Path(folder) / "table")
            for system in options.systems:
                key = (name, system, options.budget, options.seed, options.cores)
                outcome = known.get(key)
                if outcome is None:
                    outcome = measured(problem, system, Path(folder), options)
                    append(options.results, outcome)
                outcomes.append(outcome)
                shown.row(*row_of(outcome))
    report(outcomes, options)


def measured(
    problem: Problem, system: str, folder: Path, options: argparse.Namespace
) -> Outcome:
    """Let a system fit and predict, and judge what it predicted."""
    outcome: Outcome = {
        "table": problem.name,
        "task": problem.task,
        "system": system,
        "budget": options.budget,
        "seed": options.seed,
        "cores": options.cores,
        "metric": JUDGED[problem.task],
        "scores": {},
        "fit_seconds": None,
        "error": "",
    }
    own = folder / system
    own.mkdir()
    started = time.perf_counter()
    try:
        run = ours if system == US else theirs
        outcome["fit_seconds"], answer = run(problem, system, own, options)
        outcome["seconds"] = round(time.perf_counter() - started, 2)
        outcome["scores"] = judged(problem, answer)
    except FailedError as error:
        outcome["error"] = str(error)
        outcome.setdefault("seconds", round(time.perf_counter() - started, 2))
    finally:
        shutil.rmtree(own, ignore_errors=True)
    return outcome


def judged(problem: Problem, answer: Path) -> dict[str, float]:
    import pandas as pd

    try:
        return splits.scores(problem, pd.read_csv(answer))
    except (ValueError, KeyError, OSError) as error:
        raise FailedError(f"The predictions cannot be used: {error}") from None


def ours(
    problem: Problem, system: str, folder: Path, options: argparse.Namespace
) -> tuple[float, Path]:
    """Search with the product's command line, in an installation of its own."""
    answer = folder / "answer.csv"
    manage = [sys.executable, str(product.ROOT / "manage.py")]
    environment = {**os.environ, **product.environment_of(folder / "home")}
    limit = PATIENCE * options.budget + START_SECONDS
    printed = command(
        [
            *(*manage, "train", str(problem.train), "--target", problem.target),
            *("--task", problem.task, "--metric", METRICS[JUDGED[problem.task]]),
            *("--preset", options.preset, "--time-budget", f"{options.budget:g}"),
            *("--holdout", "0", "--seed", str(options.seed), "--json"),
        ],
        environment=environment,
        folder=folder,
        seconds=limit,
    )
    result = json.loads(printed.splitlines()[-1])
    command(
        [
            *(*manage, "predict", f"run:{result['run']}", str(problem.test)),
            *("--output", str(answer)),
        ],
        environment=environment,
        folder=folder,
        seconds=limit,
    )
    return result["seconds"], answer


def theirs(
    problem: Problem, system: str, folder: Path, options: argparse.Namespace
) -> tuple[float, Path]:
    """Have a rival fit and predict in its own virtual environment."""
    rival = rivals.RIVALS[system]
    job = {
        "system": system,
        "preset": rival.preset,
        "train": str(problem.train),
        "test": str(problem.test),
        "target": problem.target,
        "task": problem.task,
        "budget": options.budget,
        "cores": options.cores,
        "seed": options.seed,
        "folder": str(folder),
        "output": str(folder / "answer.csv"),
        "report": str(folder / "report.json"),
    }
    (folder / "job.json").write_text(json.dumps(job))
    cores = str(options.cores)
    threads = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    command(
        [
            str(rivals.python_of(rival, options.rivals)),
            *(str(HERE / "rival_fit.py"), str(folder / "job.json")),
        ],
        environment={
            **{k: v for k, v in os.environ.items() if k != "PYTHONPATH"},
            **dict.fromkeys((*threads, "LOKY_MAX_CPU_COUNT"), cores),
            "TMPDIR": str(folder),
            "MPLCONFIGDIR": str(folder),
        },
        folder=folder,
        seconds=PATIENCE * options.budget + START_SECONDS,
    )
    report = json.loads((folder / "report.json").read_text())
    return round(report["fit_seconds"], 2), folder / "answer.csv"


def command(
    words: list[str], *, environment: dict[str, str], folder: Path, seconds: float
) -> str:
    """Run a command to its end and return what it printed; all of it ends with it."""
    with subprocess.Popen(  # noqa: S603 - our own words
        words,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            printed, errors = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            raise FailedError(f"It had not ended after {seconds:.0f} s.") from None
        finally:
            if process.poll() is None:
                # Asked first, so that it can end what it has started.
                process.terminate()
                with suppress(subprocess.TimeoutExpired):
                    process.wait(20)
            # What is left of it must not disturb the next.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    if process.returncode:
        last = [line for line in errors.splitlines() if line.strip()][-1:]
        raise FailedError(
            f"Exit code {process.returncode}: {' '.join(last).strip():.300}"
        )
    return printed


# --- Outcomes --------------------------------------------------------------------------


def keep_to(n_cores: int) -> None:
    """Give this process, and so all it starts, no more than these cores."""
    if hasattr(os, "sched_setaffinity"):
        allowed = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, allowed[:n_cores])


def read(path: Path) -> dict[Key, Outcome]:
    """Return the outcomes of an earlier call, the last one where there are several."""
    if not path.exists():
        return {}
    outcomes = [json.loads(line) for line in path.read_text().splitlines() if line]
    return {
        (o["table"], o["system"], o["budget"], o["seed"], o["cores"]): o
        for o in outcomes
    }


def append(path: Path, outcome: Outcome) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as stream:
        stream.write(json.dumps(outcome) + "\n")


def value_of(outcome: Outcome) -> float | None:
    value: float | None = outcome["scores"].get(outcome["metric"])
    return value


def row_of(outcome: Outcome) -> list[str]:
    value, loss = value_of(outcome), outcome["scores"].get("log_loss")
    fitted = outcome["fit_seconds"]
    return [
        outcome["table"],
        TITLES[outcome["system"]],
        outcome["metric"],
        "failed" if value is None else f"{value:.5g}",
        "" if loss is None else f"{loss:.4f}",
        "-" if fitted is None else f"{fitted:.1f}",
        f"{outcome['seconds']:.1f}",
        outcome["error"],
    ]


def report(outcomes: list[Outcome], options: argparse.Namespace) -> None:
    """Print a row for each table, the mean ranks, and the line of JSON."""
    say()
    shown = Table(
        *("table", "metric", *(TITLES[s] for s in options.systems)),
        widths=[20, 8, *[16] * len(options.systems)],
    )
    found: dict[str, list[float]] = {system: [] for system in options.systems}
    for name in options.tables:
        row = {o["system"]: o for o in outcomes if o["table"] == name}
        metric = next(iter(row.values()))["metric"]
        values = {system: value_of(outcome) for system, outcome in row.items()}
        ranked = splits.ranks(values, greater_is_better=GREATER_IS_BETTER[metric])
        for system, rank in ranked.items():
            found[system].append(rank)
        shown.row(
            *(name, metric),
            *(cell(values[system], ranked[system]) for system in options.systems),
        )
    means = {system: sum(r) / len(r) for system, r in found.items()}
    shown.row("mean rank", "", *(f"{means[s]:.2f}" for s in options.systems))
    spent = {s: mean_seconds(o for o in outcomes if o["system"] == s) for s in means}
    shown.row("mean fit s", "", *(f"{spent[s]:.1f}" for s in options.systems))
    say(f"\nload {load()} at the end")
    others = [mean for system, mean in means.items() if system != US]
    finish(
        "quality",
        value=round(means.get(US, 0.0), 3),
        target=f"first by mean rank of {len(means)} systems",
        holds=US in means and bool(others) and means[US] < min(others),
        mean_ranks={system: round(mean, 3) for system, mean in means.items()},
        budget_seconds=options.budget,
        cores=options.cores,
        seed=options.seed,
        tables=len(options.tables),
        outcomes=outcomes,
    )


def cell(value: float | None, rank: float) -> str:
    return f"{'failed' if value is None else f'{value:.5g}'} ({rank:g})"


def mean_seconds(outcomes: Iterable[Outcome]) -> float:
    times = [o["fit_seconds"] for o in outcomes if o["fit_seconds"] is not None]
    return sum(times) / len(times) if times else float("nan")


def parsed() -> argparse.Namespace:
    names = lambda text: [name for name in text.split(",") if name]  # noqa: E731
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    add = parser.add_argument
    add("--tables", type=names, metavar="A,B", help="default: all")
    add("--systems", type=names, default=list(TITLES), metavar="X,Y",
        help=f"of {', '.join(TITLES)}; default: all")  # fmt: skip
    add("--budget", type=float, default=60.0, metavar="S", help="seconds (default 60)")
    add("--preset", default="balanced", help="the product's (default balanced)")
    add("--seed", type=int, default=0)
    add("--cores", type=int, default=2)
    add("--rivals", type=Path, default=BUILD / "rivals", metavar="DIR",
        help="where their virtual environments are or are made")  # fmt: skip
    add("--results", type=Path, default=BUILD / "quality.jsonl", metavar="FILE",
        help="every outcome is appended to it")  # fmt: skip
    add("--resume", action="store_true", help="take from it what it already has")
    options = parser.parse_args()
    options.tables = options.tables or list(tables.entries())
    for what, known in (("tables", tables.entries()), ("systems", TITLES)):
        for name in getattr(options, what):
            if name not in known:
                parser.error(f"--{what}: there is no {name}, only {', '.join(known)}")
    options.rivals = options.rivals.absolute()
    options.cores = min(options.cores, product.cores())
    return options


if __name__ == "__main__":
    main()
