"""Celery entry points: a primary key in, one call; the only place that dispatches."""

from celery import shared_task

from runs import audit, ensembling, execution, lifecycle
from runs.profiling import importances, preflights, previews, tables, targets


@shared_task(name="runs.advance_run")
def advance_run(run_id: int) -> None:
    """Do whatever the run needs next; safe at any time, any number of times."""
    work = lifecycle.advance(run_id)
    if work.prepare:
        prepare_run.delay(run_id)
    if work.ensemble:
        join_trials.delay(run_id)
    for unit in work.units:
        evaluate_unit.delay(run_id, unit)


@shared_task(name="runs.prepare_run")
def prepare_run(run_id: int) -> None:
    execution.prepare(run_id)
    advance_run(run_id)


@shared_task(name="runs.evaluate_unit")
def evaluate_unit(run_id: int, unit: int) -> None:
    # Where a fit has to be ended the process ends with it, after it has told so.
    found = execution.evaluate_unit(
        run_id, unit, told=lambda: advance_run.delay(run_id)
    )
    if found and lifecycle.is_due(run_id, unit):
        advance_run(run_id)


@shared_task(name="runs.join_trials")
def join_trials(run_id: int) -> None:
    ensembling.join(run_id)
    advance_run(run_id)


@shared_task(name="runs.profile_dataset")
def profile_dataset(dataset_id: int) -> None:
    tables.describe(dataset_id)


@shared_task(name="runs.profile_target")
def profile_target(profile_id: int) -> None:
    targets.describe(profile_id)


@shared_task(name="runs.preview_reading")
def preview_reading(preview_id: int) -> None:
    previews.read(preview_id)


@shared_task(name="runs.look_ahead")
def look_ahead(preflight_id: int) -> None:
    preflights.look_ahead(preflight_id)


@shared_task(name="runs.measure_importance")
def measure_importance(importance_id: int) -> None:
    importances.measure(importance_id)


@shared_task(name="runs.forget_audit")
def forget_audit() -> None:
    """Delete what is older than the audit log is kept."""
    audit.forget()


@shared_task(name="runs.sweep")
def sweep() -> None:
    """Look after everything unfinished, whatever messages were lost."""
    for run_id in lifecycle.active_run_ids():
        advance_run.delay(run_id)  # a message each: one run's trouble is its own
    for dataset_id in tables.waiting():
        profile_dataset.delay(dataset_id)
    for profile_id in targets.waiting():
        profile_target.delay(profile_id)
    for preview_id in previews.waiting():
        preview_reading.delay(preview_id)
    for preflight_id in preflights.waiting():
        look_ahead.delay(preflight_id)
    for importance_id in importances.waiting():
        measure_importance.delay(importance_id)
