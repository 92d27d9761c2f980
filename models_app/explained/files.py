"""The numbers of an artifact as a CSV file, of each kind whose numbers are a table."""

from collections.abc import Callable
from itertools import chain

from django.http import HttpRequest, StreamingHttpResponse
from django.utils.text import slugify

from models_app.cards.card import NumberTable
from models_app.cards.diagnosis_tables import DIAGNOSIS_TABLES
from models_app.cards.tables import TABLES as EVALUATION_TABLES
from models_app.cards.tables import TableMaker
from models_app.enums import ArtifactKind
from models_app.explained.tables import TABLES as EXPLANATION_TABLES
from models_app.models import Artifact, ModelMeta
from runs.http import download
from runs.spreadsheets import safe_lines

CSV = "text/csv; charset=utf-8"


def first_table(maker: Callable[[Artifact], list[NumberTable]]) -> TableMaker:
    """Return what makes the table of the kind itself, of a kind that has several."""
    return lambda model, artifact: maker(artifact)[0]


TABLES: dict[ArtifactKind, TableMaker] = {
    **EVALUATION_TABLES,
    **DIAGNOSIS_TABLES,
    **{kind: first_table(maker) for kind, maker in EXPLANATION_TABLES.items()},
}


def has_table(kind: str) -> bool:
    return kind in TABLES


def table_file(
    request: HttpRequest, model: ModelMeta, artifact: Artifact
) -> StreamingHttpResponse:
    """Answer with the numbers of an artifact that `has_table`."""
    kind = ArtifactKind(artifact.kind)
    table = TABLES[kind](model, artifact)
    name = slugify(f"{model.run.name} {model.algorithm} {kind.value}") or kind.value
    return download(
        request,
        safe_lines(chain([table.header], table.rows)),
        filename=f"{name}.csv",
        content_type=CSV,
    )
