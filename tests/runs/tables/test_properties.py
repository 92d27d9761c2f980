"""Whatever a writer quotes properly is read back as it was."""

import csv
import io
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from runs.tables.errors import TableError
from runs.tables.missing import MISSING
from runs.tables.reading import Table, read_table

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


@given(tables(WORDS | st.sampled_from(sorted(MISSING)), min_width=2))
@settings(max_examples=40, deadline=None)
def test_missing_cells_are_missing_and_no_others(rows):
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
