"""SHAP values of a sample of rows, and which columns interact."""

import time
from typing import TYPE_CHECKING, Any

from models_app import members
from models_app.computing import Progress
from models_app.enums import ArtifactKind
from models_app.explaining.subject import Subject
from models_app.models import Artifact
from models_app.training_rows import cells, number, rounded

if TYPE_CHECKING:
    import numpy as np

SHAP_ROWS, SAMPLED_ROWS, SHAP_SECONDS = 1_000, 300, 10.0
INTERACTION_ROWS, INTERACTION_SECONDS = 200, 4.0
# Columns whose values are kept one by one; the others are added up.
SHOWN_COLUMNS = 40
MAX_VALUES = 2_000_000  # kept of a model


def shap_values(
    subject: Subject, progress: Progress, n_threads: int
) -> tuple[Artifact, Any, "np.ndarray"]:
    """Explain a sample of rows; also return the explainer and the columns by weight."""
    import numpy as np  # noqa: PLC0415

    from models_app.explanation.prepared import rows_of
    from models_app.explanation.shapley import explainer_for
    from models_app.explanation.sizes import sample

    explainer = explainer_for(
        subject.prepared, subject.background, positive=subject.positive
    )
    p, k = len(subject.names), len(subject.outputs) or 1
    is_sampled = hasattr(explainer, "within")
    most = SAMPLED_ROWS if is_sampled else SHAP_ROWS
    most = max(50, min(most, MAX_VALUES // (k * min(p, SHOWN_COLUMNS))))
    rows = sample(len(subject.y), most, seed=2)
    values = within_time(subject, explainer, rows, progress, n_threads)
    rows = rows[: len(values)]
    sizes = np.abs(values).mean(axis=0)  # column, output
    order = np.argsort(-sizes.mean(axis=1), kind="stable")
    shown = order[:SHOWN_COLUMNS]
    rest = np.setdiff1d(np.arange(p), shown)
    encoded = rows_of(subject.encoded, rows)
    data = {
        "space": explainer.space,
        "method": explainer.method,
        "outputs": subject.outputs,
        "base": rounded(explainer.base, 12),
        "columns": [subject.names[j] for j in order],
        "kinds": [subject.kinds[j] for j in order],
        "mean_abs": [rounded(sizes[order, at]) for at in range(k)],
        "n_shown": len(shown),
        "n_available": len(subject.y),
        "limit": {"rows": most, "seconds": SHAP_SECONDS},
    }
    contents: dict[str, Any] = {
        f"output_{at}": {
            "values": [rounded(row, 10) for row in values[:, shown, at]],
            "rest": rounded(values[:, rest, at].sum(axis=1), 10),
        }
        for at in range(k)
    }
    contents["rows"] = row_data(subject, rows, shown, subject.output(encoded))
    artifact = members.store(ArtifactKind.SHAP, subject.rows, len(rows), data, contents)
    return artifact, explainer, order


def within_time(
    subject: Subject,
    explainer: Any,  # noqa: ANN401
    rows: "np.ndarray",
    progress: Progress,
    n_threads: int,
) -> "np.ndarray":
    """Explain rows in a random order until the time is up."""
    import numpy as np  # noqa: PLC0415

    from models_app.explanation.prepared import rows_of

    order = np.random.default_rng(3).permutation(len(rows))
    rows[:] = rows[order]
    encoded = rows_of(subject.encoded, rows)
    found: list[Any] = []
    if hasattr(explainer, "within"):
        explainer.adapt(encoded, seconds=SHAP_SECONDS / 2, n_rows=min(100, len(rows)))
        for values, share in explainer.within(encoded, SHAP_SECONDS):
            found.append(values)
            progress(0.35 + 0.3 * min(1, share), f"SHAP values of {len(found)} rows")
        return np.concatenate(found)
    started, start, size = time.perf_counter(), 0, 32
    while start < len(rows) and time.perf_counter() - started < SHAP_SECONDS:
        part = rows_of(encoded, slice(start, start + size))
        found.append(explainer.values(part, n_threads=n_threads))
        start, size = start + size, min(256, 2 * size)
        progress(0.35 + 0.3 * min(1, start / len(rows)), f"SHAP values of {start} rows")
    return np.concatenate(found)


def row_data(
    subject: Subject, rows: "np.ndarray", shown: "np.ndarray", output: "np.ndarray"
) -> dict[str, Any]:
    """Return what is known of the explained rows besides their SHAP values."""
    X = subject.X.iloc[rows]
    labels = subject.bundle["labels"]
    y = subject.y[rows]
    return {
        # As the uploaded table counts its rows, from 1.
        "numbers": [int(i) + 1 for i in subject.data.known[subject.positions[rows]]],
        "columns": [subject.names[j] for j in shown],
        "kinds": [subject.kinds[j] for j in shown],
        "cells": [cells(X[subject.names[j]], subject.kinds[j]) for j in shown],
        "actual": [labels[int(c)] for c in y] if labels else rounded(y),
        "output": [rounded(row, 10) for row in output],
    }


def interactions(
    subject: Subject,
    explainer: Any,  # noqa: ANN401
    n_threads: int,
) -> Artifact | None:
    """Measure which columns change each other's effect, where the explainer can."""
    import numpy as np  # noqa: PLC0415

    from models_app.explanation.sizes import sample

    pairs = getattr(explainer, "pairs", None)
    if pairs is None:
        return None
    # In a random order: where the time is short the first are taken.
    rows = sample(len(subject.y), INTERACTION_ROWS, seed=4)
    rows = np.random.default_rng(4).permutation(rows)
    strength, n_rows = pairs(subject.encoded[0][rows], INTERACTION_SECONDS, n_threads)
    n = len(subject.names)
    order = np.argsort(-np.triu(strength, 1), axis=None, kind="stable")[:200]
    listed = [divmod(int(at), n) for at in order]
    ranked = [
        {
            "columns": [subject.names[a], subject.names[b]],
            "strength": number(strength[a, b]),
        }
        for a, b in listed
        if strength[a, b] > 0
    ]
    return Artifact(
        kind=ArtifactKind.INTERACTIONS,
        rows=subject.rows,
        n_rows=n_rows,
        data={"pairs": ranked, "space": explainer.space},
    )
