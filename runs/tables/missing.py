"""Spellings of a missing value."""

from typing import Final

# Missing in any column. Lower-case words such as "none" are absent on purpose: they
# are ordinary categories ("seed treatment: none").
MISSING: Final = frozenset(
    {
        "",
        "NA",
        "N/A",
        "n/a",
        "NULL",
        "null",
        "NaN",
        "nan",
        "None",
        "NaT",
        "<NA>",
        "#N/A",
        "#N/A N/A",
        "#NA",
    }
)

# Missing only among numbers or dates, compared in lower case: elsewhere "-" is the
# opposite of "+", and "?" an answer.
MISSING_AMONG_TYPED: Final = frozenset(
    {
        "?",
        "??",
        "-",
        "--",
        "---",
        ".",
        "..",
        "...",
        "*",
        "**",
        "***",
        "x",
        "na",
        "n.a.",
        "n/d",
        "nd",
        "none",
        "nil",
        "missing",
        "unknown",
        "\\n",
        "inf",
        "+inf",
        "-inf",
        "infinity",
        "-infinity",
        "#ref!",
        "#div/0!",
        "#value!",
        "#num!",
        "#name?",
        "#null!",
        "0000-00-00",
        "0000-00-00 00:00:00",
    }
)
