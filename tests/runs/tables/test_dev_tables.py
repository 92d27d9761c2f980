"""Every development table is read with its true shape, types and gaps."""

import json

import pytest

from runs.tables.kinds import Kind
from runs.tables.reading import read_table
from tests.data import DEV, require

NAMES = [
    "titanic",
    "telco_churn",
    "credit_approval",
    "sick",
    "sms_spam",
    "penguins",
    "soybean",
    "wine_quality_white",
    "california_housing",
    "bike_sharing_hour",
    "auto_mpg",
    "nyc_taxis",
]

# Columns of which the kind is not the obvious one, and the type of their values.
KINDS = {
    "titanic": {
        "PassengerId": (Kind.IDENTIFIER, "int64"),
        "Survived": (Kind.NUMERIC, "int64"),
        "Name": (Kind.TEXT, "string"),
        "Ticket": (Kind.TEXT, "string"),
        "Age": (Kind.NUMERIC, "float64"),
        "Embarked": (Kind.CATEGORY, "string"),
    },
    "telco_churn": {
        "customerID": (Kind.IDENTIFIER, "string"),
        "TotalCharges": (Kind.NUMERIC, "float64"),
        "SeniorCitizen": (Kind.NUMERIC, "int64"),
        "Partner": (Kind.BOOLEAN, "string"),
        "MultipleLines": (Kind.CATEGORY, "string"),
        "Churn": (Kind.BOOLEAN, "string"),
    },
    "credit_approval": {
        "A9": (Kind.BOOLEAN, "string"),
        "A14": (Kind.NUMERIC, "float64"),
        "class": (Kind.CATEGORY, "string"),
    },
    "sick": {
        "TBG": (Kind.CONSTANT, "float64"),
        "TBG_measured": (Kind.CONSTANT, "string"),
        "sick": (Kind.BOOLEAN, "string"),
        "Class": (Kind.CATEGORY, "string"),
    },
    "sms_spam": {
        "type": (Kind.CATEGORY, "string"),
        "text": (Kind.TEXT, "string"),
    },
    "penguins": {
        "species": (Kind.CATEGORY, "string"),
        "body_mass_g": (Kind.NUMERIC, "float64"),
    },
    "soybean": {
        "date": (Kind.CATEGORY, "string"),
        "hail": (Kind.BOOLEAN, "string"),
        "class": (Kind.CATEGORY, "string"),
    },
    "wine_quality_white": {
        "quality": (Kind.NUMERIC, "int64"),
        "fixed acidity": (Kind.NUMERIC, "float64"),
    },
    "california_housing": {"ocean_proximity": (Kind.CATEGORY, "string")},
    "bike_sharing_hour": {
        "instant": (Kind.IDENTIFIER, "int64"),
        "dteday": (Kind.DATETIME, "datetime64"),
        "yr": (Kind.NUMERIC, "int64"),
    },
    "auto_mpg": {
        "name": (Kind.TEXT, "string"),
        "horsepower": (Kind.NUMERIC, "float64"),
    },
    "nyc_taxis": {
        "pickup": (Kind.DATETIME, "datetime64"),
        "pickup_zone": (Kind.CATEGORY, "string"),
        "fare": (Kind.NUMERIC, "float64"),
    },
}


@pytest.fixture(scope="module")
def entries() -> dict[str, dict]:
    listing = require(DEV / "datasets.json")
    return {entry["name"]: entry for entry in json.loads(listing.read_text())}


@pytest.mark.parametrize("name", NAMES)
def test_read_table_of_development_table_is_true(name, entries):
    entry = entries[name]

    table = read_table(DEV / entry["file"])

    assert table.frame.shape == (entry["rows"], entry["cols"])
    assert table.frame.isna().sum().sum() == entry["missing"]
    target = table.frame[entry["target"]]
    assert target.isna().sum() == entry["missing_target"]
    if "class_counts" in entry:
        counts = target.astype(str).value_counts().to_dict()
        assert counts == entry["class_counts"]
    else:
        stats = entry["target_stats"]
        assert target.mean() == pytest.approx(stats["mean"])
        assert target.std() == pytest.approx(stats["std"])
    assert table.reading.delimiter == entry["sep"]
    assert table.reading.encoding == entry["encoding"]
    assert table.repairs == []
    kinds = {column.name: (column.kind, column.dtype) for column in table.columns}
    assert {column: kinds[column] for column in KINDS[name]} == KINDS[name]


def test_listing_names_the_tables_tested_here(entries):
    assert sorted(entries) == sorted(NAMES)
