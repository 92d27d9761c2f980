import pytest

from runs.tables.errors import TableError


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "^", "~", ":", "\x01"])
def test_delimiter_is_recognised_by_content(read, delimiter):
    rows = [["name", "age", "city"], ["Ann", "31", "Oslo"], ["Bo", "45", "Rome"]]
    text = "\n".join(delimiter.join(row) for row in rows)

    table = read(text)

    assert table.reading.delimiter == delimiter
    assert table.reading.format == ("csv")
    assert table.frame.to_dict("list") == {
        "name": ["Ann", "Bo"],
        "age": [31, 45],
        "city": ["Oslo", "Rome"],
    }
    assert table.repairs == []


def test_blank_as_delimiter_needs_every_row_to_agree(read):
    even = read("a b c\n1 2 3\n4 5 6\n7 8 9\n")
    names = read("full name\nAnn Lee\nJo\nMary Ann Smith\n")

    assert even.frame.shape == (3, 3)
    assert names.frame.to_dict("list") == {
        "full name": ["Ann Lee", "Jo", "Mary Ann Smith"]
    }


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("name\nDoe, John\nRoe, Jane\n", ["Doe, John", "Roe, Jane"]),
        ("x\n1\n2\n3\n", [1, 2, 3]),
        ("when\n12:30\n13:45\n", ["12:30", "13:45"]),
    ],
)  # fmt: skip
def test_one_column_stays_one(read, text, values):
    table = read(text)

    assert table.frame.iloc[:, 0].tolist() == values
    assert table.frame.shape[1] == 1
    assert table.repairs == []


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r", "\r\r\n"])
def test_line_ends_of_every_system(read, newline):
    table = read(newline.join(["a,b", '1,"x, y"', "2,z", ""]))

    assert table.frame.to_dict("list") == {"a": [1, 2], "b": ["x, y", "z"]}


def test_quoted_cells_keep_delimiters_quotes_and_line_breaks(read):
    table = read('a,b\n1,"one, ""two""\nthree"\n2,plain\n')

    assert table.frame["b"].tolist() == ['one, "two"\nthree', "plain"]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ('a,b\n1,"say \\"hi\\", Bo"\n2,"x"\n', ['say "hi", Bo', "x"]),
        ("a;b\n1;'x; y'\n2;'z'\n", ["x; y", "z"]),
        ('a, b\n1, "x, y"\n2, "z"\n', ["x, y", "z"]),
        ('a\tb\n1\t5" pipe\n2\t"new" pipe\n', ['5" pipe', "new pipe"]),
    ],
    ids=["backslash", "single-quotes", "blank-first", "stray-quotes"],
)
def test_other_ways_to_quote(read, text, values):
    table = read(text)

    assert table.frame.iloc[:, 1].tolist() == values
    assert table.frame.columns.tolist() == ["a", "b"]


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8", "naam,n\nZoë,1\n"),
        ("utf-8-sig", "naam,n\nZoë,1\n"),
        ("utf-16", "naam,n\nZoë,1\n"),
        ("utf-16-le", "naam,n\nZoë,1\n"),
        ("utf-16-be", "naam,n\nZoë,1\n"),
        ("utf-32", "naam,n\nZoë,1\n"),
        ("cp1252", "naam,n\nZoë Müller,1\nJosé Núñez,2\n"),
        ("cp1250", "jméno,n\nDaněk Luboš,1\nŽofie Dvořáková,2\nmuž ťuk,3\n"),
        ("mac_roman", "nom,n\nCézanne,1\nDürer,2\n"),
        ("cp1251", "имя,n\nАнна Каренина,1\nПётр Иванович,2\nСаша и Маша,3\n"),  # noqa: RUF001
        ("shift_jis", "名前,n\n東京都の山田太郎です,1\n大阪府のさくらさん,2\n"),
    ],
)
def test_encoding_is_recognised(read, encoding, text):
    table = read(text.encode(encoding))

    rows = [line.split(",")[0] for line in text.splitlines()]
    assert [table.frame.columns[0], *table.frame.iloc[:, 0]] == rows


