"""Delimiters, quotes, escapes and comments found in texts as people upload them."""

import pytest

from runs.tables.dialect import ONE_COLUMN, detect_dialect

ROWS = [
    ("name", "age", "city"),
    ("Ann", "31", "New York"),
    ("Bob", "45", "Oslo, Norway"),
    ("Cyd", "28", "Bern"),
]


def joined(delimiter: str) -> str:
    return "".join(delimiter.join(row) + "\n" for row in ROWS)


@pytest.mark.parametrize("delimiter", list(";\t|~^#!&@=$%§¦¬þ\x01\x1f"))
def test_one_character_between_all_cells_is_the_delimiter(delimiter):
    assert detect_dialect(joined(delimiter)).delimiter == delimiter


@pytest.mark.parametrize("delimiter", ["||", "~#~", "|~|", "-|-", "<>", "@@"])
def test_several_characters_that_occur_nowhere_else_are_the_delimiter(delimiter, read):
    text = joined(delimiter)

    assert detect_dialect(text).delimiter == delimiter
    assert read(text).frame["city"].tolist() == ["New York", "Oslo, Norway", "Bern"]


def test_cells_of_negative_numbers_do_not_lengthen_the_delimiter():
    assert detect_dialect("1,-2,-3\n4,-5,-6\n7,-8,-9\n").delimiter == ","


def test_blanks_that_align_columns_are_one_delimiter(read):
    table = read('  id name     size\n   1 "A b"    2.5\n  20 C        3.0\n')

    assert table.frame.to_numpy().tolist() == [[1, "A b", 2.5], [20, "C", 3.0]]
    assert table.reading.delimiter == " "


@pytest.mark.parametrize("quotechar", ["'", "`", "~", "#"])
def test_other_characters_may_quote_cells(quotechar, read):
    rows = [("a", "b"), ("x, y", "1"), ("z", "2"), ("u", "3")]
    cells = [",".join(f"{quotechar}{c}{quotechar}" for c in row) for row in rows]

    table = read("\n".join(cells) + "\n")

    assert table.frame["a"].tolist() == ["x, y", "z", "u"]
    assert table.reading.quotechar == quotechar


def test_apostrophes_within_words_are_no_quotes(read):
    table = read("a,b\nit's,1\nJohn's,2\nx,3\n")

    assert table.frame["a"].tolist() == ["it's", "John's", "x"]
    assert table.reading.quotechar == '"'


def test_escaped_delimiter_stays_in_its_cell(read):
    table = read("a,b\nx\\, y,1\nz,2\nu,3\n")

    assert table.frame["a"].tolist() == ["x, y", "z", "u"]


def test_backslash_at_the_end_of_a_cell_is_an_ordinary_character(read):
    table = read("a,b\nC:\\,1\nD:\\,2\n")

    assert table.frame["a"].tolist() == ["C:\\", "D:\\"]


@pytest.mark.parametrize("mark", ["#", "//", "%"])
def test_comments_between_rows_are_left_out_with_their_lines(mark, read):
    table = read(f'{mark} made, by "x\na,b,c\n1,2,3\n{mark} and, so\n4,5,6\n7,8,9\n')

    assert table.frame.to_numpy().tolist() == [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
    assert table.repairs == ["2 comments were left out (lines 1, 4)."]


def test_values_that_begin_with_a_comment_mark_are_rows(read):
    table = read("tag,n\n#red,1\nblue,2\n#green,3\ngrey,4\n")

    assert table.frame["tag"].tolist() == ["#red", "blue", "#green", "grey"]


def test_quoted_line_that_begins_with_a_comment_mark_is_no_comment(read):
    table = read('a,b\n"x\n# y",1\nz,2\nu,3\n')

    assert table.frame["a"].tolist() == ["x\n# y", "z", "u"]


def test_header_behind_a_comment_mark_names_the_columns(read):
    table = read("# x,y\n1,2\n3,4\n")

    assert table.frame.columns.tolist() == ["x", "y"]


@pytest.mark.parametrize(
    "values", [["2020-01-02", "2020-01-03"], ["1.5", "2.5"], ["a-b", "c-d"]]
)
def test_one_column_is_not_split_at_what_joins_its_values(values, read):
    table = read("\n".join(["value", *values * 3]) + "\n")

    assert table.frame.shape == (6, 1)


def test_prose_is_one_column():
    text = "text\nOne, two and three.\nOf four: five; six.\nSeven!\nEight, nine.\n"

    assert detect_dialect(text) == ONE_COLUMN


def test_what_a_person_says_is_taken_as_it_is():
    dialect = detect_dialect("a,b;c\n1,2;3\n", delimiter=";", quotechar="", comment="!")

    assert (dialect.delimiter, dialect.quotechar) == (";", "")
    assert detect_dialect("! x\na,b\n", comment="!").comment == "!"
    assert detect_dialect("# x\na,b,c\n1,2,3\n", comment="").comment == ""
