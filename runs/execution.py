"""A worker's job in a search: lease a unit of trials, evaluate it, record it."""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone

from runs import claims
from runs.claims import Claim, LeaseLostError, claim_unit, record, release
from runs.configuration import plan_of
from runs.enums import BASELINE, Phase
from runs.guard import Guard
from runs.leasing import new_token, renewing
from runs.models import Run, Trial
from runs.progress import publish
from runs.search.algorithms import ALGORITHMS, Algorithm
from runs.search.halving import rungs_of, should_prune
from runs.search.metrics import METRICS, make_scorer
from runs.search.planning import Plan
from runs.search.problem import SpecError, TaskType
from runs.training_data import data_key, large_work, load_training_data, split_of

if TYPE_CHECKING:
    from runs.search.evaluation import TrialResult, Turn
    from runs.search.folds import FoldSet

logger = logging.getLogger(__name__)

# Folds in progress are shown at most this often; results are always recorded.
PROGRESS_SECONDS = 0.25
# How often a working unit looks whether its run still wants it.
LOOK_SECONDS = 1.0


# --- Preparing: look at the real rows once, before any trial ---------------------------


def prepare(run_id: int) -> None:
    """Check target and split on the rows themselves and store what is known then.

    The error of a run that cannot be searched is stored for the lifecycle to act on.
    """
    token = new_token()
    free = Run.objects.filter(pk=run_id, phase=Phase.PREPARING, lease_token="")
    if not free.claim(token):
        return
    run = Run.objects.select_related("dataset").get(pk=run_id)
    changes: dict[str, Any]
    with renewing(Run.objects.filter(pk=run_id), token):
        try:
            changes = examined(run)
        except SpecError as error:
            changes = {"error": str(error)}
        except Exception as error:  # whatever the data does, the run says so
            logger.exception("Preparing run %s failed", run_id)
            changes = {"error": f"The data could not be prepared: {error}"}
    Run.objects.filter(pk=run_id).held(token).update(lease_token="", **changes)


def examined(run: Run) -> dict[str, Any]:
    from runs.search.folds import fold_rows
    from runs.tables.labels import label

    data = load_training_data(run)
    fold_rows(data.y[data.train_rows], split_of(run), data.train_by)
    return {
        "prepared_at": timezone.now(),
        "published_at": None,
        "attempts": 0,
        "data_key": data_key(run),
        "n_rows_train": len(data.train_rows),
        "n_rows_holdout": len(data.holdout_rows),
        "classes": [label(c) for c in data.classes],
    }


# --- Evaluating a unit -----------------------------------------------------------------


def evaluate_unit(
    run_id: int, unit: int, told: Callable[[], object] | None = None
) -> bool:
    """Evaluate a unit's trials and record them; False if it was not free.

    `told` is called if a trial has to be ended together with this process.
    """
    claim = claim_unit(run_id, unit)
    if claim is None:
        return False
    rows = Trial.objects.filter(run_id=run_id, unit=unit)
    with (
        renewing(rows, claim.token) as lost,
        Guard(claim, told) as guard,
    ):
        watch = Watch(claim, is_lost=lost.is_set)
        try:
            for trials, results in evaluated(claim, watch, guard):
                record(claim, trials, results)
        except DatabaseError:
            # Nothing of these trials is at fault: their lease ends, and they are retried.
            logger.exception("Could not record unit %s of run %s", unit, run_id)
        except LeaseLostError:
            logger.warning("Unit %s of run %s was taken over", unit, run_id)
        except SystemExit:
            # The worker is told to end: the next one may begin at once.
            release(rows, claim.token)
            raise
    return True


class Watch:
    """Looks now and then whether the run still wants what is being computed."""

    def __init__(self, claim: Claim, is_lost: Callable[[], bool]) -> None:
        self.claim = claim
        self.is_lost = is_lost
        self.reason = ""
        # Of single trials, by their keys: why somebody has stopped them.
        self.stopped: dict[int, str] = {}
        self.group: Sequence[Trial] = ()
        self.looked = time.monotonic()

    def reason_for(self, trial: Trial) -> str:
        """Return the sentence for a trial that is not fitted, or not further."""
        return self.stopped.get(trial.pk) or self.reason

    def should_stop(self) -> bool:
        """Answer between folds; sets `reason` to the sentence for the trials cut off."""
        if self.is_lost():
            raise LeaseLostError
        deadline = self.claim.run.search_deadline
        if deadline and timezone.now() >= deadline:
            self.reason = "The time budget was used up before all folds were scored."
        elif time.monotonic() - self.looked >= LOOK_SECONDS:
            self.looked = time.monotonic()
            self.look()
        return bool(self.reason) or (
            bool(self.stopped) and all(t.pk in self.stopped for t in self.group)
        )

    def look(self) -> None:
        unwanted = claims.unwanted(self.claim)
        if unwanted.is_gone:
            raise LeaseLostError
        self.stopped = unwanted.stopped
        # An algorithm may be switched on again before a trial of it has ended.
        self.reason = unwanted.reason


