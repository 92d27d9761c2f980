from django.urls import include, path

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


# A group whose beginning does not fit is passed over in one step.
model = [
    path("", models.detail, name="model"),
    path("evaluation/", evaluation.evaluation, name="evaluation"),
    path("diagnosis/", diagnosis.diagnosis, name="diagnosis"),
    path("explanation/", explanation.explanation, name="explanation"),
    path("what-if/", what_if.what_if, name="what_if"),
    path("what-if/answer/", what_if.answer, name="what_if_answer"),
    path("predict/", predictions.predict, name="predict"),
    path("predict/row/", predictions.row, name="predict_row"),
    path("predict.json", predictions.rows, name="predict_json"),
    path("export/", exports.export, name="export"),
    path("export/recipe.py", exports.recipe, name="recipe"),
    path("export/<slug:kind>/", exports.download, name="export_download"),
    path("stages/", stages.history, name="stages"),
    path("stage/", stages.change, name="stage_change"),
    path("compute/<slug:kind>/", models.compute, name="compute"),
    path("threshold/", evaluation.set_threshold, name="set_threshold"),
    path("recalibration/", evaluation.set_recalibration, name="set_recalibration"),
    path("<slug:kind>.json", evaluation.artifact, name="model_artifact"),
    path("<slug:kind>.csv", evaluation.artifact_csv, name="model_artifact_csv"),
    path("delete/", models.delete, name="model_delete"),
    path("download/", models.download, name="model_download"),
]
compared = [
    path("", leaderboard.index, name="leaderboard"),
    path("compare/", comparing.index, name="compare_models"),
    path("compare/rows/", comparing.request_rows, name="compare_rows"),
    path("compare.json", comparing.as_json, name="compare_models_json"),
    path("compare/<slug:name>.csv", comparing.as_csv, name="compare_models_csv"),
]
urlpatterns = [
    path("models/<int:model_id>/", include(model)),
    path("projects/<int:project_id>/models/", include(compared)),
    path(
        "runs/<int:run_id>/trials/<int:number>/refit/", models.refit, name="trial_refit"
    ),
    path("predictions/<int:prediction_id>/", predictions.detail, name="prediction"),
    path(
        "predictions/<int:prediction_id>/download/",
        predictions.download,
        name="prediction_download",
    ),
]
