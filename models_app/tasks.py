"""Celery entry points: a primary key in, one call; the only place that dispatches."""

from celery import shared_task

from models_app import computing, evaluating, fitting, measuring, predicting, requesting
from models_app.enums import ModelState
from models_app.models import ModelMeta
from runs.tasks import advance_run


@shared_task(name="models_app.fit_model")
def fit_model(model_id: int) -> None:
    """Refit and evaluate a model; what is done already, or being done, is left alone."""
    for step in (fitting.refit_model, evaluating.evaluate_model):
        run_id = step(model_id)
        if run_id is not None:
            advance_run(run_id)
    model = ModelMeta.objects.filter(pk=model_id, state=ModelState.READY).first()
    for computation_id in computing.begin(model) if model else []:
        compute.delay(computation_id)


@shared_task(name="models_app.compute")
def compute(computation_id: int) -> None:
    computing.compute(computation_id)


@shared_task(name="models_app.predict")
def predict(prediction_id: int) -> None:
    predicting.predict(prediction_id)


@shared_task(name="models_app.measure_predictions")
def measure_predictions(project_id: int) -> None:
    measuring.measure(project_id)


@shared_task(name="models_app.sweep")
def sweep() -> None:
    """Look after every prediction, refit and computation whose message or worker was lost."""
    for prediction_id in predicting.waiting():
        predict.delay(prediction_id)
    for model_id in requesting.waiting():
        fit_model.delay(model_id)
    for computation_id in computing.waiting():
        compute.delay(computation_id)
