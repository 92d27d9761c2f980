"""A model's insights in words, from what is stored of it at the moment."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import OuterRef, Subquery
from django.urls import reverse

from models_app import members
from models_app.charts import insights
from models_app.charts.insights import Insight, Rival
from models_app.enums import ArtifactKind, ComputationKind
from models_app.models import Artifact, ModelMeta
from runs.enums import BASELINE, ENSEMBLE, TrialState
from runs.queries import algorithm_title
from runs.search.metrics import METRICS
from runs.search.significance import corrected_t_test, share_scored

# What a person can read: linear models, and a single tree.
SIMPLE = ("logistic_regression", "ridge", "elastic_net", "decision_tree")
# Of these the perfect score is known; greater is better.
PERFECT = {
    "roc_auc": 1.0,
    "average_precision": 1.0,
    "accuracy": 1.0,
    "balanced_accuracy": 1.0,
    "f1": 1.0,
    "f1_macro": 1.0,
    "f1_weighted": 1.0,
    "mcc": 1.0,
    "r2": 1.0,
    "log_loss": 0.0,
    "brier": 0.0,
    "rmse": 0.0,
    "mae": 0.0,
}
NEEDED = (
    ArtifactKind.PERMUTATION,
    ArtifactKind.CONFUSION,
    ArtifactKind.SEGMENTS,
    ArtifactKind.FOLDS,
    ArtifactKind.CALIBRATION,
    ArtifactKind.REDUNDANCY,
    ArtifactKind.LEARNING_CURVE,
)
ORDER = {insights.WARNING: 0, insights.NOTE: 1, insights.GOOD: 2}


def model_insights(
    model: ModelMeta, artifacts: Sequence[Artifact]
) -> list[tuple[Insight, str]]:
    """Return the insights with the addresses of their evidence, warnings first."""
    stored = {artifact.kind: artifact.data for artifact in artifacts}
    ways = ways_of(model, {artifact.kind: artifact for artifact in artifacts})
    found = [insight for insight in told(model, stored, ways) if insight is not None]
    found.sort(key=lambda insight: ORDER[insight.tone])
    return [(insight, address(model, insight)) for insight in found]


def told(
    model: ModelMeta, stored: Mapping[str, dict[str, Any]], ways: Mapping[str, str]
) -> list[Insight | None]:
    run, metric = model.run, METRICS[model.run.scoring]
    found: list[Insight | None] = []
    if permutation := stored.get(ArtifactKind.PERMUTATION):
        found.append(insights.drivers(permutation, ways))
        found.append(insights.leakage(permutation, best=PERFECT.get(run.scoring)))
    if confusion := stored.get(ArtifactKind.CONFUSION):
        found.append(insights.confused(confusion))
    if segments := stored.get(ArtifactKind.SEGMENTS):
        loss = segments["loss"]
        title = METRICS[loss].title if loss in METRICS else loss
        found.append(insights.weak_segment(segments, title))
    folds = stored.get(ArtifactKind.FOLDS, {}).get("metrics", {}).get(run.scoring)
    if folds:
        found.append(
            insights.fit(
                folds["train"],
                folds["test"],
                greater_is_better=metric.greater_is_better,
                baseline=baseline_of(model),
                title=metric.title,
            )
        )
    if calibration := stored.get(ArtifactKind.CALIBRATION):
        found.append(insights.calibrated(calibration))
    if redundancy := stored.get(ArtifactKind.REDUNDANCY):
        found.append(insights.redundant(redundancy))
    if curve := stored.get(ArtifactKind.LEARNING_CURVE):
        found.append(insights.more_data(curve))
    found.append(
        insights.simpler(
            rivals_of(model), title=metric.title, value=metric.display(model.value)
        )
    )
    return found


def ways_of(model: ModelMeta, stored: Mapping[str, Artifact]) -> dict[str, str]:
    """Say how the answer moves along the columns that matter most, where one class does."""
    permutation = stored.get(ArtifactKind.PERMUTATION)
    curves = stored.get(ArtifactKind.PARTIAL_DEPENDENCE)
    if permutation is None or curves is None or len(curves.data["outputs"]) > 1:
        return {}
    outputs = curves.data["outputs"]
    what = f"probability of {outputs[0]}" if outputs else model.run.target
    data = permutation.data
    weights = dict(zip(data["columns"], data["mean"], strict=True))
    names = sorted(weights, key=lambda name: -(weights[name] or 0.0))
    known = curves.data["columns"]
    top = [name for name in names[: insights.MAX_DRIVERS] if name in known]
    found = members.read(curves, *(f"column_{known.index(name)}" for name in top))
    ways = {
        name: insights.way(curve["grid"], curve["mean"][0], what)
        for name, curve in zip(top, found, strict=True)
        if curve is not None and curve["kind"] in ("number", "category")
    }
    return {name: text for name, text in ways.items() if text}


def baseline_of(model: ModelMeta) -> float | None:
    """Return what guessing scored over the folds, as people read it."""
    baseline = model.run.trials.filter(algorithm=BASELINE, value__isnull=False)
    value = baseline.values_list("value", flat=True).first()
    return None if value is None else METRICS[model.run.scoring].display(value)


def rivals_of(model: ModelMeta) -> list[Rival]:
    """Compare the model with the best trial of each simpler algorithm of its run."""
    run, own = model.run, model.trial
    if model.algorithm in SIMPLE or model.algorithm == ENSEMBLE:
        return []
    ratio = share_scored(run.scheme, run.n_splits, run.validation_fraction)
    complete = run.trials.filter(state=TrialState.COMPLETE, value__isnull=False)
    best = complete.filter(algorithm=OuterRef("algorithm")).order_by("-value", "number")
    simple = complete.filter(algorithm__in=SIMPLE, pk=Subquery(best.values("pk")[:1]))
    found = []
    for trial in simple.order_by("-value"):
        if not 2 <= len(trial.fold_scores) == len(own.fold_scores):
            continue
        test = corrected_t_test(own.fold_scores, trial.fold_scores, ratio=ratio)
        value = METRICS[run.scoring].display(trial.value)
        title = algorithm_title(trial.algorithm)
        found.append(
            Rival(trial.number, title, value, test.p_value, test.difference > 0)
        )
    return found


def address(model: ModelMeta, insight: Insight) -> str:
    """Return the page that shows the numbers: of the model, or of trials of its run."""
    if not insight.trials:
        return reverse(f"models_app:{insight.tab}", args=[model.pk])
    numbers = ",".join(map(str, [model.trial.number, *insight.trials]))
    return f"{reverse('runs:compare', args=[model.run_id])}?trials={numbers}"


def awaited(model: ModelMeta) -> list[tuple[str, str]]:
    """Return what insights come from and workers have yet to compute, with addresses."""
    told_by = (ComputationKind.EXPLANATION, ComputationKind.DIAGNOSIS)
    found = model.computations.filter(kind__in=told_by).order_by("kind")
    return [
        (c.get_kind_display().lower(), reverse(f"models_app:{c.kind}", args=[model.pk]))
        for c in found
        if not c.is_settled
    ]
