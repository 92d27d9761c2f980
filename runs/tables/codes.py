"""Whether whole numbers are codes or quantities, judged from the column's name."""

import re

import numpy as np
import pandas as pd

ID_NAME = re.compile(
    r"(?:^|[\W_])(?i:id|uuid|guid|rowid|index|rownames)$|[a-z](?:Id|ID)$|^Unnamed"
)
# Words of a name: runs of letters, also in camel case.
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_CODE_WORDS = frozenset(
    [
        "branch",
        "brand",
        "category",
        "channel",
        "class",
        "cluster",
        "code",
        "codes",
        "color",
        "colour",
        "country",
        "county",
        "department",
        "dept",
        "district",
        "ethnicity",
        "gender",
        "grade",
        "group",
        "industry",
        "job",
        "kind",
        "label",
        "marital",
        "occupation",
        "origin",
        "outlet",
        "plan",
        "postcode",
        "product",
        "province",
        "race",
        "region",
        "religion",
        "route",
        "sector",
        "segment",
        "sex",
        "species",
        "state",
        "station",
        "status",
        "store",
        "type",
        "variety",
        "vendor",
        "ward",
        "weather",
        "zone",
    ]
)
_CODE_ENDS = ("class", "code", "type", "category", "status", "group")
_WEATHER = re.compile(r"weather")
# Places in a calendar are codes as long as they are in their range.
_CALENDAR = {
    "month": 12, "mnth": 12, "weekday": 7, "wday": 7, "dow": 7, "dayofweek": 7,
    "hour": 24, "hr": 24, "season": 5, "quarter": 4, "qtr": 4,
}  # fmt: skip
_POSTAL = frozenset(["zip", "zipcode", "postcode", "postal", "postalcode", "plz"])
# Words of counts and measures: "class size", "number of types", "hours per week".
_MEASURE_WORDS = frozenset(
    [
        "age",
        "amount",
        "average",
        "avg",
        "balance",
        "change",
        "cost",
        "count",
        "days",
        "delay",
        "diff",
        "distance",
        "duration",
        "fraction",
        "freq",
        "frequency",
        "height",
        "hours",
        "income",
        "length",
        "max",
        "mean",
        "median",
        "min",
        "minutes",
        "n",
        "nb",
        "no",
        "num",
        "number",
        "pct",
        "per",
        "percent",
        "population",
        "price",
        "quantity",
        "rank",
        "rate",
        "ratio",
        "revenue",
        "sales",
        "score",
        "share",
        "since",
        "size",
        "std",
        "sum",
        "temp",
        "temperature",
        "time",
        "total",
        "value",
        "volume",
        "weight",
        "width",
        "year",
        "years",
    ]
)


def code_evidence(name: str, present: pd.Series, n_distinct: int) -> str:
    """Say why numbers are codes of categories.

    Parameters
    ----------
    name : str
        The column's name.
    present : Series of shape (n_present,)
        Its values, none missing.
    n_distinct : int
        How many of them differ; few.

    Returns
    -------
    str
        A sentence; empty if they are quantities as far as one can tell.
    """
    words = [word.lower() for word in _WORD.findall(name)]
    joined = "".join(words)
    calendar = next((w for w in (*words, joined) if w in _CALENDAR), "")
    said = bool(
        calendar
        or ID_NAME.search(name)
        or _CODE_WORDS.intersection(words)
        or _POSTAL.intersection((*words, joined))
        or joined.endswith(_CODE_ENDS)
        or _WEATHER.match(joined)
    )
    if not said or _MEASURE_WORDS.intersection(words):
        return ""
    values = present.to_numpy()
    if values.min() < 0 or (values != np.rint(values)).any():
        return ""
    if calendar and values.max() > _CALENDAR[calendar]:
        return ""
    return f"{n_distinct:,} different whole numbers, and the name says codes."
