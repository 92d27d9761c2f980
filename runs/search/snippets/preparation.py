"""From columns to numbers: the recipes of ``runs.search.pipelines``, written out."""

from runs.search.snippets.imports import Imports

_VECTORIZER = """\
        TableVectorizer(
            low_cardinality={few},
            high_cardinality={many},
            datetime=DatetimeEncoder(add_weekday=True),
            drop_null_fraction=0.9995,
            n_jobs=1,
        )"""

_CODES = """\
OrdinalEncoder(
                handle_unknown="use_encoded_value", unknown_value=np.nan, dtype=np.float32
            )"""
_INDICATORS = (
    'OneHotEncoder(handle_unknown="ignore", sparse_output=False, dtype=np.float32)'
)
_TEXTS = "StringEncoder(n_components=20, random_state=SEED)"

_NUMBERS_OR = '''\
def numbers_or(encoder):
    """Encode a column, unless it is an ordered category: that becomes its numbers."""
    ordered = selectors.categorical() & selectors.filter(lambda column: column.cat.ordered)
    as_number = FunctionTransformer(
        pd.DataFrame.astype, kw_args={"dtype": "float64"}, feature_names_out="one-to-one"
    )
    return make_pipeline(
        ApplyToCols(as_number, cols=ordered),
        ApplyToCols(encoder, cols=~selectors.numeric()),
    )


'''

_FINITE = """\
        # Infinite values count as missing.
        FunctionTransformer(
            np.nan_to_num,
            kw_args={"nan": np.nan, "posinf": np.nan, "neginf": np.nan},
            feature_names_out="one-to-one",
        ),"""

_LINEAR = """\
        FunctionTransformer(
            np.array, kw_args={"dtype": np.float64}, feature_names_out="one-to-one"
        ),
        SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True),
        # The order in memory decides the order of sums, so their last digits.
        FunctionTransformer(
            np.asarray, kw_args={"order": "F"}, feature_names_out="one-to-one"
        ),
        StandardScaler(),
        FunctionTransformer(
            np.asarray, kw_args={"order": "C"}, feature_names_out="one-to-one"
        ),"""


def preparation(recipe: str, imports: Imports) -> str:
    """Write the steps that turn columns into numbers.

    Parameters
    ----------
    recipe : {"linear", "tree", "native"}
        As of ``make_preprocessor``.
    imports : Imports
        Gathers what is needed.

    Returns
    -------
    str
        Code that leaves ``prepare()``, which makes the unfitted steps.
    """
    imports.add("skrub", "DatetimeEncoder", "StringEncoder", "TableVectorizer")
    imports.add("sklearn.pipeline", "make_pipeline")
    imports.add("sklearn.preprocessing", "FunctionTransformer")
    few, many, before, after = _CODES, _TEXTS, "", ""
    if recipe == "linear":
        imports.add("sklearn.impute", "SimpleImputer")
        imports.add("sklearn.preprocessing", "OneHotEncoder", "StandardScaler")
        few, after = _INDICATORS, f"\n{_LINEAR}"
    else:
        imports.add("sklearn.preprocessing", "OrdinalEncoder")
    if recipe == "tree":
        imports.add("skrub", "ApplyToCols", "selectors")
        few, many, before = f"numbers_or({few})", f"numbers_or({many})", _NUMBERS_OR
    vectorizer = _VECTORIZER.format(few=few, many=many)
    return (
        f"{before}def prepare():\n"
        f'    """From columns to numbers."""\n'
        f"    return make_pipeline(\n{vectorizer},\n{_FINITE}{after}\n    )"
    )
