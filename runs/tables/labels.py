"""The text of a single value, wherever a person or a file sees it."""

import datetime
import math
from typing import Any

import numpy as np
import pandas as pd


def label(value: Any) -> str:  # noqa: ANN401 - a cell may hold any of the types
    """Write a value as a person would: no trailing ``.0``, no midnight.

    Parameters
    ----------
    value : object
        One present value of a typed frame.

    Returns
    -------
    str
        The text; a whole number reads the same whether its column holds integers or,
        for want of missing integers, floats.
    """
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value))
    if isinstance(value, (float, np.floating)):
        number = float(value)
        if math.isfinite(number) and number.is_integer() and abs(number) < 1e15:
            return str(int(number))
        return repr(number)
    if isinstance(value, (datetime.datetime, np.datetime64)):
        moment = pd.Timestamp(value)
        if moment == moment.normalize():
            return moment.strftime("%Y-%m-%d")
        return moment.isoformat(sep=" ")
    return str(value)
