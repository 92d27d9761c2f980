from django.urls import path

from models_app.views import models, predictions

app_name = "models_app"
urlpatterns = [
    path("models/<int:model_id>/", models.detail, name="model"),
    path(
        "models/<int:model_id>/<slug:kind>.json", models.artifact, name="model_artifact"
    ),
    path("models/<int:model_id>/delete/", models.delete, name="model_delete"),
    path("models/<int:model_id>/download/", models.download, name="model_download"),
    path("models/<int:model_id>/predict/", predictions.create, name="predict"),
    path("predictions/<int:prediction_id>/", predictions.detail, name="prediction"),
    path(
        "predictions/<int:prediction_id>/download/",
        predictions.download,
        name="prediction_download",
    ),
]
