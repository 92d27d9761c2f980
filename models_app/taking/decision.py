"""What was chosen for a model's answers, as a part of its recipe."""

from collections.abc import Mapping, Sequence
from typing import Any

_HEAD = """\
# --- As predictions tell it ------------------------------------------------------------

# What was chosen in Tuneboard for the answers of this model; its scores above are of the
# model itself.
"""
_THRESHOLD = """\
THRESHOLD = {threshold!r}  # probability of {positive!r} from which on it is answered
at = next((i for i, label in enumerate(CLASSES) if str(label) == {positive!r}), 1)
"""
_SIGMOID = """\
# Slope and intercept of a class, for the logarithm of the odds.
CALIBRATORS = {lines}


def better(shares, calibrator):
    slope, intercept = calibrator
    inside = np.clip(shares, 1e-6, 1 - 1e-6)
    odds = np.log(inside) - np.log1p(-inside)
    return 0.5 * (1 + np.tanh(0.5 * (slope * odds + intercept)))
"""
_ISOTONIC = """\
# Old and new probabilities of a class, joined by straight lines.
CALIBRATORS = {lines}


def better(shares, calibrator):
    return np.interp(shares, *calibrator)
"""
_TOLD_TWO = """\
    second = better(shares[:, 1], CALIBRATORS[0])
    shares = np.column_stack([1 - second, second])
"""
_TOLD_MORE = """\
    columns = [better(shares[:, i], c) for i, c in enumerate(CALIBRATORS)]
    found = np.column_stack(columns)
    total = found.sum(axis=1, keepdims=True)
    even = np.full_like(found, 1 / found.shape[1])
    shares = np.divide(found, total, out=even, where=total > 0)
"""


def decision_code(
    *,
    positive: str,
    threshold: float | None,
    method: str,
    calibrators: Sequence[Mapping[str, Any]],
    is_binary: bool,
) -> str:
    """Write the function that answers as Tuneboard's predictions do.

    Parameters
    ----------
    positive : str
        The class a threshold is about; of no known name the second.
    threshold : float or None
        Its probability from which on it is predicted.
    method : str
        "sigmoid", "isotonic", or empty where probabilities are told as they are.
    calibrators : sequence of mapping
        Their numbers.
    is_binary : bool
        Whether there are two classes.

    Returns
    -------
    str
        Code that needs ``np``, ``CLASSES`` and ``model`` and leaves ``answers(X)``.
    """
    parts = [_HEAD]
    decided = "    codes = shares.argmax(axis=1)\n"
    if threshold is not None and is_binary:
        parts.append(_THRESHOLD.format(positive=positive, threshold=threshold))
        decided = "    codes = np.where(shares[:, at] >= THRESHOLD, at, 1 - at)\n"
    told = ""
    if method:
        names = ("slope", "intercept") if method == "sigmoid" else ("x", "y")
        lines = [tuple(one[name] for name in names) for one in calibrators]
        parts.append(
            (_SIGMOID if method == "sigmoid" else _ISOTONIC).format(lines=lines)
        )
        told = _TOLD_TWO if is_binary else _TOLD_MORE
    parts.append(
        "\ndef answers(X):\n"
        '    """Return the class and the probabilities of each row."""\n'
        f"    shares = model.predict_proba(X)\n{decided}{told}"
        "    return CLASSES[codes], shares\n"
    )
    return "\n".join(parts)
