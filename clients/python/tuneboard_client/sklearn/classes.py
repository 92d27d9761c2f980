"""Classes of `y` as texts that a table gives back unchanged."""

from collections.abc import Sequence
from typing import Any

# What stands for a gap or a truth value in a table, wherever it comes from.
WORDS = frozenset(
    {"nan", "none", "null", "nil", "missing", "unknown", "inf", "infinity", "nat"}
    | {"true", "false", "yes", "n-a", "off"}
)
MONTHS = frozenset(
    {"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}
)


def uploaded_classes(classes: Sequence[Any]) -> list[Any]:
    """Return what classes are called in the table that is uploaded.

    Parameters
    ----------
    classes : sequence
        As `y` has them.

    Returns
    -------
    list
        The same, if they are whole numbers, or words that nothing reads as something
        else; otherwise texts as ``class 1.5``, or ``class 0``, ``class 1``, ... where
        these would not be different from each other.
    """
    if all(isinstance(c, int) and not isinstance(c, bool) for c in classes):
        return list(classes)
    if all(isinstance(c, str) and is_plain(c) for c in classes):
        return list(classes)
    told = [f"class {c}" for c in classes]
    if len(set(told)) == len(told) and all(is_clean(name) for name in told):
        return told
    return [f"class {i}" for i in range(len(classes))]


def is_plain(text: str) -> bool:
    """Tell whether a text is a word that is read back as it is.

    Parameters
    ----------
    text : str
        A class.

    Returns
    -------
    bool
        False for what may be taken for a number, a date, a truth value or a gap.
    """
    letters = text.replace(" ", "").replace("_", "").replace("-", "")
    folded = text.casefold()
    return (
        letters.isalpha()
        and len(letters) > 2
        and is_clean(text)
        and folded not in WORDS
        and folded[:3] not in MONTHS
    )


def is_clean(text: str) -> bool:
    """Tell whether a text is short, and has nothing that a reader may strip.

    Parameters
    ----------
    text : str
        A class.

    Returns
    -------
    bool
        Whether it is.
    """
    return text.isprintable() and text == text.strip() and len(text) <= 60
