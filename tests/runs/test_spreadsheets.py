"""CSV that runs nothing in a spreadsheet, and is otherwise what was given."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runs.spreadsheets import BEGINS_A_FORMULA, safe, safe_copy, safe_lines


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "=cmd|' /C calc'!A0",
        "+yes",
        "-no",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\uff1d1+1",
        "-1+cmd|'x'!A0",
        "-2e3x",
    ],
)
def test_text_that_begins_a_formula_gets_an_apostrophe(text):
    assert safe(text) == f"'{text}"


@pytest.mark.parametrize(
    "cell",
    ["yes", "", "a=b", "'=1", "-1", "+1.5", "-.5e-07", "-inf", -1.5, 0, None, True],
)
def test_other_cells_stay_as_they_are(cell):
    assert safe(cell) is cell


@given(st.lists(st.lists(st.text(), min_size=1, max_size=3), max_size=5))
def test_no_cell_of_a_file_begins_a_formula_and_the_others_come_back(rows):
    text = b"".join(safe_lines(rows)).decode()

    found = list(csv.reader(io.StringIO(text, newline="")))
    assert found == [[safe(cell) for cell in row] for row in rows]
    assert not any(
        cell.startswith(BEGINS_A_FORMULA) and safe(cell) != cell
        for row in found
        for cell in row
    )


def test_copy_keeps_all_but_the_formulas_and_closes_the_file():
    long = "x" * 200_000  # more than Python's csv takes by itself
    stored = io.BytesIO(f'a,b\r\n=1,"two\nlines, {long}"\r\n-1,-no\r\n'.encode())

    copied = b"".join(safe_copy(stored))

    rows = list(csv.reader(io.StringIO(copied.decode(), newline="")))
    assert rows == [["a", "b"], ["'=1", f"two\nlines, {long}"], ["-1", "'-no"]]
    assert stored.closed
