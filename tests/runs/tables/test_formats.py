"""A file of every format, made by other writers, and broken ones of each."""

import datetime
import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
import pytest

from runs.tables.errors import TableError
from runs.tables.kinds import Kind
from runs.tables.options import ReadingOptions
from runs.tables.reading import read_sample, read_table, store_table
from runs.tables.storage import read_parquet

FRAME = pd.DataFrame(
    {
        "n": [1, 2, 3],
        "x": [0.1, None, 1e-7],
        "when": pd.to_datetime(["2020-01-02 00:00:00", "2021-03-04 05:06:07", None]),
        "word": ["Zoë", None, "b, c"],
        "ok": [True, False, True],
    }
)
FRAME["when"] = FRAME["when"].astype("datetime64[us]")


def parquet(frame: pd.DataFrame) -> bytes:
    stream = io.BytesIO()
    frame.to_parquet(stream)
    return stream.getvalue()


def feather(frame: pd.DataFrame) -> bytes:
    stream = io.BytesIO()
    pyarrow.feather.write_feather(frame, stream)
    return stream.getvalue()


def arrow_stream(frame: pd.DataFrame) -> bytes:
    table = pa.Table.from_pandas(frame)
    stream = io.BytesIO()
    with pa.ipc.new_stream(stream, table.schema) as writer:
        writer.write_table(table)
    return stream.getvalue()


def json_records(frame: pd.DataFrame) -> bytes:
    return frame.to_json(
        orient="records", date_format="iso", double_precision=15
    ).encode()


def json_lines(frame: pd.DataFrame) -> bytes:
    return frame.to_json(orient="records", lines=True, date_format="iso", double_precision=15).encode()  # fmt: skip


def json_columns(frame: pd.DataFrame) -> bytes:
    return frame.to_json(
        orient="columns", date_format="iso", double_precision=15
    ).encode()


def json_split(frame: pd.DataFrame) -> bytes:
    return frame.to_json(
        orient="split", date_format="iso", double_precision=15
    ).encode()


def sheet(*rows: list, name: str = "Data", more: dict[str, list[list]] | None = None) -> bytes:  # fmt: skip
    """Write a workbook by hand: what a sheet is, without a library for it."""
    sheets = {**(more or {}), name: list(rows)} if more else {name: list(rows)}
    stream = io.BytesIO()
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{package}/content-types"><Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/></Types>',
        )
        file.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
            f'Type="{rel}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        listed = "".join(
            f'<sheet name="{title}" sheetId="{i}" r:id="r{i}"/>'
            for i, title in enumerate(sheets, start=1)
        )
        file.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{main}" xmlns:r="{rel}"><sheets>{listed}</sheets></workbook>',
        )
        linked = "".join(
            f'<Relationship Id="r{i}" Type="{rel}/worksheet" Target="worksheets/{i}.xml"/>'
            for i in range(1, len(sheets) + 1)
        )
        file.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{package}/relationships">{linked}</Relationships>',
        )
        for i, content in enumerate(sheets.values(), start=1):
            body = "".join(
                f'<row r="{r}">{"".join(cell(v, r, c) for c, v in enumerate(row))}</row>'
                for r, row in enumerate(content, start=1)
            )
            file.writestr(
                f"xl/worksheets/{i}.xml",
                f'<worksheet xmlns="{main}"><sheetData>{body}</sheetData></worksheet>',
            )
    return stream.getvalue()


def cell(value, row: int, column: int) -> str:
    at = f"{chr(65 + column)}{row}"
    if value is None:
        return ""
    if isinstance(value, bool):
        return f'<c r="{at}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, (int, float)):
        return f'<c r="{at}"><f>1+1</f><v>{value!r}</v></c>'
    if isinstance(value, datetime.date):
        return f'<c r="{at}" t="d"><v>{value.isoformat()}</v></c>'
    return f'<c r="{at}" t="inlineStr"><is><t>{value}</t></is></c>'


