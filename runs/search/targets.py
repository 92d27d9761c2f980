"""The target column as numbers."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from runs.search.problem import SpecError, TaskType


def clean_target(y: pd.Series, task: TaskType) -> NDArray[Any]:
    """Bring a target to the values a model is fitted on.

    Parameters
    ----------
    y : Series of shape (n_samples,)
        Target as uploaded, without missing values.
    task : TaskType
        What is to be predicted.

    Returns
    -------
    ndarray of shape (n_samples,)
        Floats for regression; else labels: ints, bools or strings.

    Raises
    ------
    SpecError
        If a value is missing, or is no number although the task is regression.
    """
    y = pd.Series(y)
    if y.isna().any():
        raise SpecError("Rows with a missing target must be left out.", field="target")
    if task is TaskType.REGRESSION:
        try:
            values = y.to_numpy(dtype=np.float64)
        except (TypeError, ValueError) as error:
            raise SpecError(
                "Regression needs a target of numbers; choose classification or "
                "another column.",
                field="task",
            ) from error
        if not np.isfinite(values).all():
            raise SpecError(
                "The target has infinite values; leave these rows out.", field="target"
            )
        return values
    if pd.api.types.is_bool_dtype(y.dtype):
        return y.to_numpy(dtype=bool)
    if pd.api.types.is_float_dtype(y.dtype) and (y == y.round()).all():
        # Whole numbers in a column with missing values were read as floats.
        return y.to_numpy(dtype=np.float64).astype(np.int64)
    if pd.api.types.is_numeric_dtype(y.dtype):
        return y.to_numpy()
    # Each label once: a million of equal texts would be a million objects.
    codes, labels = pd.factorize(y.astype(str))
    return np.asarray(labels, dtype=object)[codes]


def encode_target(y: pd.Series, task: TaskType) -> tuple[NDArray[Any], list[Any]]:
    """Turn a target into what trials are fitted on.

    Parameters
    ----------
    y : Series of shape (n_samples,)
        Target as uploaded, without missing values.
    task : TaskType
        What is to be predicted.

    Returns
    -------
    codes : ndarray of shape (n_samples,)
        Position of each label in ``classes``; for regression the values as floats.
    classes : list
        Labels in sorted order, in plain Python types; empty for regression.
    """
    values = clean_target(y, task)
    if task is TaskType.REGRESSION:
        return values, []
    if values.dtype == object:
        # By their hash first: sorting a million texts takes seconds.
        found, labels = pd.factorize(values)
        order = np.argsort(labels)
        return np.argsort(order)[found], labels[order].tolist()
    labels, codes = np.unique(values, return_inverse=True)
    return codes.astype(np.int64), labels.tolist()
