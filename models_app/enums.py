"""States of what a finished search leaves behind."""

from django.db import models


class ModelState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    FITTING = "fitting", "Fitting"
    FITTED = "fitted", "Fitted"
    EVALUATING = "evaluating", "Evaluating"
    READY = "ready", "Ready"
    FAILED = "failed", "Failed"


class Stage(models.TextChoices):
    """What a model is used for."""

    CANDIDATE = "candidate", "Candidate"
    CHAMPION = "champion", "Champion"
    ARCHIVED = "archived", "Archived"


class ArtifactKind(models.TextChoices):
    PIPELINE = "pipeline", "Fitted pipeline"
    # Evaluation, with the model itself
    METRICS = "metrics", "Metrics"
    CONFUSION = "confusion", "Confusion matrix"
    ROC = "roc", "ROC curve"
    PREDICTED_ACTUAL = "predicted_actual", "Predicted against actual"
    RESIDUALS = "residuals", "Residuals"
    ANSWERS = "answers", "Predictions of the evaluated rows"
    INTERVALS = "intervals", "Metrics with intervals"
    PER_CLASS = "per_class", "Metrics per class"
    PRECISION_RECALL = "precision_recall", "Precision and recall"
    CALIBRATION = "calibration", "Calibration"
    GAIN = "gain", "Gain and lift"
    DISTRIBUTIONS = "distributions", "Distribution of scores"
    THRESHOLDS = "thresholds", "Thresholds"
    ERRORS = "errors", "Distribution of errors"
    PREDICTION_INTERVALS = "prediction_intervals", "Prediction intervals"
    # Diagnosis: takes more fits, or many passes over the rows
    FOLDS = "folds", "Folds"
    LEARNING_CURVE = "learning_curve", "Learning curve"
    WORST_ROWS = "worst_rows", "Worst predicted rows"
    SEGMENTS = "segments", "Segments"
    # Explanation
    PERMUTATION = "permutation", "Permutation importance"
    BUILT_IN = "built_in", "Built-in importance"
    COEFFICIENTS = "coefficients", "Coefficients"
    REDUNDANCY = "redundancy", "Columns that tell the same"
    SHAP = "shap", "SHAP values"
    INTERACTIONS = "interactions", "Interactions"
    PARTIAL_DEPENDENCE = "partial_dependence", "Partial dependence"
    INSIGHTS = "insights", "Insights"
    # To take away
    SKOPS = "skops", "skops file"
    ONNX = "onnx", "ONNX file"
    FOLDER = "folder", "Standalone folder"
    RECIPE = "recipe", "Verified recipe"


class ComputationKind(models.TextChoices):
    """What workers compute of a model that is ready."""

    EVALUATION = "evaluation", "Evaluation"
    DIAGNOSIS = "diagnosis", "Diagnosis"
    EXPLANATION = "explanation", "Explanation"
    EXPORTS = "exports", "Files to take away"
    RECIPE = "recipe", "Verified recipe"


class ComputationState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    COMPUTING = "computing", "Computing"
    READY = "ready", "Ready"
    FAILED = "failed", "Failed"


class Recalibration(models.TextChoices):
    """How the probabilities that predictions tell are made from the model's own."""

    NONE = "", "As the model says"
    SIGMOID = "sigmoid", "Sigmoid"
    ISOTONIC = "isotonic", "Isotonic"


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


class ResultFormat(models.TextChoices):
    """What answers are written as."""

    CSV = "csv", "CSV"
    PARQUET = "parquet", "Parquet"
