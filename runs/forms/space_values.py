"""Values of parameters as people type them: `2, 4, 8, None`, `balanced`, `1e-3`."""

import math
import re

from runs.search.json_text import read_json
from runs.search.parameters import Parameter, Value

WORDS: dict[str, Value] = {"none": None, "null": None, "true": True, "false": False}
# A quoted text with whatever is in it, or anything up to a separator.
TOKEN = re.compile(r"""\s*("[^"]*"|'[^']*'|[^,;\n]*)\s*(?:[,;\n]|$)""")


def text_of(value: Value) -> str:
    """Write one value so that `read_value` gives it back."""
    if value is None or isinstance(value, bool | float):
        return repr(value)
    return str(value)


def number_text(value: float | None) -> str:
    """Write the end of a range, whose kind says whether it is whole."""
    return "" if value is None else repr(value).removesuffix(".0")


def texts_of(values: tuple[Value, ...]) -> str:
    return ", ".join(map(text_of, values))


def read_values(text: str, parameter: Parameter) -> list[Value]:
    """Read a list of values.

    Raises
    ------
    ValueError
        With a sentence, if one of them is none the estimator takes.
    """
    bare = text.strip()
    if bare[:1] in "[(" and bare[-1:] in "])" and len(bare) > 1:
        bare = bare[1:-1]
    tokens = [m.group(1).strip() for m in TOKEN.finditer(bare)]
    return [read_value(token, parameter) for token in tokens if token]


def read_value(text: str, parameter: Parameter) -> Value:
    """Read one value: the first reading of the text that the estimator takes.

    Raises
    ------
    ValueError
        With a sentence, if there is none.
    """
    readings = readings_of(text.strip())
    for reading in readings:
        try:
            return parameter.clean(reading)
        except ValueError:
            continue
    message = f"“{text.strip()}” is not taken: {parameter.name} is {parameter.accepts}."
    raise ValueError(message)


def readings_of(text: str) -> list[Value]:
    quoted = len(text) > 1 and text[0] == text[-1] and text[0] in "\"'"
    if quoted:
        return [text[1:-1]]
    if text.lower() in WORDS:
        return [WORDS[text.lower()], text]
    try:
        # Neither a name for infinity nor digits grouped by underscores is a number here.
        number = read_json(text) if text[:1] not in {"+", "."} else float(text)
    except ValueError:
        return [text]
    is_number = isinstance(number, int | float) and not isinstance(number, bool)
    return [number, text] if is_number else [text]


def read_number(text: str) -> int | float:
    """Read the end of a range, or its step.

    Raises
    ------
    ValueError
        With a sentence, if it is no number.
    """
    if not text.strip():
        raise ValueError("Give a number.")
    [first, *_] = readings_of(text.strip())
    is_number = isinstance(first, int | float) and not isinstance(first, bool)
    if not is_number or not math.isfinite(float(str(first))):
        hint = "; write decimals with a point" if re.search(r"\d,\d", text) else ""
        raise ValueError(f"“{text.strip()}” is not a number{hint}.")
    assert isinstance(first, int | float)
    return first
