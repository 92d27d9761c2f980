"""How many of a model's rows an explanation is of, and why no more of them."""

from models_app.enums import ArtifactKind, Rows
from models_app.models import Artifact, ModelMeta


def n_rows_of(model: ModelMeta, rows: str) -> int | None:
    """Return how many such rows the model has: of its holdout, or of its training."""
    if rows != Rows.TRAINING:
        return model.n_rows_evaluated if rows == model.rows else None
    pipeline = model.artifacts.filter(kind=ArtifactKind.PIPELINE)
    return pipeline.values_list("n_rows", flat=True).first()


def sampled(artifact: Artifact, n_all: int | None) -> str:
    """Name the rows in a sentence: "348 of the 4,128 holdout rows", or "179 holdout rows"."""
    n_rows, name = artifact.n_rows or 0, artifact.get_rows_display()
    if n_all is None or n_rows >= n_all:
        return f"{n_rows:,} {name} rows"
    return f"{n_rows:,} of the {n_all:,} {name} rows"


def why_no_more(artifact: Artifact, n_all: int | None) -> str:
    """Say why not all rows were taken, as far as that is stored; empty if they were."""
    n_rows, limit = artifact.n_rows or 0, artifact.data.get("limit", {})
    if n_all is None or n_rows >= n_all:
        return ""
    drawn = "They are drawn at random"
    if not limit:
        return f"{drawn}."
    if n_rows >= limit["rows"]:
        return f"{drawn}, at most {limit['rows']:,}."
    seconds = f"{limit['seconds']:g} seconds"
    if n_rows <= limit.get("least", 0):
        return (
            f"{drawn}: a row takes long, and {n_rows:,} are the least that are taken."
        )
    return f"{drawn}: as many as were reckoned to take {seconds}."
