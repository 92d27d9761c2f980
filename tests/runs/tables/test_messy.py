"""Files from the test suites of other readers: a table or a sentence, never a crash."""

import json
from typing import Any

import pytest

from runs.tables.errors import TableError
from runs.tables.reading import read_table
from tests.data import MESSY, require

# Formats that are refused for now, whatever is in them.
PACKED = (".gz", ".bz2", ".xz", ".zip", ".xlsx", ".xlsm", ".xls", ".ods")

# Nine thousand columns: alone as slow as all other files together.
WIDEST = "frictionless__wide.csv"


@pytest.fixture(scope="module")
def entries() -> list[dict[str, Any]]:
    listing = json.loads(require(MESSY / "manifest.json").read_text())
    return [entry for entry in listing if entry["file"] != WIDEST]


@pytest.fixture(scope="module")
def shapes(entries) -> dict[str, tuple[int, int] | str]:
    """Shape of each file's table, or the sentence of its refusal."""
    found = {}
    for entry in entries:
        try:
            found[entry["file"]] = read_table(MESSY / entry["file"]).frame.shape
        except TableError as error:
            found[entry["file"]] = str(error)
    return found


def test_every_refusal_is_one_sentence_with_a_way_out(shapes):
    refusals = [shape for shape in shapes.values() if isinstance(shape, str)]

    assert refusals
    for sentence in refusals:
        assert sentence.endswith(".")
        assert "\n" not in sentence
        assert ":" in sentence


def test_nearly_all_plain_tables_have_their_true_shape(entries, shapes):
    strict = [
        entry
        for entry in entries
        if entry["expected"] == "table"
        and not entry["lenient"]
        and not entry["file"].endswith(PACKED)
    ]

    wrong = [
        entry["file"]
        for entry in strict
        if not _is_true(entry.get("truth") or {}, shapes[entry["file"]])
    ]

    assert len(wrong) <= 0.05 * len(strict), wrong


def test_every_file_that_is_no_table_is_refused(entries, shapes):
    accepted = [
        entry["file"]
        for entry in entries
        if entry["expected"] == "error"
        and not entry["lenient"]
        and not isinstance(shapes[entry["file"]], str)
    ]

    assert accepted == []


def _is_true(truth: dict[str, Any], shape: tuple[int, int] | str) -> bool:
    if isinstance(shape, str):
        return False
    n_rows = {truth.get(key) for key in ("n_rows", "n_rows_nonblank", "n_rows_raw")}
    n_rows -= {None}
    if truth.get("header") is False:  # the first record may be taken for a header
        n_rows |= {n - 1 for n in n_rows}
    n_cols = {truth.get("n_cols"), truth.get("n_cols_nonempty")} - {None}
    return (not n_rows or shape[0] in n_rows) and (not n_cols or shape[1] in n_cols)
