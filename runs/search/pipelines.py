"""From uploaded columns to numbers to predictions, as one scikit-learn pipeline.

Only classes of scikit-learn and skrub are used, so that an exported pipeline can be
loaded where Tuneboard is not installed.
"""

from collections.abc import Mapping, Sequence
from operator import attrgetter, methodcaller
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.ensemble import VotingClassifier
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    OneHotEncoder,
    OrdinalEncoder,
    StandardScaler,
)
from skrub import (
    ApplyToCols,
    DatetimeEncoder,
    StringEncoder,
    TableVectorizer,
    selectors,
)

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
    recipe : {"linear", "tree", "native"}
        ``"tree"``: categories become codes, and missing values stay missing.
        ``"native"``: the same, for estimators that are told which columns are codes.
        Ordered categories of numbers stay numbers in ``"tree"``, whose order helps to
        divide them, and are categories in the other two.
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
    if recipe in ("tree", "native"):
        return Pipeline(
            [
                ("vectorize", _vectorizer(recipe, random_state)),
                ("finite", _finite()),
            ]
        )
    if recipe == "linear":
        return Pipeline(
            [
                ("vectorize", _vectorizer(recipe, random_state)),
                ("finite", _finite()),
                # Single precision ends the solvers of linear models early.
                ("double", _double()),
                (
                    "impute",
                    SimpleImputer(
                        strategy="median",
                        add_indicator=True,
                        keep_empty_features=True,
                        copy=False,
                    ),
                ),
                # The sums of a column that stands by itself do not depend on its
                # neighbours: columns of a large table that are prepared in several
                # parts are those prepared together.
                ("columns", _in_order("F")),
                # In place: what comes from the step before is nobody else's.
                ("scale", StandardScaler(copy=False)),
                # Nearly all who use it want rows, and would make a copy for each fit.
                ("rows", _in_order("C")),
            ]
        )
    raise ValueError(
        f"There is no recipe {recipe!r}; known are linear, tree and native."
    )


def _vectorizer(recipe: str, random_state: int) -> TableVectorizer:
    few: BaseEstimator = _indicators() if recipe == "linear" else _codes()
    many: BaseEstimator = StringEncoder(
        n_components=TEXT_COMPONENTS, random_state=random_state
    )
    if recipe == "tree":
        few, many = _numbers_or(few), _numbers_or(many)
    return TableVectorizer(
        low_cardinality=few,
        high_cardinality=many,
        datetime=DatetimeEncoder(add_weekday=True),
        drop_null_fraction=MAX_MISSING,
        n_jobs=1,
    )


def _codes() -> OrdinalEncoder:
    return OrdinalEncoder(
        handle_unknown="use_encoded_value", unknown_value=np.nan, dtype=np.float32
    )


