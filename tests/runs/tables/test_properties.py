"""Whatever a writer quotes properly is read back as it was."""

import csv
import io
import re
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from runs.tables.errors import TableError
from runs.tables.missing import MISSING
from runs.tables.numeric import parse_numbers, parse_plain
from runs.tables.profile import preview, profile_columns
from runs.tables.reading import Table, read_table, store_table
from runs.tables.storage import read_columns, read_parquet

# With a letter in front a cell is neither number, date nor missing.
WORDS = st.text("abcdefgh XYZéß漢", max_size=8).map(lambda text: f"q{text}")
# Every character that means something to a reader; only safe within quotes.
WILD = st.text("ab1 ,;|\t\"'\n\r#\\:éß漢-+.", max_size=8).map(lambda text: f"q{text}")


def tables(cells, *, min_width):
    sizes = st.tuples(st.integers(1, 8), st.integers(min_width, 6))
    return sizes.flatmap(
        lambda size: st.lists(
            st.lists(cells, min_size=size[1], max_size=size[1]),
            min_size=size[0],
            max_size=size[0],
        )
    )


def read_bytes(data: bytes) -> Table:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        path.write_bytes(data)
        return read_table(path)


def write(rows, **dialect) -> bytes:
    buffer = io.StringIO(newline="")
    names = [f"name{i}" for i in range(len(rows[0]))]
    csv.writer(buffer, **dialect).writerows([names, *rows])
    return buffer.getvalue().encode()


def cells_of(table: Table) -> list[list[str]]:
    return table.frame.fillna("").to_numpy().tolist()


def stripped(rows):
    return [[cell.strip() for cell in row] for row in rows]


@given(tables(WORDS, min_width=2), st.sampled_from(",;\t|"), st.sampled_from(["\n", "\r\n", "\r"]))  # fmt: skip
@settings(max_examples=50, deadline=None)
def test_words_are_read_as_written(rows, delimiter, newline):
    table = read_bytes(write(rows, delimiter=delimiter, lineterminator=newline))

    assert table.frame.columns.tolist() == [f"name{i}" for i in range(len(rows[0]))]
    assert cells_of(table) == stripped(rows)
    assert table.repairs == []


@given(tables(WILD, min_width=1), st.sampled_from(",;\t|"))
@settings(max_examples=100, deadline=None)
def test_quoted_cells_are_read_as_written(rows, delimiter):
    data = write(rows, delimiter=delimiter, quoting=csv.QUOTE_ALL)

    table = read_bytes(data)

    assert cells_of(table) == stripped(rows)
    assert table.repairs == []


@st.composite
def dialects(draw):
    """Draw a way to write a table that leaves no doubt about its cells."""
    delimiter = draw(st.sampled_from([*list(",;\t|~^!&@§"), "||", "~#~", "|-|"]))
    quotechar = draw(st.sampled_from("\"'"))
    encoding = draw(
        st.sampled_from(
            ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "utf-32-be"]
        )
    )
    newline = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    return delimiter, quotechar, encoding, newline


@given(tables(WORDS, min_width=2).filter(lambda rows: len(rows) > 2), dialects())
@settings(max_examples=100, deadline=None)
def test_any_dialect_and_encoding_are_read_back(rows, dialect):
    delimiter, quotechar, encoding, newline = dialect
    rows = [[*row, str(n)] for n, row in enumerate(rows)]
    several = len(delimiter) > 1
    text = write(
        rows,
        delimiter="\x1f" if several else delimiter,
        quotechar=quotechar,
        quoting=csv.QUOTE_MINIMAL if several else csv.QUOTE_ALL,
        lineterminator=newline,
    ).decode()

    table = read_bytes(text.replace("\x1f", delimiter).encode(encoding))

    assert table.reading.delimiter == delimiter
    *words, numbers = table.frame.columns
    found = table.frame[words].to_numpy().tolist()
    assert found == stripped([row[:-1] for row in rows])
    assert table.frame[numbers].tolist() == list(range(len(rows)))


PIECES = st.sampled_from(
    [*",;\t|\"'#~ \n\r\\0", "a", "1", "é", "//", "% ", "||", '""', "a,b\n", "-+-"]
)


@given(st.lists(PIECES, max_size=60).map("".join))
@settings(max_examples=300, deadline=2000)
def test_any_marks_are_a_table_or_a_sentence_within_seconds(text):
    try:
        table = read_bytes(text.encode())
    except TableError:
        return
    assert len(table.frame)
    assert table.frame.columns.is_unique


