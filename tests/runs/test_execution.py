import time

import pytest
from django.utils import timezone
from sklearn.model_selection import GridSearchCV

from runs import claims, execution, guard, lifecycle, training_data
from runs.configuration import plan_of
from runs.enums import EventKind, Halt, Phase, TrialState, Wish
from runs.models import Run, Trial
from runs.search.folds import fold_rows
from runs.search.pipelines import make_pipeline
from runs.search.problem import TaskType
from runs.training_data import load_training_data, split_of
from tests.factories import TrialFactory


@pytest.fixture(autouse=True)
def patient_guard(monkeypatch):
    """The guard's thread sees no run of the test's transaction: as if it were deleted."""
    monkeypatch.setattr(guard, "STOP_GRACE_SECONDS", 600.0)


def prepared(run):
    lifecycle.advance(run.pk)
    execution.prepare(run.pk)
    return lifecycle.advance(run.pk).units


def work_off(run):
    """Do what workers do until the search is over."""
    units = prepared(run)
    while units:
        for unit in units:
            execution.evaluate_unit(run.pk, unit)
        units = lifecycle.advance(run.pk).units
    run.refresh_from_db()


@pytest.mark.parametrize("large_cells", [0, training_data.LARGE_CELLS])
def test_search_scores_equal_grid_search_to_the_last_bit(
    searchable_run, monkeypatch, settings, tmp_path, large_cells
):
    monkeypatch.setattr(training_data, "LARGE_CELLS", large_cells)
    settings.TUNEBOARD_HOME = tmp_path
    run = searchable_run()

    work_off(run)

    data = load_training_data(run)
    X, y = data.X.iloc[data.train_rows], data.y[data.train_rows]
    grid = GridSearchCV(
        make_pipeline("random_forest", {}, task=TaskType.MULTICLASS, random_state=0),
        {"estimator__n_estimators": [10, 20], "estimator__max_depth": [2, 4]},
        cv=fold_rows(y, split_of(run)),
        scoring="accuracy",
    ).fit(X, y)
    expected = {
        (p["estimator__n_estimators"], p["estimator__max_depth"]): [
            grid.cv_results_[f"split{k}_test_score"][i] for k in range(3)
        ]
        for i, p in enumerate(grid.cv_results_["params"])
    }
    forests = run.trials.filter(algorithm="random_forest")
    found = {
        (t.params["n_estimators"], t.params["max_depth"]): t.fold_scores
        for t in forests
    }
    assert found == expected


def test_search_of_a_large_table_waits_for_its_turn(
    searchable_run, monkeypatch, settings, tmp_path
):
    monkeypatch.setattr(training_data, "LARGE_CELLS", 0)
    settings.TUNEBOARD_HOME = tmp_path
    run = searchable_run()
    unit = prepared(run)[0]
    run.refresh_from_db()
    spent = (timezone.now() - run.started_at).total_seconds()
    Run.objects.filter(pk=run.pk).update(time_budget_seconds=spent + 0.5)
    began = time.monotonic()

    # Another process has the table until the time budget is used up.
    with training_data.large_work(run).turn():
        execution.evaluate_unit(run.pk, unit)

    assert time.monotonic() - began > 0.4
    trial = run.trials.filter(unit=unit).first()
    assert trial.state == TrialState.SKIPPED
    assert "time budget" in trial.error


def test_search_evaluates_every_combination_once(searchable_run):
    run = searchable_run()

    work_off(run)

    assert run.planned_trials.filter(state=TrialState.COMPLETE).count() == 6
    assert run.phase == Phase.REFITTING
    best = run.trials.order_by("-value").first()
    assert run.best_value == best.value
    assert best.fold_scores
    assert len(best.fit_seconds) == run.n_splits


def test_search_writes_start_and_end_of_every_trial_as_events(searchable_run):
    run = searchable_run()

    work_off(run)

    started = run.events.filter(kind=EventKind.TRIALS_STARTED)
    ended = run.events.filter(kind=EventKind.TRIALS_ENDED)
    assert sorted(n for e in started for n in e.data["trials"]) == [*range(7)]
    assert sorted(n for e in ended for n in e.data["trials"]) == [*range(7)]


