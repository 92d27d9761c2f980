"""Delimited text, whatever its delimiter, quoting and encoding."""

import itertools

from runs.tables.dialect import ONE_COLUMN, Dialect, detect_dialect, sample_rows
from runs.tables.encoding import read_text
from runs.tables.errors import TableError
from runs.tables.formats.fixed import find_fixed
from runs.tables.formats.found import Rows, Source
from runs.tables.header import find_header
from runs.tables.parsing import parse
from runs.tables.text import Text

_SAMPLE_BYTES = 1 << 17
_MAX_SAMPLE_BYTES = 1 << 23
_SAMPLE_LINES = 10
_SAMPLE_ROWS = 500
_MAX_FIRST_LINE = 1 << 20


def find_text(source: Source) -> Rows:
    """Find the table in a text: delimited, or in columns of fixed width.

    Parameters
    ----------
    source : Source
        The file.

    Returns
    -------
    Rows
        The table.

    Raises
    ------
    TableError
        If it is no text, or empty.
    """
    options = source.options
    text = read_text(source.path, filename=source.filename, encoding=options.encoding)
    if options.comment:
        text = _without_comments(text, options.comment, source)
    skip = options.skip_lines or 0
    size = _sample_size(text, source.filename)
    truncated = size < text.size
    sample = text.head(size).decode("utf-8", errors="ignore")
    below = _below(sample, skip)
    dialect = detect_dialect(
        below,
        truncated=truncated,
        delimiter=options.delimiter,
        quotechar=options.quotechar,
        escapechar=options.escapechar,
    )
    if options.format == "fixed" or (
        options.format is None and options.delimiter is None
    ):
        found = find_fixed(text, below, dialect, source, truncated=truncated)
        if found is not None:
            return found
    return _delimited(text, below, dialect, source, truncated=truncated)


def _delimited(
    text: Text, sample: str, dialect: Dialect, source: Source, *, truncated: bool
) -> Rows:
    options = source.options
    skip = options.skip_lines or 0
    rows = [
        (row, before + skip)
        for row, before in itertools.islice(
            sample_rows(sample, dialect, truncated=truncated), _SAMPLE_ROWS
        )
    ]
    if not rows:
        raise TableError(
            f"{source.filename} is empty: upload a file with a header and rows."
        )
    header = find_header(rows, header=options.header, skip_lines=options.skip_lines)
    return Rows(
        header=header,
        size=text.size,
        fill=lambda cells: parse(
            text,
            dialect,
            into=cells,
            skip_lines=header.skipped_lines,
            skip_records=header.n_records,
        ),
        how={
            "format": "csv",
            "encoding": text.encoding,
            "delimiter": ""
            if dialect.delimiter == ONE_COLUMN.delimiter
            else dialect.delimiter,
            "quotechar": dialect.quotechar,
            "escapechar": dialect.escapechar,
            "comment": options.comment or "",
            "header": header.present,
            "skip_lines": header.skipped_lines,
        },
        repairs=[*text.repairs, *header.repairs],
        european=dialect.delimiter == ";",
    )


def _below(sample: str, n_lines: int) -> str:
    """Return what follows the first lines."""
    return "".join(sample.splitlines(keepends=True)[n_lines:]) if n_lines else sample


def _without_comments(text: Text, comment: str, source: Source) -> Text:
    """Leave out the lines that begin as comments do."""
    mark = comment.encode()
    target = source.folder / "uncommented"
    n = 0
    with text.open() as file, target.open("wb") as kept:
        for line in file:
            if line.lstrip(b" \t").startswith(mark):
                n += 1
            else:
                kept.write(line)
    lines = "1 comment line was" if n == 1 else f"{n:,} comment lines were"
    repairs = [*text.repairs, f"{lines} left out."] if n else text.repairs
    return Text(target, 0, target.stat().st_size, text.encoding, repairs)


def _sample_size(text: Text, filename: str) -> int:
    """Count the bytes that show the text's form: enough lines from its beginning."""
    if text.size > _MAX_FIRST_LINE and not _n_lines(text.head(_MAX_FIRST_LINE)):
        raise TableError(
            f"{filename} begins with one unbroken line of over "
            f"{_MAX_FIRST_LINE >> 20} MB: a table needs a line for every row."
        )
    size = _SAMPLE_BYTES
    # A table of thousands of columns has few lines in the usual sample.
    while size < _MAX_SAMPLE_BYTES and _n_lines(text.head(size)) < _SAMPLE_LINES:
        size *= 2
    return min(size, text.size)


def _n_lines(data: bytes) -> int:
    return max(data.count(b"\n"), data.count(b"\r"))
