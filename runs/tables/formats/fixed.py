"""Text in columns of fixed width."""

import io
import itertools
from collections.abc import Iterator, Sequence

import pyarrow as pa

from runs.tables.dialect import ONE_COLUMN
from runs.tables.errors import TableError
from runs.tables.formats.found import Rows, Source
from runs.tables.header import find_header
from runs.tables.rows import Dialect
from runs.tables.shelf import Cells
from runs.tables.text import Text

_SAMPLE_LINES = 500
_MIN_LINES = 4
_CHUNK_ROWS = 20_000
_MAX_WIDTH = 20_000
# Share of the lines with a gap wider than one blank, as alignment makes them.
_ALIGNED = 0.5


def find_fixed(
    text: Text, sample: str, dialect: Dialect, source: Source, *, truncated: bool
) -> Rows | None:
    """Find a table whose columns stand one below the other.

    Parameters
    ----------
    text : Text
        The text.
    sample : str
        Its beginning, below the lines to skip.
    dialect : Dialect
        What it would be as delimited text.
    source : Source
        The file.
    truncated : bool
        Whether the sample may end inside a line.

    Returns
    -------
    Rows or None
        The table; None if the text is not plainly of this form.

    Raises
    ------
    TableError
        If the person wants it read so, and no gap goes through all lines.
    """
    options = source.options
    wanted = options.format == "fixed"
    alone = dialect in (ONE_COLUMN, Dialect()) or dialect.delimiter == " "
    if not wanted and not alone:
        return None
    physical = sample.splitlines()[: -1 if truncated else None]
    numbered = [(i, line) for i, line in enumerate(physical) if line.strip()]
    numbered = numbered[:_SAMPLE_LINES]
    lines = [line for _, line in numbered]
    if not wanted and (
        not _may_be_aligned(lines) or (dialect == Dialect() and "," in sample)
    ):
        return None
    skip = options.skip_lines or 0
    slices = _slices(lines)
    if len(slices) < 2:
        if wanted:
            raise TableError(
                f"{source.filename} has no gap that goes through all lines: "
                "choose another format.",
                field="format",
            )
        return None
    if not wanted and not _is_padded(lines, slices):
        return None
    broken = _first_misfit(text, slices, skip)
    if broken and wanted:
        raise TableError(
            f"Line {broken} of {source.filename} has text where all others have a gap: "
            "choose another format.",
            field="format",
        )
    if broken:
        return None
    rows = [([line[part].strip() for part in slices], i + skip) for i, line in numbered]
    header = find_header(rows, header=options.header, skip_lines=options.skip_lines)

    def _fill(cells: Cells) -> list[str]:
        for chunk in _chunks(text, slices, header.skipped_lines, header.n_records):
            cells.add(chunk)
        return []

    return Rows(
        header=header,
        size=text.size,
        fill=_fill,
        how={
            "format": "fixed",
            "encoding": text.encoding,
            "comment": options.comment or "",
            "header": header.present,
            "skip_lines": header.skipped_lines,
        },
        repairs=[*text.repairs, *header.repairs],
    )


def _may_be_aligned(lines: Sequence[str]) -> bool:
    if len(lines) < _MIN_LINES or max(map(len, lines)) > _MAX_WIDTH:
        return False
    if any("\t" in line for line in lines):
        return False
    wide = sum("  " in line.strip() for line in lines)
    return wide >= _ALIGNED * len(lines)


def _slices(lines: Sequence[str]) -> list[slice]:
    """Cut where all lines are blank; the last column is open to the right."""
    if not lines:
        return []
    used = bytearray(max(map(len, lines)))
    for line in lines:
        for i, char in enumerate(line):
            if char != " ":
                used[i] = 1
    starts = [i for i in range(len(used)) if used[i] and (i == 0 or not used[i - 1])]
    ends = [*starts[1:], None]
    return [slice(*pair) for pair in zip(starts, ends, strict=True)]


def _is_padded(lines: Sequence[str], slices: Sequence[slice]) -> bool:
    """Tell columns from words that happen to stand one below the other.

    Columns of values of different lengths have gaps of different widths.
    """
    n_varied = 0
    for left, right in itertools.pairwise(slices):
        inner = [line[left] for line in lines if line[right].strip()]
        before = {len(text) - len(text.rstrip()) for text in inner}
        after = [line[right] for line in lines if line[right].strip()]
        indents = {len(text) - len(text.lstrip()) for text in after}
        n_varied += len(before) > 1 or len(indents) > 1
    return 2 * n_varied >= len(slices) - 1


def _first_misfit(text: Text, slices: Sequence[slice], skip: int) -> int:
    """Return the first line with text where the sample has a gap; 0 if none has."""
    starts = [part.start for part in slices if part.start]
    with io.TextIOWrapper(text.open(), encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            if number > skip and any(line[at - 1 : at].strip() for at in starts):
                return number
    return 0


def _chunks(
    text: Text, slices: Sequence[slice], skip: int, skip_records: int
) -> Iterator[pa.RecordBatch]:
    with io.TextIOWrapper(text.open(), encoding="utf-8") as file:
        lines = (line.rstrip("\n") for line in file)
        next(itertools.islice(lines, skip, skip), None)
        filled = (line for line in lines if line.strip())
        next(itertools.islice(filled, skip_records, skip_records), None)
        while chunk := list(itertools.islice(filled, _CHUNK_ROWS)):
            columns = [
                pa.array([line[part].strip() for line in chunk], pa.large_string())
                for part in slices
            ]
            yield pa.RecordBatch.from_arrays(
                columns, names=[str(i) for i in range(len(columns))]
            )
