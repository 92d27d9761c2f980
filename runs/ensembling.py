"""A worker's job at the end of a search: join the best trials into one more.

The ensemble is a trial like any other on the leaderboard. Its weights were chosen on the
rows that score it, as every leader was chosen among many by them; what it scores with
weights from the other folds alone is written beside it.
"""

import logging
import time
from datetime import timedelta
from statistics import fmean
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from runs import predictions
from runs.budget import refit_seconds, until
from runs.enums import ENSEMBLE, EventKind, Level, Phase, TrialState
from runs.leasing import new_token, renewing
from runs.models import Run, Trial
from runs.progress import record_event
from runs.queries import algorithm_title
from runs.search.metrics import METRICS
from runs.search.planning import params_key
from runs.search.problem import TaskType
from runs.training_data import large_turn, load_training_data, split_of

if TYPE_CHECKING:
    from runs.search.ensembling import Ensemble

logger = logging.getLogger(__name__)

# More members are slower to predict with and gain nothing.
MAX_CANDIDATES = 40
# Of the time that is left, what refitting the members may take.
REFIT_SHARE = 0.75
# Of the same, what choosing their weights may take.
SELECT_SHARE = 0.15


def join(run_id: int) -> None:
    """Build the ensemble of a run whose search has ended; once, whoever is asked."""
    token = new_token()
    free = Run.objects.filter(
        pk=run_id, phase=Phase.REFITTING, lease_token="", ensembled_at=None
    )
    if not free.claim(token):
        return
    run = Run.objects.select_related("dataset").get(pk=run_id)
    with renewing(Run.objects.filter(pk=run_id), token), large_turn(run):
        trial, message, level = None, "", Level.INFO
        try:
            trial, message = joined(run)
        except Exception as error:  # the run has its single models all the same
            logger.exception("The trials of run %s could not be joined", run_id)
            message = f"No ensemble: {type(error).__name__}: {error}"[:500]
            level = Level.WARNING
    record(run_id, token, trial, message, level)


def record(
    run_id: int, token: str, trial: Trial | None, message: str, level: Level
) -> None:
    stored = str(trial.out_of_fold.name) if trial and trial.out_of_fold else ""
    with transaction.atomic():
        run = Run.objects.select_for_update().filter(pk=run_id).first()
        held = Run.objects.filter(pk=run_id).held(token)
        done = run is not None and held.update(
            ensembled_at=timezone.now(), lease_token="", published_at=None, attempts=0
        )
        if run is not None and done:
            if trial is not None:
                trial.number = (
                    run.trials.order_by("-number").values_list("number", flat=True)[0]
                    + 1
                )
                trial.unit = trial.number
                trial.save()
                note_best(run, trial)
            record_event(run, EventKind.NOTE, message, level=level)
    if not done and stored:
        predictions.remove(stored)


def note_best(run: Run, trial: Trial) -> None:
    if trial.value is not None and trial.value > (run.best_value or -float("inf")):
        Run.objects.filter(pk=run.pk).update(best_value=trial.value)


def joined(run: Run) -> tuple[Trial | None, str]:
    """Return the ensemble's trial, without number, or None and the reason."""
    candidates, arrays = with_predictions(run)
    if len(candidates) < 2:
        return None, "No ensemble: fewer than two trials have predictions to join."
    started = time.monotonic()
    chosen, others = chosen_members(run, candidates, arrays)
    if chosen is None or len(chosen.weights) < 2:
        return None, "No ensemble: no mixture of trials is better than the best one."
    seconds = time.monotonic() - started
    trial = as_trial(run, candidates, chosen, seconds)
    trial.metrics |= others
    names = ", ".join(
        f"{algorithm_title(candidates[i].algorithm)} (trial {candidates[i].number})"
        for i in sorted(chosen.weights, key=lambda i: -chosen.weights[i])
    )
    metric = METRICS[run.scoring]
    text = (
        f"Ensemble of {len(chosen.weights)} trials, {metric.title} "
        f"{metric.display(chosen.value):.4f}: {names}."
    )
    return trial, text


def with_predictions(run: Run) -> tuple[list[Trial], list[Any]]:
    """Return the trials an ensemble may be made of, best first, with their predictions."""
    complete = run.planned_trials.filter(state=TrialState.COMPLETE)
    found, arrays, shapes = [], [], set()
    for trial in complete.select_related("reused_from").order_by("-value", "number"):
        if not trial.out_of_fold and trial.reused_from_id is None:
            continue
        array = predictions.read(trial)
        if array is None:
            continue
        found.append(trial)
        arrays.append(array)
        shapes.add(array.shape)
        if len(found) == MAX_CANDIDATES:
            break
    if len(shapes) > 1:
        message = "the predictions of the trials differ in shape"
        raise ValueError(message)
    return found, arrays


