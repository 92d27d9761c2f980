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

# What a data scientist would say each column holds.
KINDS = {
    "titanic": {
        Kind.IDENTIFIER: ["PassengerId"],
        Kind.BOOLEAN: ["Survived"],
        Kind.INTEGER_CATEGORY: ["Pclass"],
        Kind.TEXT: ["Name", "Ticket", "Cabin"],
        Kind.CATEGORY: ["Sex", "Embarked"],
        Kind.NUMERIC: ["Age", "SibSp", "Parch", "Fare"],
    },
    "telco_churn": {
        Kind.IDENTIFIER: ["customerID"],
        Kind.CATEGORY: [
            "gender",
            "MultipleLines",
            "InternetService",
            "OnlineSecurity",
            "OnlineBackup",
            "DeviceProtection",
            "TechSupport",
            "StreamingTV",
            "StreamingMovies",
            "Contract",
            "PaymentMethod",
        ],
        Kind.BOOLEAN: [
            "SeniorCitizen",
            "Partner",
            "Dependents",
            "PhoneService",
            "PaperlessBilling",
            "Churn",
        ],
        Kind.NUMERIC: ["tenure", "MonthlyCharges", "TotalCharges"],
    },
    "credit_approval": {
        Kind.CATEGORY: ["A1", "A4", "A5", "A6", "A7", "A13", "class"],
        Kind.NUMERIC: ["A2", "A3", "A8", "A11", "A14", "A15"],
        Kind.BOOLEAN: ["A9", "A10", "A12"],
    },
    "sick": {
        Kind.NUMERIC: ["age", "TSH", "T3", "TT4", "T4U", "FTI"],
        Kind.CATEGORY: ["sex", "referral_source", "Class"],
        Kind.BOOLEAN: [
            "on_thyroxine",
            "query_on_thyroxine",
            "on_antithyroid_medication",
            "sick",
            "pregnant",
            "thyroid_surgery",
            "I131_treatment",
            "query_hypothyroid",
            "query_hyperthyroid",
            "lithium",
            "goitre",
            "tumor",
            "hypopituitary",
            "psych",
            "TSH_measured",
            "T3_measured",
            "TT4_measured",
            "T4U_measured",
            "FTI_measured",
        ],
        Kind.CONSTANT: ["TBG_measured", "TBG"],
    },
    "sms_spam": {
        Kind.CATEGORY: ["type"],
        Kind.TEXT: ["text"],
    },
    "penguins": {
        Kind.CATEGORY: ["species", "island", "sex"],
        Kind.NUMERIC: [
            "bill_length_mm",
            "bill_depth_mm",
            "flipper_length_mm",
            "body_mass_g",
        ],
    },
    "soybean": {
        Kind.CATEGORY: [
            "date",
            "plant-stand",
            "precip",
            "temp",
            "crop-hist",
            "area-damaged",
            "severity",
            "seed-tmt",
            "germination",
            "plant-growth",
            "leaves",
            "leafspots-halo",
            "leafspots-marg",
            "leafspot-size",
            "leaf-shread",
            "leaf-malf",
            "leaf-mild",
            "stem",
            "stem-cankers",
            "canker-lesion",
            "fruiting-bodies",
            "external-decay",
            "mycelium",
            "int-discolor",
            "sclerotia",
            "fruit-pods",
            "fruit-spots",
            "seed",
            "mold-growth",
            "seed-discolor",
            "seed-size",
            "shriveling",
            "roots",
            "class",
        ],
        Kind.BOOLEAN: ["hail", "lodging"],
    },
    "wine_quality_white": {
        Kind.NUMERIC: [
            "fixed acidity",
            "volatile acidity",
            "citric acid",
            "residual sugar",
            "chlorides",
            "free sulfur dioxide",
            "total sulfur dioxide",
            "density",
            "pH",
            "sulphates",
            "alcohol",
            "quality",
        ],
    },
    "california_housing": {
        Kind.NUMERIC: [
            "longitude",
            "latitude",
            "housing_median_age",
            "total_rooms",
            "total_bedrooms",
            "population",
            "households",
            "median_income",
            "median_house_value",
        ],
        Kind.CATEGORY: ["ocean_proximity"],
    },
    "bike_sharing_hour": {
        Kind.IDENTIFIER: ["instant"],
        Kind.DATETIME: ["dteday"],
        Kind.INTEGER_CATEGORY: ["season", "mnth", "hr", "weekday", "weathersit"],
        Kind.BOOLEAN: ["yr", "holiday", "workingday"],
        Kind.NUMERIC: [
            "temp",
            "atemp",
            "hum",
            "windspeed",
            "casual",
            "registered",
            "cnt",
        ],
    },
    "auto_mpg": {
        Kind.NUMERIC: [
            "mpg",
            "cylinders",
            "displacement",
            "horsepower",
            "weight",
            "acceleration",
            "model_year",
        ],
        Kind.CATEGORY: ["origin"],
        Kind.TEXT: ["name"],
    },
    "nyc_taxis": {
        Kind.DATETIME: ["pickup", "dropoff"],
        Kind.NUMERIC: ["passengers", "distance", "fare", "tip", "tolls", "total"],
        Kind.CATEGORY: [
            "color",
            "payment",
            "pickup_zone",
            "dropoff_zone",
            "pickup_borough",
            "dropoff_borough",
        ],
    },
}
# Types of values where they are not those of the kind.
DTYPES = {
    ("titanic", "Survived"): "int64",
    ("telco_churn", "TotalCharges"): "float64",
    ("telco_churn", "Churn"): "string",
    ("credit_approval", "A14"): "float64",
    ("sick", "TBG"): "float64",
    ("bike_sharing_hour", "dteday"): "datetime64",
    ("bike_sharing_hour", "season"): "int64",
    ("nyc_taxis", "pickup"): "datetime64",
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
    found: dict[Kind, list[str]] = {}
    for column in table.columns:
        found.setdefault(column.kind, []).append(column.name)
        assert column.dtype == DTYPES.get((name, column.name), column.dtype)
        assert column.reason.endswith(".")
    assert found == KINDS[name]


def test_listing_names_the_tables_tested_here(entries):
    assert sorted(entries) == sorted(NAMES)