def evaluated(
    claim: Claim, watch: Watch, guard: Guard | None = None
) -> Iterator[tuple[list[Trial], "list[TrialResult | str]"]]:
    """Evaluate group by group: trials that share a fit are a group.

    `guard` is told which trials are fitted, and of none while results are recorded.

    Yields
    ------
    tuple of list of Trial and list of TrialResult or str
        A sentence in place of a result says why the trial was skipped.
    """
    from runs.search.evaluation import Interrupted

    done: list[Trial] = []
    results: list[TrialResult | str] = []
    recorded = time.monotonic()
    for group in shared_fits(claim.trials):
        done += group
        watch.group = group
        try:
            if watch.should_stop():
                raise Interrupted
            wanted = [trial for trial in group if trial.pk not in watch.stopped]
            if guard is not None:
                guard.fitting(wanted)
            scored = evaluate_group(claim, wanted, watch, guard)
            found = {t.pk: result for t, result in zip(wanted, scored, strict=True)}
            results += [found.get(t.pk) or watch.reason_for(t) for t in group]
        except (Interrupted, InterruptedError):
            results += [watch.reason_for(trial) for trial in group]
        except (LeaseLostError, DatabaseError):
            raise
        except Exception as error:  # a trial's result, never the end of a run
            logger.exception("Trials of run %s could not be evaluated", claim.run.pk)
            reason = str(error) if isinstance(error, SpecError) else f"{error!r:.500}"
            results += [claims.without_score(trial, reason) for trial in group]
        if guard is not None:
            guard.fitting(())
        if time.monotonic() - recorded >= PROGRESS_SECONDS:
            yield done, results
            done, results, recorded = [], [], time.monotonic()
    if done:
        yield done, results


def shared_fits(trials: Iterable[Trial]) -> list[list[Trial]]:
    """Group trials that differ only in what their algorithm can share."""
    groups: dict[str, list[Trial]] = {}
    for trial in trials:
        shared = ALGORITHMS[trial.algorithm].shared
        rest = {k: v for k, v in trial.params.items() if k not in shared}
        groups.setdefault(repr(sorted(rest.items())), []).append(trial)
    return list(groups.values())


def evaluate_group(
    claim: Claim, group: list[Trial], watch: Watch, guard: Guard | None = None
) -> "list[TrialResult]":
    from runs.search import evaluation

    run = claim.run
    algorithm = ALGORITHMS[group[0].algorithm]
    shown = Shown(claim, group)
    is_baseline = algorithm.name == BASELINE
    # Only halving asks for it, and reading large spaces takes time.
    plan = plan_of(run) if run.halving and not is_baseline else None
    least = claims.worth_keeping(run, algorithm.name)
    turn = turns_of(run, watch, guard)
    folds = folds_of(run, recipe_of(run, algorithm), turn)
    results = evaluation.evaluate_unit(
        algorithm,
        [trial.params for trial in group],
        folds,
        task=TaskType(run.task),
        scorers=scorers_of(
            tuple(run.all_metrics), run.task, tuple(run.classes), run.positive_class
        ),
        ranking=run.scoring,
        random_state=run.seed,
        n_threads=settings.THREADS_PER_WORKER,
        train_scores=run.train_scores,
        keep_predictions=False if is_baseline else (lambda value: value > least),
        rungs=rungs_of(plan.halving, run.n_rows_train)
        if plan and plan.halving
        else (1.0,),
        resource=plan.halving.resource if plan and plan.halving else "rows",
        should_prune=Pruning(claim, plan).should_prune if plan else None,
        on_fold=shown.fold,
        should_stop=watch.should_stop,
        turn=turn,
    )
    # The next unit may be of another recipe, and these stay mapped.
    folds.let_go()
    return results