def chosen_members(
    run: Run, candidates: list[Trial], arrays: list[Any]
) -> "tuple[Ensemble | None, dict[str, list[float]]]":
    """Choose weights; under a time budget among trials that can be refitted in time.

    Besides, what the mixture scores by the run's other metrics in each fold.
    """
    from runs.search.ensembling import mixture_scores, select
    from runs.search.folds import fold_rows

    data = load_training_data(run)
    y = data.y[data.train_rows]
    folds = fold_rows(y, split_of(run), data.train_by)
    left = until(run.deadline)
    allowed = list(range(len(candidates)))
    if left is not None:
        allowed = in_time(candidates, REFIT_SHARE * left * settings.WORKERS)
    if len(allowed) < 2:
        return None, {}
    tests = [test for _, test in folds]
    chosen = select(
        [arrays[i] for i in allowed],
        y,
        task=TaskType(run.task),
        metric=run.scoring,
        positive=positive_of(run),
        random_state=run.seed,
        folds=tests,
        seconds=None if left is None else SELECT_SHARE * left,
    )
    weights = {allowed[i]: weight for i, weight in chosen.weights.items()}
    others = {
        metric: mixture_scores(
            [arrays[i] for i in weights],
            list(weights.values()),
            y,
            metric=metric,
            positive=positive_of(run),
            folds=tests,
        )
        for metric in run.all_metrics[1:]
    }
    return chosen._replace(weights=weights), others


def value_of(run: Run, weights: dict[int, float]) -> float | None:
    """Return the value of a mixture of trials; None if some predictions are gone.

    `weights` has the trials' numbers; they need not add up to 1.
    """
    from runs.search.ensembling import mixture_scores
    from runs.search.folds import fold_rows

    trials = run.trials.filter(number__in=weights).select_related("reused_from")
    arrays = {trial.number: predictions.read(trial) for trial in trials}
    known = {number: array for number, array in arrays.items() if array is not None}
    if known.keys() != weights.keys():
        return None
    data = load_training_data(run)
    y = data.y[data.train_rows]
    return fmean(
        mixture_scores(
            [known[number] for number in weights],
            list(weights.values()),
            y,
            metric=run.scoring,
            positive=positive_of(run),
            folds=[test for _, test in fold_rows(y, split_of(run), data.train_by)],
        )
    )


def in_time(candidates: list[Trial], seconds: float) -> list[int]:
    """Return the trials, best first, whose refits together fit into some seconds.

    The best of each algorithm come first: members that err differently gain most.
    """
    first: dict[str, int] = {}
    for i, trial in enumerate(candidates):
        first.setdefault(trial.algorithm, i)
    leaders = sorted(first.values())
    order = [*leaders, *(i for i in range(len(candidates)) if i not in leaders)]
    chosen, spent = [], 0.0
    for i in order:
        cost = refit_seconds(candidates[i].fit_seconds)
        # The best one is refitted in any case.
        if i == 0 or spent + cost <= seconds:
            chosen.append(i)
            spent += cost
    return sorted(chosen)


def positive_of(run: Run) -> int | None:
    """Return the position of the positive class, for two classes."""
    if run.task != TaskType.BINARY or run.positive_class not in run.classes:
        return None
    return int(run.classes.index(run.positive_class))


def as_trial(
    run: Run, candidates: list[Trial], chosen: "Ensemble", seconds: float
) -> Trial:
    weights = {
        str(candidates[i].number): round(weight, 6)
        for i, weight in sorted(chosen.weights.items())
    }
    now = timezone.now()
    metric = METRICS[run.scoring]
    return Trial(
        run=run,
        algorithm=ENSEMBLE,
        params={"weights": weights},
        params_key=params_key({"weights": str(weights)}),
        state=TrialState.COMPLETE,
        value=chosen.value,
        fold=len(chosen.fold_scores),
        fold_scores=list(chosen.fold_scores),
        metrics={run.scoring: list(chosen.fold_scores)},
        fit_seconds=[seconds],
        score_seconds=[],
        warnings=[
            f"The weights were chosen on the rows that score them. With weights chosen "
            f"on the other folds, {metric.title} is "
            f"{metric.display(chosen.honest_value):.4f}."
        ],
        out_of_fold=predictions.write(chosen.predictions),
        started_at=now - timedelta(seconds=seconds),
        finished_at=now,
    )
