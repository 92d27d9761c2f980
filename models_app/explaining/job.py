"""A worker's job: explain a model, in the columns that were uploaded."""

from models_app.computing import Progress
from models_app.explaining.curves import dependence
from models_app.explaining.importance import own_importance, permutation
from models_app.explaining.shap import interactions, shap_values
from models_app.explaining.subject import Subject
from models_app.models import Artifact, Computation
from runs.training_data import large_turn


def explain(computation: Computation, progress: Progress) -> list[Artifact]:
    """Compute all that is told of why a model answers as it does."""
    from runs.search.threads import limit_threads  # noqa: PLC0415

    with large_turn(computation.model.run) as n_threads, limit_threads(n_threads):
        progress(0.02, "reading the rows")
        subject = Subject(computation)
        results = [*own_importance(subject)]
        progress(0.05, "shuffling the columns")
        results += permutation(subject, progress)
        progress(0.35, "SHAP values")
        shap, explainer, order = shap_values(subject, progress, n_threads)
        results.append(shap)
        progress(0.65, "interactions")
        pairs = interactions(subject, explainer, n_threads)
        if pairs is not None:
            results.append(pairs)
        progress(0.75, "partial dependence")
        ranked = pairs.data["pairs"] if pairs is not None else []
        results.append(dependence(subject, order, ranked, progress))
    return results
