"""Partial dependence and individual curves, of one column and of two."""

from typing import TYPE_CHECKING, Any

from models_app import members
from models_app.computing import Progress
from models_app.enums import ArtifactKind
from models_app.explaining.subject import Subject
from models_app.models import Artifact
from models_app.training_rows import cells, number, rounded

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np

    from models_app.explanation.dependence import Grid
    from models_app.explanation.prepared import Encoded

DEPENDENCE_ROWS, LEAST_ROWS, DEPENDENCE_SECONDS = 200, 20, 4.0
CURVES, PAIRS, PAIR_GRID, PAIR_ROWS, LINES = 30, 6, 10, 50, 25


def dependence(
    subject: Subject,
    order: "np.ndarray",
    ranked: list[dict[str, Any]],
    progress: Progress,
) -> Artifact:
    """Follow the answers along the values of the columns that matter most."""
    from models_app.explanation.dependence import grid_of, individual, with_values
    from models_app.explanation.prepared import rows_of
    from models_app.explanation.sizes import rows_within, sample, seconds_a_row

    columns = [int(j) for j in order[:CURVES]]
    grids = {
        j: grid_of(
            subject.X[subject.names[j]], is_numeric=subject.kinds[j] != "category"
        )
        for j in columns
    }
    columns = [j for j in columns if len(grids[j].points)]
    grids = {j: grids[j] for j in columns}
    n_values = sum(len(grid.points) for grid in grids.values())
    a_row = seconds_a_row(subject.prepared, subject.encoded) * n_values
    n_rows = rows_within(
        DEPENDENCE_SECONDS, a_row, least=LEAST_ROWS, most=DEPENDENCE_ROWS
    )
    rows = sample(len(subject.y), n_rows, seed=5)
    encoded = rows_of(subject.encoded, rows)
    names = [subject.names[j] for j in columns]
    listed = pairs_to_show(names, ranked)
    # The values of curves and of pairs are prepared in one go: each call of a pipeline
    # takes its time, whatever few rows it is for.
    in_pairs = list(dict.fromkeys(name for pair in listed for name in pair))
    pair_grids = {name: pair_grid(subject, name) for name in in_pairs}
    prepared = with_values(
        subject.prepared,
        subject.X.iloc[:1],
        [*names, *in_pairs],
        [*grids.values(), *pair_grids.values()],
    )
    pair_values = dict(zip(in_pairs, prepared[len(names) :], strict=True))
    contents: dict[str, Any] = {}
    spreads: list[float] = []
    for at, (j, values) in enumerate(zip(columns, prepared, strict=False)):
        found = individual(subject.prepared, encoded, j, values)
        if len(subject.prepared.classes) == 2:
            found = found[:, :, [subject.positive]]
        contents[f"column_{at}"] = curve_data(subject, j, grids[j], found)
        spreads.append(float(found.mean(axis=0).std(axis=0).max()))
        progress(0.75 + 0.2 * (at + 1) / len(columns), "partial dependence")
    for at, pair in enumerate(listed):
        contents[f"pair_{at}"] = pair_data(subject, pair, pair_grids, pair_values)
    data = {
        "columns": names,
        "outputs": subject.outputs,
        "pairs": [list(pair) for pair in listed],
        "spread": [number(spread) for spread in spreads],
        "space": "probability" if subject.outputs else "value",
        "n_pair_rows": min(PAIR_ROWS, len(subject.y)),
        "limit": {
            "rows": DEPENDENCE_ROWS,
            "seconds": DEPENDENCE_SECONDS,
            "least": LEAST_ROWS,
        },
    }
    return members.store(
        ArtifactKind.PARTIAL_DEPENDENCE, subject.rows, len(rows), data, contents
    )