@pytest.mark.parametrize(
    ("write", "name"),
    [
        (parquet, "parquet"),
        (feather, "feather"),
        (arrow_stream, "feather"),
        (json_records, "json"),
        (json_columns, "json"),
        (json_split, "json"),
        (json_lines, "jsonl"),
    ],
)
def test_table_of_other_format_comes_back_as_it_was(read, write, name):
    table = read(write(FRAME), filename="upload.csv")

    pd.testing.assert_frame_equal(table.frame, FRAME.astype({"word": "str"}))
    assert table.reading.format == name


def test_workbook_has_its_values(read):
    day = datetime.date(2020, 1, 2)

    table = read(
        sheet([None], [None, "n", "x", "word", "when"], [None, 1, 0.1, "a", day],
              [None, 2, None, "b", day], [], [None, 3, 7.0, None, day])
    )  # fmt: skip

    assert table.frame.columns.tolist() == ["n", "x", "word", "when"]
    assert table.frame["n"].tolist() == [1, 2, 3]
    assert table.frame["x"].fillna(-1).tolist() == [0.1, -1, 7]
    assert table.frame["when"].tolist() == [pd.Timestamp(day)] * 3
    assert (table.reading.format, table.reading.sheet) == ("excel", "Data")


def test_first_sheet_that_holds_something_is_read_unless_another_is_chosen(read):
    data = sheet(["a"], [1], name="Two", more={"Empty": [], "One": [["b"], [2]]})

    table = read(data)
    other = read(data, options=ReadingOptions(sheet="Two"))

    assert table.frame.to_dict("list") == {"b": [2]}
    assert table.reading.choices == {"sheets": ["Empty", "One", "Two"]}
    assert table.repairs == ['Of 3 sheets "One" was read.']
    assert other.frame.to_dict("list") == {"a": [1]}
    with pytest.raises(TableError, match='no sheet "Three"') as caught:
        read(data, options=ReadingOptions(sheet="Three"))
    assert caught.value.field == "sheet"


def test_columns_of_one_name_in_a_sheet_are_told_apart(read):
    table = read(sheet(["a", "a", "b"], [1, 2, 3], [4, 5, 6]))

    assert table.frame.columns.tolist() == ["a", "a_2", "b"]


def test_marks_of_numbers_do_not_touch_numbers_of_a_sheet(read):
    data = sheet(["x", "t"], [1.234, "1,5"], [2.5, "2,5"])

    table = read(data, options=ReadingOptions(decimal=",", thousands="."))

    assert table.frame.to_dict("list") == {"x": [1.234, 2.5], "t": [1.5, 2.5]}


def test_cell_far_from_the_table_is_refused_before_room_is_made_for_it(read):
    far = sheet(["a"], [1])
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(far)) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if name == "xl/worksheets/1.xml":
                stray = (
                    b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
                )
                text = text.replace(b"</sheetData>", stray)
            new.writestr(name, text)

    with pytest.raises(TableError, match="1,048,576 rows and 16,384 columns"):
        read(stream.getvalue())


@pytest.mark.parametrize("inside", ["xl/sharedStrings.xml", "xl/worksheets/1.xml"])
def test_workbook_that_is_a_bomb_is_refused_before_it_is_opened(inside, read):
    stream = io.BytesIO(sheet(["a"], [1]))
    with (
        zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open(f"{inside}.more", "w") as member,
    ):
        for _ in range(128):
            member.write(b" " * (1 << 20))

    with pytest.raises(TableError, match="500 times its size"):
        read(stream.getvalue())