def test_encoding_is_judged_by_the_whole_file(read):
    text = "name,n\n" + "Anna,1\n" * 50_000 + "José,2\n"

    table = read(text.encode("cp1252"))

    assert table.reading.encoding == "cp1252"
    assert table.frame["name"].iloc[-1] == "José"


def test_few_damaged_characters_are_replaced_and_reported(read):
    data = ("name,n\n" + "Zoë,1\n" * 100).encode() + b"Zo\xff,1\n"

    table = read(data)

    assert table.frame["name"].iloc[-1] == "Zo\ufffd"
    assert table.repairs == [
        "1 unreadable character was replaced: the file is not all utf-8."
    ]


def test_null_bytes_are_removed_and_reported(read):
    table = read(b"name,n\nA\x00nn,1\nBo,2\n" + b"Cy,3\n" * 20)

    assert table.frame["name"].iloc[0] == "Ann"
    assert table.repairs == ["1 null byte was removed."]


def test_short_rows_are_padded_and_reported(read):
    table = read("a,b,c\n1,2,3\n4,5\n6\n7,8,9\n")

    assert table.frame.fillna(0).to_numpy().tolist() == [
        [1, 2, 3], [4, 5, 0], [6, 0, 0], [7, 8, 9],
    ]  # fmt: skip
    assert table.repairs == [
        "2 rows with fewer than 3 cells got empty cells at the end (lines 3, 4)."
    ]


def test_long_rows_keep_their_first_cells_and_are_reported(read):
    table = read("a,b\n1,2\n3,4,extra\n5,6,\n7,8\n")

    assert table.frame.to_numpy().tolist() == [[1, 2], [3, 4], [5, 6], [7, 8]]
    assert table.repairs == ["1 row with more than 2 cells kept the first 2 (line 3)."]


def test_line_numbers_count_lines_within_quotes_and_above_the_table(read):
    table = read('Sales report\n\na,b,c\n1,"x\ny",3\n4,z\n5,w,6\n')

    assert table.frame.shape == (3, 3)
    assert table.reading.skip_lines == 2
    assert table.repairs == [
        "1 line above the table was left out.",
        "1 row with fewer than 3 cells got empty cells at the end (line 6).",
    ]


def test_many_odd_rows_show_the_first_lines(read):
    table = read("a,b\n" + "1,2\n" * 20 + "1,2,3\n" * 9)

    assert table.repairs == [
        "9 rows with more than 2 cells kept the first 2 (lines 22, 23, 24, 25, 26, ...)."
    ]


def test_excel_separator_line_is_left_out(read):
    table = read("sep=;\na;b\n1;2\n3;4\n")

    assert table.frame.to_dict("list") == {"a": [1, 3], "b": [2, 4]}


def test_quote_never_closed_is_an_ordinary_character_if_rows_stay_even(read):
    rows = "".join(f"{i},ok\n" for i in range(18_000))

    table = read(f'a,b\n{rows}7,"open\n8,ok\n')

    assert table.frame["b"].tolist()[-2:] == ['"open', "ok"]
    assert table.repairs == [
        "The quote opened in line 18002 is never closed: "
        "quotes were read as ordinary characters."
    ]


def test_quote_never_closed_is_refused_if_cells_need_quotes(read):
    rows = '1,"x, y"\n' * 12_000

    with pytest.raises(TableError, match="quote opened in line 12002 is never closed"):
        read(f'a,b\n{rows}7,"open\n8,ok\n')


def test_header_names_become_unique_and_are_reported(read):
    table = read("a,,a,b,\n1,2,3,4,5\n6,7,8,9,10\n")

    assert table.frame.columns.tolist() == ["a", "column_2", "a_2", "b", "column_5"]
    assert table.repairs == [
        'Columns of the same name were told apart: "a_2".',
        'Columns without a name were named: "column_2", "column_5".',
    ]