def curve_data(
    subject: Subject,
    j: int,
    grid: Any,  # noqa: ANN401
    found: "np.ndarray",
) -> dict[str, Any]:
    """Return the mean, the spread and some single curves of a column, by output."""
    import numpy as np  # noqa: PLC0415

    mean = found.mean(axis=0)
    low, high = np.quantile(found, [0.1, 0.9], axis=0)
    n_lines = max(5, LINES // max(1, found.shape[2] // 2))
    column = subject.X[subject.names[j]]
    deciles = []
    if grid.is_numeric:
        at = np.linspace(0, 1, 11)[1:-1]
        found_at = column.dropna().quantile(at, interpolation="nearest")
        deciles = cells(found_at, subject.kinds[j])
    return {
        "column": subject.names[j],
        "kind": subject.kinds[j],
        "grid": cells(grid.points, subject.kinds[j]),
        "shares": grid.shares,
        "deciles": deciles,
        "mean": [rounded(row) for row in mean.T],
        "low": [rounded(row) for row in low.T],
        "high": [rounded(row) for row in high.T],
        "lines": [
            [rounded(line) for line in found[:n_lines, :, at]]
            for at in range(found.shape[2])
        ],
    }


def pairs_to_show(
    names: list[str], ranked: list[dict[str, Any]]
) -> list[tuple[str, str]]:
    """Choose the pairs that interact most; else those of the heaviest columns."""
    pairs = [tuple(pair["columns"]) for pair in ranked]
    if not pairs:
        few = names[:4]
        pairs = [(a, b) for i, a in enumerate(few) for b in few[i + 1 :]]
    known = [(a, b) for a, b in pairs if a in names and b in names]
    return known[:PAIRS]


def pair_grid(subject: Subject, name: str) -> "Grid":
    from models_app.explanation.dependence import grid_of

    kind = subject.kinds[subject.names.index(name)]
    return grid_of(subject.X[name], is_numeric=kind != "category", n=PAIR_GRID)


def pair_data(
    subject: Subject,
    names: tuple[str, str],
    every_grid: "Mapping[str, Grid]",
    values: "Mapping[str, Encoded]",
) -> dict[str, Any]:
    from models_app.explanation.dependence import joint
    from models_app.explanation.prepared import rows_of
    from models_app.explanation.sizes import sample

    a, b = names
    columns = (subject.names.index(a), subject.names.index(b))
    grids = [every_grid[a], every_grid[b]]
    rows = sample(len(subject.y), PAIR_ROWS, seed=5)
    mean = joint(
        subject.prepared,
        rows_of(subject.encoded, rows),
        columns,
        (values[a], values[b]),
    )
    if len(subject.prepared.classes) == 2:
        mean = mean[:, :, [subject.positive]]
    return {
        "columns": list(names),
        "kinds": [subject.kinds[j] for j in columns],
        "grids": [
            cells(grid.points, subject.kinds[j])
            for j, grid in zip(columns, grids, strict=True)
        ],
        "counts": pair_counts(subject, columns, grids),
        "mean": [
            [rounded(row) for row in mean[:, :, at]] for at in range(mean.shape[2])
        ],
    }


def pair_counts(
    subject: Subject,
    columns: tuple[int, int],
    grids: list[Any],
) -> list[list[int]]:
    """Count the rows nearest to each pair of values: few mean that nobody knows."""
    import numpy as np  # noqa: PLC0415

    places = []
    for j, grid in zip(columns, grids, strict=True):
        column = subject.X[subject.names[j]]
        values = grid.points
        if not grid.is_numeric:
            at = {value: i for i, value in enumerate(values)}
            places.append(np.array([at.get(value, -1) for value in column]))
            continue
        if column.dtype.kind in "mM":
            column, values = column.astype("int64"), values.astype("int64")
        found = np.asarray(column, dtype=float)
        middle = np.asarray(values, dtype=float)
        edges = (middle[1:] + middle[:-1]) / 2
        places.append(np.where(np.isfinite(found), np.searchsorted(edges, found), -1))
    counts = np.zeros([len(grid.points) for grid in grids], dtype=int)
    known = (places[0] >= 0) & (places[1] >= 0)
    np.add.at(counts, (places[0][known], places[1][known]), 1)
    listed: list[list[int]] = counts.tolist()
    return listed
