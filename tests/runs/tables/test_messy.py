"""Files from the test suites of other readers: a table or a sentence, never a crash."""

import json
from typing import Any

import pytest

from runs.tables.errors import TableError
from runs.tables.reading import read_table
from tests.data import MESSY, require

# Whose bytes are no text, whatever is in them.
PACKED = (".gz", ".bz2", ".xz", ".zip", ".xlsx", ".xlsm", ".xls", ".ods", ".parquet")

# Nine thousand columns: alone as slow as all other files together.
WIDEST = "frictionless__wide.csv"

# Whose true shape is another than the one found, and why.
EXCEPTIONS = {
    "csvsniffer_Json data type - [clevercsv issue #37].csv": "eight rows and no header: "
    "the listing counts the first row as one",
}
LENIENT_EXCEPTIONS = {
    "pollock_file_field_delimiter_0x20.csv": "cells with blanks stand without quotes "
    "between blanks, so that nothing tells where they end",
    "wrangling_Blizak_2010.csv": "no header: the listing assumes one",
    "wrangling_next_q.csv": "no header: the listing assumes one",
    "readxl__missing-first-column.xlsx": "three numbers and no header: the listing assumes one",
    "wrangling_artists.csv": "half of the rows have two cells, half three",
}
# Encodings the listing names only by a guess of its source.
OTHER_ENCODINGS = {
    "wrangling_Blizak_2010.csv": "cp1250",  # Czech
    "wrangling_artists.csv": "mac_roman",  # "Frédéric Bazille" in it only
    "pollock_survey_Copy_of_2016-17_Q3_Final_V2.csv": "utf-8",  # strictly valid
}


@pytest.fixture(scope="module")
def entries() -> list[dict[str, Any]]:
    listing = json.loads(require(MESSY / "manifest.json").read_text())
    return [entry for entry in listing if entry["file"] != WIDEST]


@pytest.fixture(scope="module")
def tables(entries) -> dict[str, Any]:
    """Each file's table, or the sentence of its refusal."""
    found: dict[str, Any] = {}
    for entry in entries:
        try:
            found[entry["file"]] = read_table(MESSY / entry["file"])
        except TableError as error:
            found[entry["file"]] = str(error)
    return found


def test_every_refusal_is_one_sentence_with_a_way_out(tables):
    refusals = [table for table in tables.values() if isinstance(table, str)]

    assert refusals
    for sentence in refusals:
        assert sentence.endswith(".")
        assert "\n" not in sentence
        assert ":" in sentence


@pytest.mark.parametrize(
    ("lenient", "exceptions"), [(False, EXCEPTIONS), (True, LENIENT_EXCEPTIONS)]
)
def test_every_table_but_the_named_has_its_true_shape(
    entries, tables, lenient, exceptions
):
    known = [
        entry
        for entry in entries
        if entry["expected"] == "table"
        and entry["lenient"] == lenient
        and (entry.get("truth") or {}).get("n_rows")
    ]

    wrong = [
        entry["file"]
        for entry in known
        if not is_true(entry["truth"], tables[entry["file"]])
    ]

    assert sorted(wrong) == sorted(exceptions)
    # The named ones are few, too.
    assert lenient or len(wrong) <= 0.03 * len(known)


def test_every_file_that_is_no_table_is_refused(entries, tables):
    accepted = [
        entry["file"]
        for entry in entries
        if entry["expected"] == "error"
        and not entry["lenient"]
        and not isinstance(tables[entry["file"]], str)
    ]

    assert accepted == []


def test_every_known_delimiter_is_found(entries, tables):
    found = {
        entry["file"]: (tables[entry["file"]].reading.delimiter, delimiter)
        for entry in entries
        if not isinstance(tables[entry["file"]], str)
        and tables[entry["file"]].reading.format == "csv"
        and entry["file"] not in LENIENT_EXCEPTIONS
        and (delimiter := (entry.get("truth") or {}).get("delimiter"))
        and entry["truth"].get("n_cols", 1) > 1
    }

    assert found
    assert [file for file, (own, true) in found.items() if own != true] == []


def test_every_known_encoding_gives_the_same_text(entries, tables):
    wrong = []
    for entry in entries:
        table, truth = tables[entry["file"]], entry.get("truth") or {}
        if isinstance(table, str) or not truth.get("encoding"):
            continue
        data = (MESSY / entry["file"]).read_bytes()
        true = OTHER_ENCODINGS.get(entry["file"], truth["encoding"])
        if data.isascii() or entry["file"].endswith(PACKED) or data[:2] == b"PK":
            continue
        if data.decode(table.reading.encoding) != data.decode(true):
            wrong.append((entry["file"], table.reading.encoding, true))

    assert wrong == []


def is_true(truth: dict[str, Any], table: Any) -> bool:
    if isinstance(table, str):
        return False
    shape = table.frame.shape
    n_rows = {truth.get(key) for key in ("n_rows", "n_rows_nonblank", "n_rows_raw")}
    n_rows -= {None}
    if truth.get("header") is False:  # the first record may be taken for a header
        n_rows |= {n - 1 for n in n_rows}
    n_cols = {truth.get("n_cols"), truth.get("n_cols_nonempty")} - {None}
    return (not n_rows or shape[0] in n_rows) and (not n_cols or shape[1] in n_cols)
