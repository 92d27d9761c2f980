import json

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from runs.tables.errors import TableError
from runs.tables.options import FORMATS, ReadingOptions

marks = st.sampled_from(["", ",", ";", "\t", "|", "'", '"', "\\", " "])
names = st.text(min_size=1, max_size=20)
decided = st.fixed_dictionaries(
    {},
    optional={
        "format": st.sampled_from(FORMATS),
        "member": names,
        "sheet": names,
        "encoding": st.sampled_from(["utf-8", "cp1252", "shift_jis", "UTF-16"]),
        "delimiter": marks,
        "quotechar": marks,
        "escapechar": marks,
        "comment": st.sampled_from(["", "#", "//"]),
        "header": st.booleans(),
        "skip_lines": st.integers(0, 10_000),
        "decimal": st.sampled_from([".", ","]),
        "thousands": st.sampled_from(["", "'", " ", ".", ","]),
        "day_first": st.booleans(),
        "missing": st.lists(st.text(max_size=5), max_size=5).map(tuple),
    },
)


@given(decided)
def test_options_come_back_from_json_as_they_were(values):
    try:
        options = ReadingOptions(**values)
    except TableError:  # one mark for two purposes
        assume(False)

    stored = json.loads(json.dumps(options.to_json()))

    assert ReadingOptions.from_json(stored) == options
    assert set(stored) == set(values)


def test_nothing_decided_is_an_empty_object():
    assert ReadingOptions().to_json() == {}
    assert ReadingOptions.from_json({}) == ReadingOptions()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("format", "pdf"),
        ("format", ["csv"]),
        ("member", ""),
        ("encoding", "klingon"),
        ("encoding", "zlib"),
        ("delimiter", ";;"),
        ("delimiter", "\n"),
        ("quotechar", 7),
        ("comment", "a\nb"),
        ("header", "yes"),
        ("skip_lines", -1),
        ("skip_lines", True),
        ("decimal", "_"),
        ("thousands", "1"),
        ("day_first", 1),
        ("missing", "NA"),
        ("missing", [1]),
        ("colour", "red"),
    ],
)
def test_value_that_means_nothing_is_refused_by_name(name, value):
    with pytest.raises(TableError) as caught:
        ReadingOptions.from_json({name: value})

    assert caught.value.field == name
    assert str(caught.value).endswith(".")


def test_one_mark_for_two_purposes_is_refused():
    with pytest.raises(TableError, match="two characters"):
        ReadingOptions(delimiter="'", quotechar="'")
    with pytest.raises(TableError, match="two marks"):
        ReadingOptions(decimal=",", thousands=",")


@pytest.mark.parametrize(
    ("text", "options", "expected"),
    [
        ("a;b,c\n1;2,3\n4;5,6\n", {"delimiter": ","}, {"a;b": ["1;2", "4;5"], "c": [3, 6]}),
        ("a,b\nx,2\ny,4\n", {"delimiter": ""}, {"a,b": ["x,2", "y,4"]}),
        ('a,b\n"x",2\n', {"quotechar": ""}, {"a": ['"x"'], "b": [2]}),
        ("a,b\n'x,y',2\n", {"quotechar": "'"}, {"a": ["x,y"], "b": [2]}),
        ("a,b\nx!,y,2\n", {"escapechar": "!"}, {"a": ["x,y"], "b": [2]}),
        ("a,b\n1,2\n", {"header": False}, {"column_1": ["a", "1"], "column_2": ["b", "2"]}),
        ("1,2\n3,4\n", {"header": True}, {"1": [3], "2": [4]}),
        ("x,y\nu,v\na,b\n1,2\n", {"skip_lines": 2}, {"a": [1], "b": [2]}),
        ("%no\na,b\n1,2\n%no,no\n3,4\n", {"comment": "%"}, {"a": [1, 3], "b": [2, 4]}),
        ("a|b\n1.234|x\n5.678|y\n", {"thousands": "."}, {"a": [1234, 5678], "b": ["x", "y"]}),
        ("a;b\n1,5;x\n2;y\n", {"decimal": ","}, {"a": [1.5, 2], "b": ["x", "y"]}),
        ("a;b\n1,5;x\n2;y\n", {"decimal": "."}, {"a": ["1,5", "2"], "b": ["x", "y"]}),
        ("a,b\n1'000.5,x\n2,y\n", {"thousands": "'"}, {"a": [1000.5, 2], "b": ["x", "y"]}),
        ("a,b\nNA,x\nNB,\n", {"missing": ("NB",)}, {"a": ["NA", None], "b": ["x", None]}),
        ("a,b\n-9,x\n4,y\n", {"missing": ("-9",)}, {"a": [None, 4], "b": ["x", "y"]}),
    ],
)  # fmt: skip
def test_option_is_honoured(read, text, options, expected):
    table = read(text, options=ReadingOptions(**options))

    frame = table.frame.astype(object).where(table.frame.notna(), None)
    assert frame.to_dict("list") == expected
    for name, value in options.items():
        assert getattr(table.reading, name) == value


@pytest.mark.parametrize(("day_first", "month"), [(True, 4), (False, 3)])
def test_order_of_days_and_months_is_honoured(read, day_first, month):
    text = "when,n\n03/04/2020,1\n05/06/2020,2\n"

    table = read(text, options=ReadingOptions(day_first=day_first))

    assert table.frame["when"][0].month == month
    assert table.repairs == []


def test_encoding_is_honoured(read):
    data = "naam,n\nZoë,1\n".encode("cp1252")

    assert read(data).frame["naam"][0] == "Zoë"
    greek = read(data, options=ReadingOptions(encoding="iso8859_7"))
    assert greek.frame["naam"][0] == "Zoλ"
    assert greek.reading.encoding == "iso8859_7"


def test_reading_taken_as_options_reads_the_same(read):
    text = "Report\n\na;b;c\n1,5;x;NA\n2,5;'y';3\n"
    first = read(text)
    names = ReadingOptions.__dataclass_fields__
    told = {name: getattr(first.reading, name) for name in names}

    again = read(text, options=ReadingOptions(**told))

    assert again.frame.equals(first.frame)
    assert again.reading == first.reading


def test_missing_tokens_are_counted(read):
    table = read("a,b,c\n1,NA,x\n?,NA,\n3,y,-\n")

    assert table.reading.missing_found == {"NA": 2, "?": 1, "": 1}


def test_nothing_missing_is_nothing_found(read):
    assert read("a,b\n1.5,x\n2,y\n").reading.missing_found == {}
