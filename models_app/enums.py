"""States of what a finished search leaves behind."""

from django.db import models


class ModelState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    FITTING = "fitting", "Fitting"
    FITTED = "fitted", "Fitted"
    EVALUATING = "evaluating", "Evaluating"
    READY = "ready", "Ready"
    FAILED = "failed", "Failed"


class ArtifactKind(models.TextChoices):
    PIPELINE = "pipeline", "Fitted pipeline"
    METRICS = "metrics", "Metrics"
    CONFUSION = "confusion", "Confusion matrix"
    ROC = "roc", "ROC curve"
    PREDICTED_ACTUAL = "predicted_actual", "Predicted against actual"
    RESIDUALS = "residuals", "Residuals"


class Rows(models.TextChoices):
    """Which rows a number is from."""

    HOLDOUT = "holdout", "holdout"
    OUT_OF_FOLD = "out_of_fold", "out-of-fold"
    TRAINING = "training", "training"


class PredictionState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    PREDICTING = "predicting", "Predicting"
    READY = "ready", "Ready"
    FAILED = "failed", "Failed"
