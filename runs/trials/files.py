"""The trials that pass the filters as a file to download."""

from collections.abc import Sequence
from typing import Literal

from django.http import HttpRequest, StreamingHttpResponse
from django.utils.text import slugify

from runs.http import download
from runs.trials import exporting
from runs.trials.columns import TrialColumn
from runs.trials.listing import Listing

Kind = Literal["csv", "parquet"]
TYPES: dict[str, str] = {
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
}


def trials_file(
    request: HttpRequest,
    listing: Listing,
    columns: Sequence[TrialColumn],
    *,
    kind: str,
) -> StreamingHttpResponse:
    """Answer with exactly what a listing lists, in its order, while it is written."""
    kinds = exporting.names_of(listing.run, columns)
    rows = exporting.rows(listing.run, listing.trials, columns)
    chunks = (
        exporting.csv_chunks(kinds, rows)
        if kind == "csv"
        else exporting.parquet_chunks(kinds, rows)
    )
    name = slugify(f"{listing.run.name} trials") or "trials"
    return download(
        request, chunks, filename=f"{name}.{kind}", content_type=TYPES[kind]
    )
