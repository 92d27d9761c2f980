"""From uploaded columns to numbers to predictions, as one scikit-learn pipeline.

Only classes of scikit-learn and skrub are used, so that an exported pipeline can be
loaded where Tuneboard is not installed.
"""

from collections.abc import Mapping

import numpy as np
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    OneHotEncoder,
    OrdinalEncoder,
    StandardScaler,
)
from skrub import DatetimeEncoder, StringEncoder, TableVectorizer

from runs.search.algorithms import Algorithm, resolve
from runs.search.parameters import Value
from runs.search.problem import TaskType

# Dimensions a text column becomes. On passenger names, tickets and cabins 20 score like
# 50 at a third of the boosting time; on short messages the gain from 20 to 50 is 0.003
# of ROC AUC.
TEXT_COMPONENTS = 20

# Columns with at least this share of missing values are dropped. It differs from
# "all missing" in tables above 2,000 rows only. There a handful of known values might
# all fall in the part that boosting sets aside for early stopping, and scikit-learn's
# boosting cannot fit a column that is entirely missing.
MAX_MISSING = 0.9995

_INDICATOR = "missingindicator_"


def make_preprocessor(recipe: str, *, random_state: int) -> Pipeline:
    """Make the steps that turn uploaded columns into numbers.

    Parameters
    ----------
    recipe : {"linear", "tree"}
        ``"tree"``: categories become codes, and missing values stay missing.
        ``"linear"``: categories become indicators, missing values the median plus an
        indicator, and all columns get mean 0 and variance 1. In both, texts and
        categories with many values become components of their character n-grams, and
        dates become calendar features.
    random_state : int
        Seed of the decomposition of texts.

    Returns
    -------
    Pipeline
        Unfitted; its output is an array without column names.
    """
    if recipe == "tree":
        return Pipeline(
            [
                ("vectorize", _vectorizer(_codes(), random_state)),
                ("finite", _finite()),
            ]
        )
    if recipe == "linear":
        return Pipeline(
            [
                ("vectorize", _vectorizer(_indicators(), random_state)),
                ("finite", _finite()),
                # Single precision ends the solvers of linear models early.
                ("double", _double()),
                (
                    "impute",
                    SimpleImputer(
                        strategy="median", add_indicator=True, keep_empty_features=True
                    ),
                ),
                ("scale", StandardScaler()),
            ]
        )
    raise ValueError(f"There is no recipe {recipe!r}; known are linear and tree.")


def _vectorizer(
    low_cardinality: OneHotEncoder | OrdinalEncoder, random_state: int
) -> TableVectorizer:
    return TableVectorizer(
        low_cardinality=low_cardinality,
        high_cardinality=StringEncoder(
            n_components=TEXT_COMPONENTS, random_state=random_state
        ),
        datetime=DatetimeEncoder(add_weekday=True),
        drop_null_fraction=MAX_MISSING,
        n_jobs=1,
    )


def _codes() -> OrdinalEncoder:
    return OrdinalEncoder(
        handle_unknown="use_encoded_value", unknown_value=np.nan, dtype=np.float32
    )


def _indicators() -> OneHotEncoder:
    # All levels are kept, also of two: dropping one makes scikit-learn warn at every
    # unknown value, and the penalty of the linear models does not mind.
    return OneHotEncoder(handle_unknown="ignore", sparse_output=False, dtype=np.float32)


def _finite() -> FunctionTransformer:
    # Infinite values count as missing. It also turns the frame into one array.
    return FunctionTransformer(
        np.nan_to_num,
        kw_args={"nan": np.nan, "posinf": np.nan, "neginf": np.nan},
        feature_names_out="one-to-one",
    )


def _double() -> FunctionTransformer:
    return FunctionTransformer(
        np.asarray, kw_args={"dtype": np.float64}, feature_names_out="one-to-one"
    )


def make_pipeline(
    algorithm: Algorithm | str,
    params: Mapping[str, Value],
    *,
    task: TaskType,
    random_state: int,
    n_threads: int = 1,
) -> Pipeline:
    """Make the pipeline that a trial evaluates and an export contains.

    Parameters
    ----------
    algorithm : Algorithm or str
        The algorithm.
    params : mapping of str to value
        Its parameters.
    task : TaskType
        What is to be predicted.
    random_state : int
        Seed of everything random in it.
    n_threads : int, default=1
        Threads the estimator may use.

    Returns
    -------
    Pipeline
        Unfitted, with the steps ``preprocess`` and ``estimator``.
    """
    algorithm = resolve(algorithm, task)
    return Pipeline(
        [
            (
                "preprocess",
                make_preprocessor(algorithm.recipe, random_state=random_state),
            ),
            ("estimator", algorithm.make(task, params, random_state, n_threads)),
        ]
    )


def feature_names(preprocessor: Pipeline) -> list[str]:
    """List the names of the columns an estimator sees.

    Parameters
    ----------
    preprocessor : Pipeline
        Fitted, from ``make_preprocessor``.

    Returns
    -------
    list of str
        One name for each column of the output.
    """
    return [str(name) for name in preprocessor.get_feature_names_out()]


def column_of_features(pipeline: Pipeline) -> dict[str, str]:
    """Find the uploaded column each encoded column was made from.

    Parameters
    ----------
    pipeline : Pipeline
        Fitted, from ``make_pipeline`` or ``make_preprocessor``.

    Returns
    -------
    dict of str to str
        Uploaded column by encoded column, in the order the estimator sees them.
    """
    preprocessor = pipeline.named_steps.get("preprocess", pipeline)
    origin = preprocessor.named_steps["vectorize"].output_to_input_
    return {
        name: origin[name if name in origin else name.removeprefix(_INDICATOR)]
        for name in feature_names(preprocessor)
    }
