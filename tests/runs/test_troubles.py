import pytest

from runs.enums import ENSEMBLE, TrialState
from runs.troubles import Trouble, troubles
from tests.factories import RunFactory, TrialFactory

pytestmark = pytest.mark.django_db

LATE = "The time budget was used up before all folds were scored."


def failed_trial(run, error):
    return TrialFactory(run=run, state=TrialState.FAILED, value=None, error=error)


def test_troubles_of_untroubled_run_are_none():
    run = RunFactory()
    TrialFactory(run=run)

    assert troubles(run) == []


def test_troubles_are_counted_by_reason_failures_first():
    run = RunFactory()
    failed_trial(run, "Fitting failed on fold 1: ValueError: 2 classes")
    failed_trial(run, "Fitting failed on fold 3: ValueError: 2 classes")
    failed_trial(run, "Ended: it took longer than the limit of 2 s a trial.")
    TrialFactory(run=run, state=TrialState.SKIPPED, value=None, error=LATE)
    for n_iter in (100, 100, 200):
        warning = f"ConvergenceWarning: stopped after {n_iter} iterations:\nScale them."
        TrialFactory(run=run, warnings=[warning])

    assert troubles(run) == [
        Trouble("failed", "Fitting failed on fold …: ValueError: 2 classes", 2),
        Trouble("failed", "Ended: it took longer than the limit of 2 s a trial.", 1),
        Trouble("skipped", LATE, 1),
        Trouble("warned", "ConvergenceWarning: stopped after … iterations", 3),
    ]


def test_troubles_count_a_trial_once_for_one_reason():
    run = RunFactory()
    TrialFactory(run=run, warnings=["Loss 0.5 on fold 1", "Loss 0.7 on fold 2"])

    assert [t.n_trials for t in troubles(run)] == [1]


def test_troubles_leave_out_what_an_ensemble_notes():
    run = RunFactory()
    TrialFactory(run=run, algorithm=ENSEMBLE, warnings=["How it was made."])

    assert troubles(run) == []
