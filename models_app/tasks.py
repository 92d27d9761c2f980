"""Celery entry points: a primary key in, one call; the only place that dispatches."""

from celery import shared_task

from models_app import evaluating, fitting, predicting
from runs.tasks import advance_run


@shared_task(name="models_app.fit_model")
def fit_model(model_id: int) -> None:
    """Refit and evaluate a model; what is done already, or being done, is left alone."""
    for step in (fitting.refit_model, evaluating.evaluate_model):
        run_id = step(model_id)
        if run_id is not None:
            advance_run(run_id)


@shared_task(name="models_app.predict")
def predict(prediction_id: int) -> None:
    predicting.predict(prediction_id)


@shared_task(name="models_app.sweep")
def sweep() -> None:
    """Look after every prediction whose message or worker was lost."""
    for prediction_id in predicting.waiting():
        predict.delay(prediction_id)