@pytest.mark.parametrize("write", [parquet, feather, lambda _: sheet(["a"], [1])])
def test_damaged_file_is_refused_in_one_sentence(read, write):
    data = write(FRAME)

    with pytest.raises(TableError, match=r"damaged .*\.$"):
        read(data[: len(data) // 2])


def test_nested_values_of_json_become_columns_or_stay_json(read):
    items = [{"a": 1, "b": {"c": 2, "d": [3]}}, {"b": {"c": 4}, "e": [5]}]

    table = read(json.dumps({"data": items, "next": None}))

    assert table.frame.columns.tolist() == ["a", "b.c", "b.d", "e"]
    assert table.frame["b.c"].tolist() == [2, 4]
    assert table.frame["b.d"][0] == "[3]"
    assert table.repairs == [
        'The table was taken from "data".',
        'Objects became columns of their own: "b".',
        'Lists and deeper objects were kept as JSON: "b.d", "e".',
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"a": 1}\n{"a": }\n', "Line 2"),
        ('{"a": 1}\n[1]\n', "Line 2"),
        ('[{"a": 1}, {"a": 2', "no complete JSON document"),
        ("[" * 100_000 + "]" * 100_000, "nested too deeply"),
        ('{"a": [1, 2], "b": [1]}', "differ in length"),
        ('[{"a": ' + "9" * 5000 + "}]", "too many digits"),
        ("[[1, 2], [3]]", "Row"),
    ],
)
def test_broken_json_is_refused_with_its_place(read, text, words):
    with pytest.raises(TableError, match=words):
        read(text)


def test_name_twice_in_an_object_keeps_the_last_and_is_said(read):
    table = read('{"a": 1, "a": 2}\n{"a": 3}\n')

    assert table.frame["a"].tolist() == [2, 3]
    assert table.repairs == ['Names twice in an object kept the last: "a".']


def test_list_of_lists_has_a_header_or_none(read):
    named = read('[["a", "b"], [1, "x"], [2, "y"]]')
    bare = read("[[1, 2], [3, 4]]")

    assert named.frame.to_dict("list") == {"a": [1, 2], "b": ["x", "y"]}
    assert bare.frame.columns.tolist() == ["column_1", "column_2"]


def test_arff_has_its_attributes(read):
    text = """% about
@RELATION 'my flowers'
@attribute 'petal length' REAL
@attribute class {setosa, 'iris, other', "0"}
@ATTRIBUTE note string
@attribute code {1,2}
@attribute day date "yyyy-MM-dd"
@data
1.5, setosa, 'it\\'s', 1, "2020-01-02"
% nothing
?,'iris, other',?,2,2020-01-03
"""

    table = read(text)

    assert table.reading.format == "arff"
    frame = table.frame.astype(object).where(table.frame.notna(), None)
    assert frame.to_dict("list") == {
        "petal length": [1.5, None],
        "class": ["setosa", "iris, other"],
        "note": ["it's", None],
        "code": ["1", "2"],
        "day": [pd.Timestamp("2020-01-02"), pd.Timestamp("2020-01-03")],
    }


def test_sparse_arff_has_what_it_does_not_say(read):
    text = "@relation r\n@attribute a numeric\n@attribute b {u,v}\n@data\n{0 7}\n{1 v}\n{}\n"

    table = read(text)

    assert table.frame.to_dict("list") == {"a": [7, 0, 0], "b": ["u", "v", "u"]}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("@relation r\n@attribute a relational\n@data\n1\n", "Line 2"),
        ("@relation r\n@attribute a numeric\n@data\n1,2\n", "Line 4"),
        ("@relation r\n@attribute a string\n@data\n'open\n", "Line 4"),
        ("@relation r\n", "without attributes"),
    ],
)
def test_broken_arff_is_refused_with_its_line(read, text, words):
    with pytest.raises(TableError, match=words):
        read(text)


def test_aligned_columns_are_cut_at_their_gaps(read):
    text = """name         price   city
Anna          1.50   New York
Bo           22.00   Rome
Christina   333.25   San Marino
Di            4.00
"""

    table = read(text)

    assert table.reading.format == "fixed"
    frame = table.frame.astype(object).where(table.frame.notna(), None)
    assert frame.to_dict("list") == {
        "name": ["Anna", "Bo", "Christina", "Di"],
        "price": [1.5, 22, 333.25, 4],
        "city": ["New York", "Rome", "San Marino", None],
    }


def test_sentences_are_not_taken_for_aligned_columns(read):
    lines = [f"this is  sentence number {i} of  {'x' * i} many" for i in range(9)]

    table = read("\n".join(["text", *lines]))

    assert table.frame.shape == (9, 1)


