"""Which columns matter: shuffled, by the estimator's own account, and in groups."""

import time
from typing import Any

from models_app.computing import Progress
from models_app.enums import ArtifactKind, Rows
from models_app.explaining.subject import MAX_ROWS, Subject
from models_app.models import Artifact
from models_app.training_rows import number, rounded
from runs.search.metrics import METRICS

# For all columns together; of a slow model fewer rows are shuffled.
PERMUTATION_SECONDS, N_REPEATS = 4.0, 5
LEAST_ROWS = 300


def own_importance(subject: Subject) -> list[Artifact]:
    """Return what the estimator itself says: gain of its splits, or coefficients."""
    from models_app.explanation.importance import built_in_importance, coefficients

    results = []
    own = built_in_importance(subject.prepared)
    if own is not None:
        data = {
            "kind": own.kind,
            "columns": subject.names,
            "values": rounded(own.values),
        }
        results.append(
            Artifact(kind=ArtifactKind.BUILT_IN, rows=Rows.TRAINING, data=data)
        )
    linear = coefficients(subject.prepared)
    if linear is not None:
        data = coefficient_data(subject, linear)
        results.append(
            Artifact(kind=ArtifactKind.COEFFICIENTS, rows=Rows.TRAINING, data=data)
        )
    return results


def coefficient_data(subject: Subject, linear: Any) -> dict[str, Any]:  # noqa: ANN401
    import numpy as np  # noqa: PLC0415

    from models_app.explanation.prepared import summed

    sign = -1.0 if len(subject.outputs) == 1 and subject.positive == 0 else 1.0
    values = sign * linear.values
    # Of a thousand encoded columns the largest are kept.
    largest = np.sort(np.argsort(-np.abs(values).max(axis=0))[:300])
    size = summed(np.abs(values).mean(axis=0), linear.owner, len(subject.names))
    return {
        "columns": subject.names,
        "size": rounded(size),
        "outputs": subject.outputs,
        "encoded": [linear.names[i] for i in largest],
        "owner": [subject.names[linear.owner[i]] for i in largest],
        "values": [rounded(row) for row in values[:, largest]],
        "intercept": rounded(sign * linear.intercept),
        "n_encoded": len(linear.names),
    }


def permutation(subject: Subject, progress: Progress) -> list[Artifact]:
    """Shuffle columns, and groups of columns that tell the same."""
    from models_app.explanation.importance import permutation_importance
    from models_app.explanation.prepared import rows_of
    from models_app.explanation.redundancy import redundancy
    from models_app.explanation.sizes import rows_within, sample, seconds_a_row
    from runs.search.quick_metrics import quick_metric  # noqa: PLC0415

    ordered = [kind != "category" for kind in subject.kinds]
    found = redundancy(subject.X, numeric=ordered)
    groups = [[j] for j in range(len(subject.names))] + found.groups
    a_row = seconds_a_row(subject.prepared, subject.encoded)
    n_rows = rows_within(
        PERMUTATION_SECONDS,
        a_row * len(groups) * N_REPEATS,
        least=LEAST_ROWS,
        most=len(subject.y),
    )
    rows = sample(len(subject.y), n_rows)
    limit = {"rows": MAX_ROWS, "seconds": PERMUTATION_SECONDS, "least": LEAST_ROWS}
    scoring = subject.run.scoring
    two = len(subject.prepared.classes) == 2
    started = time.perf_counter()
    result = permutation_importance(
        subject.prepared,
        rows_of(subject.encoded, rows),
        subject.y[rows],
        quick_metric(scoring, positive=subject.positive if two else None),
        groups=groups,
        n_repeats=N_REPEATS,
        told=lambda share: progress(0.05 + 0.3 * share, "shuffling the columns"),
    )
    mean, spread = result.drops.mean(axis=1), result.drops.std(axis=1)
    n = len(subject.names)
    n_rows = len(rows)
    seconds = time.perf_counter() - started
    shuffled = {
        "columns": subject.names,
        "mean": rounded(mean[:n]),
        "spread": rounded(spread[:n]),
        "drops": [rounded(row) for row in result.drops[:n]] if n <= 300 else [],
        "score": number(result.score),
        "scoring": scoring,
        "metric": METRICS[scoring].title,
        "n_repeats": N_REPEATS,
        "seconds": round(seconds, 2),
        "limit": limit,
    }
    together = {
        "groups": [
            {
                "columns": [subject.names[j] for j in group],
                "association": number(
                    min(found.association[a, b] for a in group for b in group if a < b)
                ),
                "mean": number(mean[n + g]),
                "spread": number(spread[n + g]),
            }
            for g, group in enumerate(found.groups)
        ],
        "columns": subject.names[: len(found.association)],
        "association": [rounded(row, 3) for row in found.association[:60, :60]],
        "metric": METRICS[scoring].title,
        "n_repeats": N_REPEATS,
    }
    return [
        Artifact(
            kind=ArtifactKind.PERMUTATION,
            rows=subject.rows,
            n_rows=n_rows,
            data=shuffled,
        ),
        Artifact(
            kind=ArtifactKind.REDUNDANCY,
            rows=subject.rows,
            n_rows=n_rows,
            data=together,
        ),
    ]
