"""Whatever is left out of a table, or added to it, is named with its line."""

import pytest

from runs.tables.header import unique_names

BODY = "".join(f"{i},{i * 2},{i * 3}\n" for i in range(1, 13))


def test_note_below_a_blank_line_is_left_out_and_quoted(read):
    table = read(f"a,b,c\n{BODY}\nAll figures are final\nin thousands of euro\n")

    assert table.frame.shape == (12, 3)
    assert table.repairs == [
        '2 lines below the table were left out (lines 15, 16): "All figures are final".'
    ]


def test_note_that_says_so_is_left_out_without_a_blank_line(read):
    table = read(f"a,b,c\n{BODY}Source: the office of statistics\n")

    assert table.frame.shape == (12, 3)
    assert len(table.repairs) == 1


@pytest.mark.parametrize("last", ["Bob\n", "New York,,\n", "Source: x y,,\n"])
def test_last_row_whose_other_cells_are_missing_is_kept(read, last):
    table = read(f"a,b,c\nAnn,1,2\nCyd,3,4\n{last}")

    assert table.frame.shape == (3, 3)


def test_sparse_rows_in_the_middle_are_kept_in_their_places(read):
    table = read("a,b,c\nx,1,2\ny y\n,,\nz,3,4\n")

    assert table.frame["a"].fillna("").tolist() == ["x", "y y", "", "z"]
    assert table.repairs == [
        "1 row with fewer than 3 cells got empty cells at the end (line 3)."
    ]


def test_rows_without_values_at_the_end_are_left_out(read):
    table = read(f"a,b,c\n{BODY},,\n,,\n")

    assert table.frame.shape == (12, 3)
    assert table.repairs == [
        "2 rows without any value at the end were left out (lines 14, 15)."
    ]


def test_repeated_header_of_joined_files_is_left_out(read):
    table = read(f"a,b,c\n{BODY}a,b,c\n{BODY}")

    assert table.frame.shape == (24, 3)
    assert table.frame["a"].dtype == "int64"
    assert table.repairs == [
        "1 row that repeats the header was left out (line 14).",
    ]


@pytest.mark.parametrize(
    ("above", "n_lines"),
    [
        ("Title,Sales\nAuthor,Ann\n\n", 3),
        ("Title:,Sales\n", 1),
        ("Report of 2020, second edition\n\n", 2),
    ],
)
def test_pairs_above_the_table_are_left_out(read, above, n_lines):
    table = read(f"{above}one,two,three,four\n" + "1,2,3,4\n5,6,7,8\n9,0,1,2\n")

    assert table.frame.columns.tolist() == ["one", "two", "three", "four"]
    assert table.frame.shape == (3, 4)
    assert table.reading.skip_lines == n_lines


def test_header_of_several_lines_is_joined(read):
    table = read(f"speed,time,way\nkm/h,h,km\n{BODY}")

    assert table.frame.columns.tolist() == ["speed km/h", "time h", "way km"]
    assert table.frame.shape == (12, 3)
    assert table.repairs == ["The header's 2 lines were joined."]


@pytest.mark.parametrize(
    "text",
    [
        "| a | b |\n| :-- | --- |\n| x | 1 |\n| y | 2 |\n",
        " a | b \n---+---\n x | 1\n y | 2\n",
    ],
)
def test_line_below_the_header_is_no_row(read, text):
    table = read(text)

    assert table.frame.columns.tolist() == ["a", "b"]
    assert table.frame.to_numpy().tolist() == [["x", 1], ["y", 2]]


def test_thousands_of_columns_of_one_name_are_told_apart_quickly():
    names = unique_names(["x"] * 50_000 + ["x_3", "", ""])

    assert names[:3] == ["x", "x_2", "x_4"]
    assert len(set(names)) == 50_003


def test_rows_of_words_that_equal_the_first_are_kept(read):
    table = read("red,big\nred,big\nblue,small\n" * 3)

    assert len(table.frame) >= 8