def test_made_up_names_avoid_names_in_use(read):
    table = read("a,a,a_2,,column_4\n1,2,3,4,5\n6,7,8,9,10\n")

    assert table.frame.columns.tolist() == ["a", "a_3", "a_2", "column_4_2", "column_4"]


def test_columns_without_name_and_values_are_left_out(read):
    table = read("a,b,\n1,2,\n3,4,\n")

    assert table.frame.columns.tolist() == ["a", "b"]
    assert table.repairs == ["1 column without name and values was left out."]


def test_header_with_a_delimiter_too_many_names_the_right_columns(read):
    table = read(",a,b\n" + "1,2\n" * 12)

    assert table.frame.columns.tolist() == ["a", "b"]


def test_row_names_as_r_writes_them_are_a_column_of_their_own(read):
    rows = [f"car{i},{i},{i * 2}" for i in range(10)]

    table = read("\n".join(["mpg,cyl", *rows]))

    assert table.frame.columns.tolist() == ["column_1", "mpg", "cyl"]
    assert table.frame["cyl"].tolist() == list(range(0, 20, 2))


@pytest.mark.parametrize(
    ("text", "header"),
    [
        ("5.1,3.5,setosa\n4.9,3.0,setosa\n6.2,2.9,virginica\n", False),
        ("sl,sw,species\n4.9,3.0,setosa\n6.2,2.9,virginica\n", True),
        ("country,2019,2020\nNorway,5.1,6.2\nItaly,7.3,8.4\n", True),
        ("0,1,2\n0.5,0.1,3.2\n4.5,9.1,3.3\n", True),
        ("spam,win now\n" + "ham,see you\nspam,cheap\n" * 10, False),
        ("2020-01-01,a\n2020-01-02,b\n", False),
        ("first,last\nAnn,Lee\nBo,Poe\n", True),
    ],
)
def test_header_is_told_from_values(read, text, header):
    table = read(text)

    assert table.reading.header is header
    n_lines = text.count("\n")
    assert len(table.frame) == n_lines - header
    assert table.frame.columns[0] == (text.split(",")[0] if header else "column_1")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b" \n\n  ", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"a,b,c\n", "no rows"),
        (b"a,b,c", "no rows"),
        (b"U" * 460_000, "no rows"),
        (b"U" * 2_000_000, "one unbroken line"),
        (b"\x00" * 5000, "null bytes"),
        (bytes(range(256)) * 40, "binary data"),
        (b"PK\x03\x04rubbish", "damaged zip archive"),
        (b"\x1f\x8b\x08rubbish", "gzip stream breaks off after 0 bytes"),
        (b"PAR1rubbish", "damaged Parquet file"),
        (b"SQLite format 3\x00rest", "SQLite database"),
        (b"\xd0\xcf\x11\xe0rest", "damaged workbook"),
        (b"%PDF-1.7\n", "PDF document"),
        (b'[{"a": 1}, {"a": 2}', "no complete JSON document"),
        (b'{"a": 1}\n{"a": 2\n', "Line 2 of upload.csv is no JSON"),
        (b"<!DOCTYPE html><html></html>", "web page"),
        (b'<?xml version="1.0"?><a/>', "XML file"),
    ],
)
def test_what_is_no_table_is_refused_in_one_sentence(read, data, words):
    with pytest.raises(TableError) as caught:
        read(data, filename="upload.csv")

    sentence = str(caught.value)
    assert "upload.csv " in sentence
    assert words in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence


def test_too_many_columns_are_refused(read):
    names = ",".join(f"c{i}" for i in range(20_001))

    with pytest.raises(TableError, match="20,001 columns"):
        read(f"{names}\n{names}\n")


def test_wide_table_has_its_columns(read):
    names = ",".join(f"c{i}" for i in range(300))
    values = ",".join(str(i * 1000 + 0.5) for i in range(300))

    table = read(f"{names}\n{values}\n{values}\n")

    assert table.frame.shape == (2, 300)