def test_unit_given_to_two_workers_is_evaluated_once(searchable_run):
    run = searchable_run()
    unit = prepared(run)[0]

    execution.evaluate_unit(run.pk, unit)
    first = list(run.trials.filter(unit=unit).values_list("finished_at", "attempts"))
    execution.evaluate_unit(run.pk, unit)

    again = list(run.trials.filter(unit=unit).values_list("finished_at", "attempts"))
    assert again == first
    assert {attempts for _, attempts in again} == {1}


def test_holder_that_lost_its_lease_changes_nothing(searchable_run):
    run = searchable_run()
    unit = prepared(run)[0]
    claim = claims.claim_unit(run.pk, unit)
    Trial.objects.filter(run=run, unit=unit).update(lease_token="somebody else's")
    watch = execution.Watch(claim, is_lost=lambda: False)

    [(trials, results)] = execution.evaluated(claim, watch)

    with pytest.raises(claims.LeaseLostError):
        claims.record(claim, trials, results)

    states = set(run.trials.filter(unit=unit).values_list("state", flat=True))
    assert states == {TrialState.RUNNING}


def test_unit_of_a_paused_run_is_not_taken(searchable_run):
    run = searchable_run()
    unit = prepared(run)[0]
    Run.objects.filter(pk=run.pk).update(phase=Phase.PAUSED)

    execution.evaluate_unit(run.pk, unit)

    states = set(run.trials.filter(unit=unit).values_list("state", flat=True))
    assert states == {TrialState.WAITING}


def test_claim_leaves_alone_what_is_no_longer_waiting(searchable_run):
    run = searchable_run()
    unit = prepared(run)[0]
    first = run.trials.get(unit=unit)
    others = [
        TrialFactory(run=run, number=number, unit=unit, state=state, value=None)
        for number, state in ((901, TrialState.WAITING), (902, TrialState.SKIPPED))
    ]

    claim = claims.claim_unit(run.pk, unit)

    stored = list(run.trials.held(claim.token).order_by("number"))
    assert claim.trials == stored == [first, others[0]]
    for trial, held in zip(claim.trials, stored, strict=True):
        assert (trial.state, trial.lease_token) == (held.state, held.lease_token)
        assert (trial.state, trial.started_at) == ("running", held.started_at)


def test_stopping_run_ends_its_trials_between_folds(searchable_run, monkeypatch):
    monkeypatch.setattr(execution, "LOOK_SECONDS", 0.0)
    run = searchable_run()
    unit = prepared(run)[0]
    claim = claims.claim_unit(run.pk, unit)
    Run.objects.filter(pk=run.pk).update(phase=Phase.STOPPING)
    watch = execution.Watch(claim, is_lost=lambda: False)

    for trials, results in execution.evaluated(claim, watch):
        claims.record(claim, trials, results)

    trial = run.trials.filter(unit=unit).first()
    assert trial.state == TrialState.SKIPPED
    assert "stopped" in trial.error


def test_deleted_run_ends_the_work_quietly(searchable_run, monkeypatch):
    monkeypatch.setattr(execution, "LOOK_SECONDS", 0.0)
    run = searchable_run()
    unit = prepared(run)[0]
    claim = claims.claim_unit(run.pk, unit)
    pk = run.pk
    run.delete()
    watch = execution.Watch(claim, is_lost=lambda: False)

    with pytest.raises(claims.LeaseLostError):
        list(execution.evaluated(claim, watch))

    assert not Trial.objects.filter(run_id=pk).exists()


def test_failing_combination_fails_alone_with_the_exceptions_words(searchable_run):
    run = searchable_run(
        spaces={"random_forest": {"bootstrap": [False, True], "max_samples": [0.5]}},
        n_planned=2,
    )

    work_off(run)

    by_state = {t.state: t for t in run.trials.all()}
    assert set(by_state) == {TrialState.FAILED, TrialState.COMPLETE}
    assert "max_sample" in by_state[TrialState.FAILED].error
    assert run.phase == Phase.REFITTING


def test_table_that_has_vanished_fails_the_run_with_a_sentence(searchable_run):
    run = searchable_run()
    run.dataset.table.storage.delete(run.dataset.table.name)

    prepared(run)

    run.refresh_from_db()
    assert run.phase == Phase.FAILED
    assert "could not be prepared" in run.error


