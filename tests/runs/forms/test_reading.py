"""The form of how a file is read, for files of several kinds."""

import pytest

from runs.forms.reading import ReadingForm
from runs.tables.options import FORMATS, ReadingOptions
from tests.factories import DatasetFactory

CSV = {
    "format": "csv",
    "encoding": "utf-8",
    "delimiter": ",",
    "quotechar": '"',
    "header": True,
    "decimal": ".",
    "day_first": None,
}
WORKBOOK = {
    "format": "excel",
    "sheet": "2024",
    "header": True,
    "choices": {"sheets": ["2023", "2024"]},
}


def form(data=None, reading=CSV, **changes):
    return ReadingForm(data, dataset=DatasetFactory.build(reading=reading, **changes))


def first(found, name):
    return found.fields[name].choices[0][1]


def test_every_format_can_be_chosen():
    values = [value for value, _ in form().fields["format"].choices]

    assert values == ["", *FORMATS]


def test_every_option_has_a_field():
    assert set(ReadingOptions.__dataclass_fields__) <= set(ReadingForm.base_fields)


def test_first_choice_names_what_was_detected():
    found = form()

    assert first(found, "delimiter") == "Detected: comma ,"
    assert first(found, "header") == "Detected: yes"
    assert first(found, "day_first") == "Detected"


def test_workbook_has_its_sheets_and_nothing_of_a_text():
    found = form(reading=WORKBOOK)

    assert [value for value, _ in found.fields["sheet"].choices] == ["", "2023", "2024"]
    assert {"header", "skip_lines"} <= set(found.fields)
    assert not {"encoding", "delimiter", "delimiter_other"} & set(found.fields)


def test_text_of_one_file_has_neither_sheets_nor_members():
    assert not {"sheet", "member"} & set(form().fields)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"delimiter": "\t", "quotechar": "", "thousands": " "},
        {"header": False, "day_first": True, "skip_lines": 3},
        {"missing": ["", "n/a"]},
        {"encoding": "cp1252", "format": "fixed"},
        {"delimiter": "§"},
    ],
)
def test_what_is_set_survives_the_form(options):
    opened = form(options=options)
    sent = {name: str(opened[name].value() or "") for name in opened.fields}
    if options.get("skip_lines"):
        sent["skip_lines"] = "3"

    found = form(sent, options=options)

    assert found.is_valid(), found.errors
    assert found.options == options


def test_another_delimiter_has_to_be_given():
    found = form({"delimiter": "other", "delimiter_other": ""})

    assert set(found.errors) == {"delimiter_other"}


def test_setting_that_is_not_offered_changes_nothing():
    found = form({"sheet": "2024"})

    assert found.is_valid()
    assert found.options == {}
