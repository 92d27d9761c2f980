"""JSON as people write or paste it."""

import json
import math
from typing import Any


def read_json(text: str) -> Any:  # noqa: ANN401 - whatever was written
    """Read JSON, or say in a sentence why it is none.

    Parameters
    ----------
    text : str
        What was written.

    Returns
    -------
    dict, list, str, int, float, bool or None
        What it says.

    Raises
    ------
    ValueError
        With the place, where there is one. Deep nesting and endless numbers, which the
        parser of the standard library refuses in ways of its own, are refused alike.
    """
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        message = f"Not JSON: line {error.lineno}, column {error.colno}: {error.msg}."
        raise ValueError(message) from None
    except RecursionError:
        raise ValueError("Not JSON: nested too deeply.") from None
    except ValueError:
        raise ValueError("Not JSON: a number has too many digits.") from None


def finite(value: Any) -> Any:  # noqa: ANN401 - whatever JSON can be made of
    """Leave out what JSON does not know.

    Parameters
    ----------
    value : dict, list, tuple, str, int, float, bool or None
        What is to be written.

    Returns
    -------
    dict, list, str, int, float, bool or None
        The same with null for NaN and infinity.
    """
    if isinstance(value, dict):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