def test_prepare_stores_how_many_rows_are_held_out(searchable_run):
    run = searchable_run(holdout_fraction=0.25)

    prepared(run)

    run.refresh_from_db()
    assert (run.n_rows_train, run.n_rows_holdout) == (45, 15)


def test_released_unit_waits_again_and_its_attempt_does_not_count(searchable_run):
    run = searchable_run()
    unit = prepared(run)[0]
    claim = claims.claim_unit(run.pk, unit)

    claims.release(Trial.objects.filter(run=run, unit=unit), claim.token)

    trial = run.trials.filter(unit=unit).first()
    assert (trial.state, trial.attempts) == (TrialState.WAITING, 0)


def test_release_leases_leaves_living_workers_alone(searchable_run):
    run = searchable_run()
    claims.claim_unit(run.pk, prepared(run)[0])

    assert claims.release_leases() == 0
    assert run.trials.filter(state=TrialState.RUNNING).exists()


def test_stop_wish_during_search_ends_in_refitting_what_was_found(searchable_run):
    run = searchable_run()
    baseline, first, *_ = prepared(run)
    for unit in (baseline, first):
        execution.evaluate_unit(run.pk, unit)
    Run.objects.filter(pk=run.pk).update(wish=Wish.STOP)

    lifecycle.advance(run.pk)

    run.refresh_from_db()
    assert run.was_stopped
    assert run.phase == Phase.REFITTING


def test_halving_compares_with_the_same_algorithm_in_this_unit_and_others(
    searchable_run,
):
    run = searchable_run(strategy="halving", n_trials=9, halving={"eta": 3})
    stored = {"state": TrialState.PRUNED, "params": {}}
    TrialFactory(
        run=run, number=1, unit=1, rungs=[{"resource": 0.3, "value": 0.5}], **stored
    )
    TrialFactory(
        **{**stored, "algorithm": "logistic_regression"},
        run=run,
        number=2,
        unit=2,
        rungs=[{"resource": 0.3, "value": 0.9}],
    )
    own = TrialFactory(run=run, number=3, unit=3, state=TrialState.RUNNING)
    claim = claims.Claim(run, "token", [own])

    def ends(value):
        # As for each group of the unit.
        pruning = execution.Pruning(claim, plan_of(run))
        return pruning.should_prune({}, 0, value)

    assert not ends(0.55)
    assert not ends(0.6)
    # Behind what the unit itself has just reached, which is not stored yet.
    assert ends(0.58)
    assert not ends(0.7)


def test_switched_off_algorithm_ends_its_trials_between_folds(
    searchable_run, monkeypatch
):
    monkeypatch.setattr(execution, "LOOK_SECONDS", 0.0)
    run = searchable_run()
    prepared(run)
    unit = run.trials.filter(algorithm="random_forest").first().unit
    claim = claims.claim_unit(run.pk, unit)
    Run.objects.filter(pk=run.pk).update(switched_off=["random_forest"], revision=1)
    watch = execution.Watch(claim, is_lost=lambda: False)

    for trials, results in execution.evaluated(claim, watch):
        claims.record(claim, trials, results)

    ended = run.trials.filter(unit=unit)
    assert {t.state for t in ended} == {TrialState.SKIPPED}
    assert {t.halt for t in ended} == {Halt.ASIDE}


def test_one_stopped_trial_of_a_shared_fit_ends_and_the_other_is_scored(
    searchable_run, monkeypatch
):
    monkeypatch.setattr(execution, "LOOK_SECONDS", 0.0)
    run = searchable_run()
    prepared(run)
    unit = run.trials.filter(algorithm="random_forest").first().unit
    claim = claims.claim_unit(run.pk, unit)
    stopped, other = claim.trials
    told = {"halt": Halt.PERSON, "error": "Stopped by ada."}
    Trial.objects.filter(pk=stopped.pk).update(**told)
    watch = execution.Watch(claim, is_lost=lambda: False)

    for trials, results in execution.evaluated(claim, watch):
        claims.record(claim, trials, results)

    stopped.refresh_from_db()
    other.refresh_from_db()
    assert (stopped.state, stopped.error) == (TrialState.SKIPPED, "Stopped by ada.")
    assert other.state == TrialState.COMPLETE
