"""What a person asks of a run's analysis."""

from django.db import transaction
from django.utils import timezone

from runs.analysis.importances import newest_importance
from runs.enums import TrialState
from runs.models import ParameterImportance, Run
from runs.tasks import measure_importance

# Fewer say nothing; and while a run goes on, a tenth more is worth another look.
FEWEST_TRIALS = 4
GROWTH = 1.1


def ask_importance(run: Run, algorithm: str) -> ParameterImportance | None:
    """Have an algorithm's importances computed, unless those there are will do.

    Returns the newest row there is; None with too few trials to say anything.
    """
    if algorithm not in run.spaces:
        return None
    n_trials = run.trials.filter(algorithm=algorithm, state=TrialState.COMPLETE).count()
    if n_trials < FEWEST_TRIALS:
        return None
    newest = newest_importance(run, algorithm)
    if newest is not None and not is_outdated(run, newest, n_trials):
        return newest
    wanted, made = ParameterImportance.objects.get_or_create(
        run=run,
        algorithm=algorithm,
        n_trials=n_trials,
        defaults={"published_at": timezone.now()},
    )
    if made:
        transaction.on_commit(lambda: measure_importance.delay(wanted.pk), robust=True)
    return wanted


def is_outdated(run: Run, newest: ParameterImportance, n_trials: int) -> bool:
    if not newest.is_settled or n_trials == newest.n_trials:
        return False
    return run.has_ended or n_trials >= GROWTH * newest.n_trials