@given(tables(WORDS | st.sampled_from(sorted(MISSING)), min_width=2))
@settings(max_examples=40, deadline=None)
def test_missing_cells_are_missing_and_no_others(rows):
    assume(any(rows[-1]))  # rows without any text at the end are none of the table's
    table = read_bytes(write(rows))

    assert table.frame.isna().to_numpy().tolist() == [
        [cell in MISSING for cell in row] for row in rows
    ]


@given(st.binary(max_size=400) | st.text(max_size=400).map(str.encode))
@settings(max_examples=100, deadline=None)
def test_any_bytes_are_a_table_or_a_sentence(data):
    try:
        table = read_bytes(data)
    except TableError:
        return
    assert len(table.frame)
    assert len(table.columns) == table.frame.shape[1] > 0
    assert table.frame.columns.is_unique


CELLS = WORDS | st.sampled_from(["", "NA", "?", "1", "2.5", "-3e2", "+7", "2020-01-02"])
COLUMNS = st.sampled_from(
    [
        st.integers(-(10**12), 10**12).map(str),
        st.floats(allow_nan=False).map(repr),
        st.sampled_from(["", "1", "+2", "-3.5", "1e400"]),
        st.sampled_from(["1,5", "2", "n/a"]),
        st.dates().map(str),
        st.sampled_from(["true", "FALSE"]),
        CELLS,
    ]
)


@st.composite
def texts(draw):
    """Draw a text of some typed columns, with rows of another length here and there."""
    cells = draw(st.lists(COLUMNS, min_size=1, max_size=5))
    rows = draw(st.lists(st.tuples(*cells), min_size=1, max_size=12))
    short = draw(st.integers(0, 12))
    rows = [row[:-1] if i == short else row for i, row in enumerate(rows)]
    quoting = draw(st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]))
    buffer = io.StringIO(newline="")
    names = [f"name{i}" if i != 3 else "" for i in range(len(cells))]
    csv.writer(buffer, quoting=quoting).writerows([names, *rows])
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
    return buffer.getvalue().encode(encoding)


@given(texts())
@settings(max_examples=150, deadline=None)
def test_table_read_by_columns_is_the_table_read_at_once(data):
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        # As if the table were large: several files of columns, several parts of rows.
        patch.setattr("runs.tables.shelf._GROUP_BYTES", 20)
        patch.setattr("runs.tables.shelf.ROWS", 5)
        path, parquet = Path(folder, "table.csv"), Path(folder, "out", "table.parquet")
        path.write_bytes(data)
        try:
            whole = read_table(path)
        except TableError as error:
            with pytest.raises(TableError, match=re.escape(str(error))):
                store_table(path, parquet, memory_bytes=0)
            return
        stored = store_table(path, parquet, memory_bytes=0)
        frame, columns = read_parquet(parquet), read_columns(parquet)
        left = [entry.name for entry in parquet.parent.iterdir()]

    pd.testing.assert_frame_equal(frame, whole.frame)
    assert stored.columns == columns == whole.columns
    assert stored.n_rows == len(whole.frame)
    assert stored.profile == profile_columns(whole.frame, whole.columns)
    assert stored.preview == preview(whole.frame)
    assert (stored.reading, stored.repairs) == (whole.reading, whole.repairs)
    assert left == ["table.parquet"]


@given(
    st.lists(
        st.from_regex(r"[+-]?[0-9.eE+-]{0,6}", fullmatch=True)
        | st.from_regex(r"[+-]?\d{1,20}", fullmatch=True),
        min_size=1,
        max_size=5,
    )
)
@settings(max_examples=300, deadline=None)
def test_plain_numbers_are_what_the_longer_way_reads(cells):
    texts = pa.array(cells, pa.large_string())
    filled = pc.not_equal(texts, "")

    quick = parse_plain(texts)

    if quick is not None:
        numbers = parse_numbers(texts.filter(filled))
        assert numbers is not None
        expected = pd.Series(np.nan, range(len(cells)))
        expected[filled.to_numpy(zero_copy_only=False)] = numbers.array
        if quick.dtype == np.int64:
            expected = expected.astype("int64")
            assert numbers.array.dtype == np.int64
        np.testing.assert_array_equal(quick, expected)
