"""The rivals of time_to_target.py: what each scored, and when it knew.

All get the rows, folds, scorer, pipeline, space, number of trials, seed and cores of a
run of the product. scikit-learn's searches tell nothing before they end; here their
scorer notes the time of every score, so that each candidate counts from the moment its
last fold was scored and not from the end of the search.
"""

# ruff: noqa: PLC0415 - Django's settings come from an environment made first

import json
import math
import os
import tempfile
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from reference import STEP, Search, search_of

if TYPE_CHECKING:
    from runs.models import Run

SpaceJson = Mapping[str, Mapping[str, Any]]


class Trace(NamedTuple):
    """The trials of a search that were scored on all rows."""

    seconds: float  # of the whole search
    trials: list[tuple[float, float]]  # seconds after its beginning, value

    def seconds_until(self, value: float) -> float | None:
        """Return when the first trial reached a value; None if none did."""
        times = [after for after, found in self.trials if found >= value]
        return min(times, default=None)

    @property
    def best(self) -> float:
        return max((value for _, value in self.trials), default=-math.inf)


class Drawn:
    """A distribution of the product's JSON form, as scikit-learn draws from it."""

    def __init__(self, form: Mapping[str, Any]) -> None:
        self.form = form

    def rvs(self, random_state: Any) -> Any:  # noqa: ANN401 - NumPy's, and any value
        form = self.form
        if form["type"] == "categorical":
            return form["choices"][random_state.randint(len(form["choices"]))]
        low, high, step = form["low"], form["high"], form.get("step")
        if step:
            return low + step * random_state.randint((high - low) // step + 1)
        whole = form["type"] == "int"
        if form.get("log"):
            bottom, top = (low - 0.5, high + 0.5) if whole else (low, high)
            value = math.exp(random_state.uniform(math.log(bottom), math.log(top)))
        elif whole:
            return int(random_state.randint(low, high + 1))
        else:
            value = random_state.uniform(low, high)
        return min(max(round(value), low), high) if whole else value


class Noting:
    """A scorer that writes down when it scored which of the searched parameters."""

    def __init__(
        self, scorer: Callable[..., float], path: str, names: Iterable[str]
    ) -> None:
        self.scorer = scorer
        self.path = path
        self.names = list(names)

    def __call__(self, estimator: Any, X: Any, y: Any) -> float:  # noqa: ANN401
        value = self.scorer(estimator, X, y)
        key = key_of(estimator.get_params(), self.names)
        line = json.dumps([key, time.time()]) + "\n"
        # One write to a file opened for appending is whole, whoever else writes.
        handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        try:
            os.write(handle, line.encode())
        finally:
            os.close(handle)
        return value


def key_of(params: Mapping[str, Any], names: Iterable[str]) -> str:
    # Others may differ: a fitted estimator knows which of its columns are categories.
    return json.dumps([params[name] for name in names])


def randomized(run: "Run", algorithm: str, space: SpaceJson, n_jobs: int) -> Trace:
    from sklearn.model_selection import RandomizedSearchCV

    given = search_of(run)

    def search(scorer: Noting) -> Any:  # noqa: ANN401 - a search of scikit-learn
        return RandomizedSearchCV(
            pipeline_of(run, algorithm, given),
            {f"{STEP}{name}": Drawn(form) for name, form in space.items()},
            n_iter=run.n_planned,
            scoring=scorer,
            cv=given.folds,
            refit=False,
            n_jobs=n_jobs,
            random_state=run.seed,
        )

    return traced(search, given, space)


def halving(run: "Run", algorithm: str, space: SpaceJson, n_jobs: int) -> Trace:
    from sklearn.experimental import enable_halving_search_cv  # noqa: F401
    from sklearn.model_selection import HalvingRandomSearchCV

    given = search_of(run)

    def search(scorer: Noting) -> Any:  # noqa: ANN401 - a search of scikit-learn
        return HalvingRandomSearchCV(
            pipeline_of(run, algorithm, given),
            {f"{STEP}{name}": Drawn(form) for name, form in space.items()},
            n_candidates=run.n_planned,
            # The last of its rounds takes all rows, or as good as all.
            min_resources="exhaust",
            scoring=scorer,
            cv=given.folds,
            refit=False,
            n_jobs=n_jobs,
            random_state=run.seed,
        )

    return traced(search, given, space)


def traced(make: Callable[[Noting], Any], given: Search, space: SpaceJson) -> Trace:
    """Run a search of scikit-learn; its trials on fewer rows than most do not count."""
    from joblib import parallel_config

    names = [f"{STEP}{name}" for name in space]
    with tempfile.TemporaryDirectory(prefix="tb-bench-") as folder:
        path = Path(folder) / "times"
        search = make(Noting(given.scorer, str(path), names))
        with silent(), parallel_config("loky"):
            began, started = time.time(), time.perf_counter()
            search.fit(given.X, given.y)
            seconds = time.perf_counter() - started
        noted = [json.loads(line) for line in path.read_text().splitlines()]
    results = search.cv_results_
    rounds = results.get("iter", [0] * len(results["params"]))
    last_round = max(rounds)
    # Of a candidate in several rounds the last one counts, which comes latest.
    ended: dict[str, float] = {}
    for key, at in noted:
        ended[key] = max(ended.get(key, 0.0), at - began)
    trials = [
        (ended[key_of(params, names)], float(value))
        for params, value, number in zip(
            results["params"], results["mean_test_score"], rounds, strict=True
        )
        if number == last_round and math.isfinite(value)
    ]
    return Trace(seconds, trials)


def optuna_study(run: "Run", algorithm: str, space: SpaceJson, n_jobs: int) -> Trace:
    """Search as Optuna's own examples do: one trial after the other, folds side by side."""
    import optuna
    from joblib import parallel_config
    from sklearn.model_selection import cross_val_score

    given = search_of(run)
    pipeline = pipeline_of(run, algorithm, given)
    trials: list[tuple[float, float]] = []
    optuna.logging.set_verbosity(optuna.logging.WARNING)

    def objective(trial: optuna.Trial) -> float:
        params = {name: suggested(trial, name, form) for name, form in space.items()}
        pipeline.set_params(**{f"{STEP}{name}": v for name, v in params.items()})
        scores = cross_val_score(
            pipeline,
            given.X,
            given.y,
            scoring=given.scorer,
            cv=given.folds,
            n_jobs=n_jobs,
        )
        value = float(scores.mean())
        trials.append((time.perf_counter() - started, value))
        return value

    with silent(), parallel_config("loky"):
        started = time.perf_counter()
        sampler = optuna.samplers.TPESampler(seed=run.seed)
        study = optuna.create_study(direction="maximize", sampler=sampler)
        study.optimize(objective, n_trials=run.n_planned)
        seconds = time.perf_counter() - started
    return Trace(seconds, trials)


def suggested(trial: Any, name: str, form: Mapping[str, Any]) -> Any:  # noqa: ANN401
    if form["type"] == "categorical":
        return trial.suggest_categorical(name, form["choices"])
    options: dict[str, Any] = {"log": form.get("log", False)}
    if form.get("step"):
        options = {"step": form["step"]}
    suggest = trial.suggest_int if form["type"] == "int" else trial.suggest_float
    return suggest(name, form["low"], form["high"], **options)


def pipeline_of(run: "Run", algorithm: str, given: Search) -> Any:  # noqa: ANN401
    from runs.search.algorithms import ALGORITHMS
    from runs.search.pipelines import make_pipeline

    return make_pipeline(
        ALGORITHMS[algorithm], {}, task=given.task, random_state=run.seed
    )


@contextmanager
def silent() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