def _numbers_or(encoder: BaseEstimator) -> Pipeline:
    """Encode a column, unless it is an ordered category: that becomes its numbers."""
    ordered = selectors.categorical() & selectors.filter(attrgetter("cat.ordered"))
    # A method by its name can be written as a skops file: one of a class cannot, nor can
    # arguments by name.
    as_number = FunctionTransformer(
        methodcaller("astype", "float64"), feature_names_out="one-to-one"
    )
    return Pipeline(
        [
            ("numbers", ApplyToCols(as_number, cols=ordered)),
            ("others", ApplyToCols(encoder, cols=~selectors.numeric())),
        ]
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
    # A copy, so that the steps after it may write into it.
    return FunctionTransformer(
        np.array, kw_args={"dtype": np.float64}, feature_names_out="one-to-one"
    )


def _in_order(order: str) -> FunctionTransformer:
    return FunctionTransformer(
        np.asarray, kw_args={"order": order}, feature_names_out="one-to-one"
    )


def categorical_positions(preprocessor: Pipeline) -> tuple[int, ...]:
    """Find the columns of the output that hold category codes.

    Parameters
    ----------
    preprocessor : Pipeline
        Fitted, from ``make_preprocessor`` with the recipe ``"native"``.

    Returns
    -------
    tuple of int
        Positions, ascending; empty if there is no category.
    """
    vectorizer = preprocessor.named_steps["vectorize"]
    coded = {
        output
        for column in vectorizer.kind_to_columns_.get("low_cardinality", [])
        for output in vectorizer.input_to_outputs_[column]
    }
    names = feature_names(preprocessor)
    return tuple(i for i, name in enumerate(names) if name in coded)


def tell_categories(
    estimator: Any,  # noqa: ANN401
    categorical: Sequence[int],
    n_features: int,
) -> None:
    """Tell an estimator which columns hold category codes, in its own way.

    Parameters
    ----------
    estimator : estimator
        Unfitted, of an algorithm with the recipe ``"native"``; it is changed.
    categorical : sequence of int
        Positions of the columns.
    n_features : int
        Number of columns.
    """
    if not categorical:
        return
    if isinstance(estimator, VotingClassifier):  # a vote of one, around XGBoost
        estimator = estimator.estimators[0][1]
    known = estimator.get_params(deep=False)
    if "categorical_features" in known:  # scikit-learn
        estimator.set_params(categorical_features=list(categorical))
    elif "feature_types" in known:  # XGBoost
        kinds = ["c" if i in categorical else "q" for i in range(n_features)]
        estimator.set_params(enable_categorical=True, feature_types=kinds)
    elif wants_integers(estimator):  # CatBoost
        estimator.set_params(cat_features=list(categorical))
    else:
        # LightGBM; under the parameter's long name it warns, and obeys all the same.
        estimator.set_params(cat_feature=list(categorical))


def wants_integers(estimator: Any) -> bool:  # noqa: ANN401
    """Tell whether category codes have to be whole numbers for an estimator.

    Parameters
    ----------
    estimator : estimator
        Any.

    Returns
    -------
    bool
        True for CatBoost.
    """
    return type(estimator).__name__.startswith("CatBoost")


def integer_codes(categorical: Sequence[int]) -> Pipeline:
    """Make the step that turns codes into whole numbers, a missing one into -1.

    Parameters
    ----------
    categorical : sequence of int
        Positions of the columns that hold codes.

    Returns
    -------
    Pipeline
        Stateless, of library functions only.
    """
    missing = dict.fromkeys(categorical, -1.0)
    kinds = dict.fromkeys(categorical, "int32")
    return Pipeline(
        [
            ("frame", FunctionTransformer(pd.DataFrame)),
            ("missing", FunctionTransformer(methodcaller("fillna", missing))),
            ("integer", FunctionTransformer(methodcaller("astype", kinds))),
        ]
    )


class CategoryPipeline(Pipeline):  # type: ignore[misc]
    """A pipeline that tells its estimator which columns are categories.

    That is known only when the columns have been prepared, so it is done in ``fit``.
    Fitted, it is as good as an ordinary pipeline of its steps: see `plain`.
    """

    steps: list[tuple[str, Any]]

    def fit(self, X: pd.DataFrame, y: Any = None, **params: Any) -> "CategoryPipeline":  # noqa: ANN401
        """Fit the preparation, tell the estimator of the categories, and fit it.

        Parameters
        ----------
        X : DataFrame of shape (n_samples, n_features)
            Columns as uploaded.
        y : array-like of shape (n_samples,)
            Target.
        **params : object
            Not used.

        Returns
        -------
        CategoryPipeline
            Itself.
        """
        fit_prepared(self, self.steps[0][1].fit_transform(X, y), y)
        return self


def fit_prepared(pipeline: Pipeline, prepared: NDArray[Any], y: Any) -> None:  # noqa: ANN401
    """Fit what comes behind the preparation of a pipeline.

    Parameters
    ----------
    pipeline : Pipeline
        From ``make_pipeline``, with a first step that is fitted already.
    prepared : ndarray of shape (n_samples, n_features)
        What the first step has made of the rows.
    y : array-like of shape (n_samples,)
        Target.
    """
    (_, preprocessor), (_, estimator) = pipeline.steps[0], pipeline.steps[-1]
    if isinstance(pipeline, CategoryPipeline):
        categorical = categorical_positions(preprocessor)
        tell_categories(estimator, categorical, prepared.shape[1])
        if categorical and wants_integers(estimator):
            codes = integer_codes(categorical).fit(prepared)
            prepared = codes.transform(prepared)
            pipeline.steps.insert(1, ("codes", codes))
    estimator.fit(prepared, y)


def plain(pipeline: Pipeline) -> Pipeline:
    """Return a fitted pipeline that is loaded where Tuneboard is not installed.

    Parameters
    ----------
    pipeline : Pipeline
        Fitted.

    Returns
    -------
    Pipeline
        An ordinary one with the same fitted steps.
    """
    return Pipeline(pipeline.steps)


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
        Unfitted; its first step is ``preprocess``, its last ``estimator``.
    """
    algorithm = resolve(algorithm, task)
    kind = CategoryPipeline if algorithm.recipe == "native" else Pipeline
    return kind(
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


def n_indicators(preprocessor: Pipeline) -> int:
    """Count the columns that say where a value was missing; they come last.

    Parameters
    ----------
    preprocessor : Pipeline
        Fitted, from ``make_preprocessor``.

    Returns
    -------
    int
        Number of columns of the output; 0 where the recipe has none.
    """
    imputer = preprocessor.named_steps.get("impute")
    return 0 if imputer is None else len(imputer.indicator_.features_)


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
