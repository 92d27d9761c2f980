from django.urls import path

from models_app.views import (
    comparing,
    diagnosis,
    evaluation,
    explanation,
    exports,
    leaderboard,
    models,
    predictions,
    stages,
    what_if,
)

app_name = "models_app"

project = "projects/<int:project_id>/"

urlpatterns = [
    path("models/<int:model_id>/", models.detail, name="model"),
    path("models/<int:model_id>/evaluation/", evaluation.evaluation, name="evaluation"),
    path("models/<int:model_id>/diagnosis/", diagnosis.diagnosis, name="diagnosis"),
    path(
        "models/<int:model_id>/explanation/",
        explanation.explanation,
        name="explanation",
    ),
    path("models/<int:model_id>/what-if/", what_if.what_if, name="what_if"),
    path(
        "models/<int:model_id>/what-if/answer/", what_if.answer, name="what_if_answer"
    ),
    path("models/<int:model_id>/predict/", predictions.predict, name="predict"),
    path("models/<int:model_id>/predict/row/", predictions.row, name="predict_row"),
    path("models/<int:model_id>/predict.json", predictions.rows, name="predict_json"),
    path("models/<int:model_id>/export/", exports.export, name="export"),
    path("models/<int:model_id>/export/recipe.py", exports.recipe, name="recipe"),
    path(
        "models/<int:model_id>/export/<slug:kind>/",
        exports.download,
        name="export_download",
    ),
    path("models/<int:model_id>/stages/", stages.history, name="stages"),
    path("models/<int:model_id>/stage/", stages.change, name="stage_change"),
    path(f"{project}models/", leaderboard.index, name="leaderboard"),
    path(f"{project}models/compare/", comparing.index, name="compare_models"),
    path(f"{project}models/compare/rows/", comparing.request_rows, name="compare_rows"),
    path(
        f"{project}models/compare.json", comparing.as_json, name="compare_models_json"
    ),
    path(
        f"{project}models/compare/<slug:name>.csv",
        comparing.as_csv,
        name="compare_models_csv",
    ),
    path("models/<int:model_id>/compute/<slug:kind>/", models.compute, name="compute"),
    path(
        "models/<int:model_id>/threshold/",
        evaluation.set_threshold,
        name="set_threshold",
    ),
    path(
        "models/<int:model_id>/recalibration/",
        evaluation.set_recalibration,
        name="set_recalibration",
    ),
    path(
        "models/<int:model_id>/<slug:kind>.json",
        evaluation.artifact,
        name="model_artifact",
    ),
    path(
        "models/<int:model_id>/<slug:kind>.csv",
        evaluation.artifact_csv,
        name="model_artifact_csv",
    ),
    path(
        "runs/<int:run_id>/trials/<int:number>/refit/",
        models.refit,
        name="trial_refit",
    ),
    path("models/<int:model_id>/delete/", models.delete, name="model_delete"),
    path("models/<int:model_id>/download/", models.download, name="model_download"),
    path("predictions/<int:prediction_id>/", predictions.detail, name="prediction"),
    path(
        "predictions/<int:prediction_id>/download/",
        predictions.download,
        name="prediction_download",
    ),
]