def turns_of(run: Run, watch: Watch, guard: Guard | None) -> "Turn | None":
    """Return how a large table is worked on by one process at a time."""
    work = large_work(run)
    if work is None:
        return None

    @contextmanager
    def turn(n_bytes: int) -> Iterator[int]:
        with ExitStack() as held:
            with guard.waiting() if guard is not None else nullcontext():
                mine = work.turn(n_bytes, should_stop=watch.should_stop)
                n_threads = held.enter_context(mine)
            yield n_threads

    return turn


def recipe_of(run: Run, algorithm: Algorithm) -> str:
    """Return how columns are prepared: for the baseline as for any other, it looks at none."""
    if algorithm.name != BASELINE:
        return algorithm.recipe
    recipes = {ALGORITHMS[name].recipe for name in run.spaces if name in ALGORITHMS}
    return algorithm.recipe if algorithm.recipe in recipes else min(recipes)


class Pruning:
    """Decides for halving by what others of the algorithm reached at the same rung.

    Not those of other algorithms: a ninth of the rows, or of the trees, is plenty for
    one and nothing for the next, so the comparison would tell which learns fastest.
    """

    def __init__(self, claim: Claim, plan: Plan) -> None:
        self.claim = claim
        self.algorithm = claim.trials[0].algorithm
        self.eta = plan.halving.eta if plan.halving else 0
        self.is_large = large_work(claim.run) is not None

    def should_prune(self, params: object, rung: int, value: float) -> bool:
        # Of this unit nothing may be stored yet: its own are remembered.
        own = self.claim.reached.setdefault(rung, [])
        trials = self.claim.run.trials.filter(algorithm=self.algorithm)
        stored = trials.exclude(rungs=[]).exclude(unit=self.claim.trials[0].unit)
        reached = [
            rungs[rung]["value"]
            for rungs in stored.values_list("rungs", flat=True)
            if len(rungs) > rung
        ]
        own.append(value)
        others = [*reached, *own[:-1]]
        return should_prune(others, rung, value, self.eta, sparing=self.is_large)


class Shown:
    """Lets viewers see which fold is being fitted, without costing short trials."""

    def __init__(self, claim: Claim, group: list[Trial]) -> None:
        self.claim = claim
        self.group = group
        self.last = time.monotonic()

    def fold(self, fold: int, scores: Sequence[Sequence[float]]) -> None:
        if time.monotonic() - self.last < PROGRESS_SECONDS:
            return
        self.last = time.monotonic()
        for trial, done in zip(self.group, scores, strict=True):
            Trial.objects.filter(pk=trial.pk).held(self.claim.token).update(
                fold=fold, fold_scores=list(done)
            )
        publish(self.claim.run.pk)


@lru_cache(maxsize=4)
def scorers_of(
    metrics: tuple[str, ...], task: str, classes: tuple[str, ...], positive: str
) -> dict[str, Callable[..., float]]:
    return {
        name: make_scorer(
            METRICS[name],
            TaskType(task),
            classes=list(classes),
            positive=positive or None,
        )
        for name in metrics
    }


def folds_of(run: Run, recipe: str, turn: "Turn | None" = None) -> "FoldSet":
    """Return the prepared folds; the first process of a host to need them makes them."""
    from runs.search.folds import StoredRows, load_folds, make_room, prepare_folds
    from runs.search.large_work import LARGE_BYTES  # noqa: PLC0415
    from runs.search.memory import give_back  # noqa: PLC0415

    made = False

    def load() -> tuple[Any, Any, Any]:
        nonlocal made
        made = True
        data = load_training_data(run)
        X = StoredRows(run.features, data.read, data.train_rows)
        return X, data.y[data.train_rows], data.train_by

    directory = run.dataset.folds_dir
    key = run.data_key or data_key(run)
    if turn is not None and (known := load_folds(directory, key, recipe)) is not None:
        return known
    with turn(LARGE_BYTES) if turn is not None else nullcontext():
        folds = prepare_folds(
            load, split=split_of(run), recipe=recipe, cache_dir=directory, key=key
        )
        if turn is not None:
            give_back()
    if made:
        limit = settings.CACHE_LIMIT_MB * 1024**2
        make_room(directory.parent, limit, keep=directory)
    return folds