@pytest.mark.parametrize("name", ["parquet", "csv", "jsonl"])
def test_large_table_is_stored_by_columns_as_it_is_read_at_once(name, tmp_path):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(2000, 12))).round(3).add_prefix("c")
    frame["word"] = rng.choice(["a", "b"], 2000)
    path = tmp_path / "table"
    {
        "parquet": frame.to_parquet,
        "csv": lambda p: frame.to_csv(p, index=False),
        "jsonl": lambda p: frame.to_json(p, orient="records", lines=True),
    }[name](path)

    stored = store_table(path, tmp_path / "t.parquet", memory_bytes=1000)

    assert stored.reading.format == name
    assert stored.n_rows == 2000
    pd.testing.assert_frame_equal(
        read_parquet(tmp_path / "t.parquet"), read_table(path).frame
    )


def test_chosen_kinds_are_stored(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("n,w\n1,a\n2,b\n")

    stored = store_table(path, tmp_path / "t.parquet", kinds={"n": Kind.CATEGORY})

    assert [c.kind for c in stored.columns] == [Kind.CATEGORY, Kind.CATEGORY]
    assert read_parquet(tmp_path / "t.parquet")["n"].tolist() == ["1", "2"]
    with pytest.raises(TableError, match='no column "z"'):
        store_table(path, tmp_path / "t.parquet", kinds={"z": Kind.TEXT})


@pytest.mark.parametrize("write", [parquet, feather, json_records, json_lines, lambda f: f.to_csv(index=False).encode()])  # fmt: skip
def test_sample_has_the_first_rows_as_the_whole_has_them(write, tmp_path):
    frame = pd.DataFrame({"n": np.arange(60_000) % 977, "w": ["some words"] * 60_000})
    path: Path = tmp_path / "t"
    path.write_bytes(write(frame))

    sample, whole = read_sample(path), read_table(path)

    assert len(sample.frame) == 500
    pd.testing.assert_frame_equal(sample.frame, whole.frame.head(500))
    assert [c.dtype for c in sample.columns] == [c.dtype for c in whole.columns]
    assert sample.reading.format == whole.reading.format


def test_types_of_arrow_that_frames_lack_become_near_ones(read):
    table = pa.table(
        {
            "big": pa.array([2**63 + 1, 1], pa.uint64()),
            "long": pa.array([2**60 + 1, None], pa.int64()),
            "price": pa.array([1, 2], pa.decimal128(10, 2)),
            "cat": pa.array(["a", "b"]).dictionary_encode(),
            "yes": pa.array([True, None]),
            "pair": pa.array([{"x": 1, "y": "u"}, {"x": 2, "y": "v"}]),
            "list": pa.array([[1, 2], None]),
            "raw": pa.array([b"\xff\xfe", b"\x00"]),
            "zone": pa.array([0, 1], pa.timestamp("ms", "Europe/Berlin")),
        }
    )
    stream = io.BytesIO()
    pyarrow.parquet.write_table(table, stream)

    found = read(stream.getvalue())

    frame = found.frame.astype(object).where(found.frame.notna(), None)
    assert frame.to_dict("list") == {
        "big": [str(2**63 + 1), "1"],
        "long": [str(2**60 + 1), None],
        "price": [1.0, 2.0],
        "cat": ["a", "b"],
        "yes": ["True", None],
        "pair.x": [1, 2],
        "pair.y": ["u", "v"],
        "list": ["[1, 2]", None],
        "zone": [pd.Timestamp(0), pd.Timestamp(1, unit="ms")],
    }
    assert found.repairs == ['Columns of binary data were left out: "raw".']


def test_progress_is_told_in_bytes_and_columns(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("a,b\n" + "1,x\n" * 1000)
    told = []

    read_table(path, on_progress=lambda *step: told.append(step))

    assert {step for step, _, _ in told} == {"reading", "typing"}
    assert all(0 <= done <= total for _, done, total in told)
    assert told[-1] == ("typing", 2, 2)
