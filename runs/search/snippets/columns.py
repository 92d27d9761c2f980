"""Reading the table, with the types by which its columns are prepared."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from runs.search.problem import TaskType
from runs.search.snippets.imports import Imports

if TYPE_CHECKING:
    from runs.search.snippets.program import Subject

WIDTH = 84


def reading(subject: "Subject", imports: Imports) -> str:
    """Write how the table is read.

    Parameters
    ----------
    subject : Subject
        The trial.
    imports : Imports
        Gathers what is needed.

    Returns
    -------
    str
        Code that leaves ``X``, all rows with a known target, and ``y``, their targets.
    """
    codes = [
        name
        for name in subject.features
        if subject.kinds.get(name) == "integer_category"
    ]
    texts = [
        name
        for name in subject.features
        if subject.kinds.get(name) in ("category", "text")
    ]
    lines = [
        f"TARGET = {subject.target!r}",
        listed("FEATURES", subject.features),
        f"SEED = {subject.seed}",
        "",
        f"table = pd.read_parquet({subject.path!r})",
        "# Rows without a target teach nothing.",
        "table = table[table[TARGET].notna()].reset_index(drop=True)",
        "X = table[FEATURES].copy()",
    ]
    if codes:
        lines += [
            "# Codes written as numbers are ordered categories.",
            listed("CODES", codes),
            "for name in CODES:",
            '    values = X[name].to_numpy(dtype="float64", na_value=np.nan)',
            "    whole = np.isfinite(values) & (values == np.rint(values))",
            "    categories, positions = np.unique(values[whole], return_inverse=True)",
            "    places = np.full(len(values), -1)",
            "    places[whole] = positions",
            "    X[name] = pd.Categorical.from_codes(",
            '        places, categories=pd.Index(categories.astype("int64")), ordered=True',
            "    )",
        ]
    if texts:
        lines += [
            "# Words that look like numbers stay words.",
            listed("WORDS", texts),
            "for name in WORDS:",
            "    present = X[name].dropna()",
            "    is_text = pd.api.types.is_string_dtype(present)",
            '    if is_text and len(present) and pd.to_numeric(present, errors="coerce").notna().all():',
            '        X[name] = X[name].astype("category")',
        ]
    return "\n".join([*lines, "", *_target(subject)])


def _target(subject: "Subject") -> list[str]:
    if subject.task is TaskType.REGRESSION:
        return ['y = table[TARGET].to_numpy(dtype="float64")']
    return [
        "# Classes are fitted as codes, in the order of their labels.",
        "labels = table[TARGET]",
        "if pd.api.types.is_bool_dtype(labels):",
        "    labels = labels.to_numpy(dtype=bool)",
        "elif pd.api.types.is_float_dtype(labels) and (labels == labels.round()).all():",
        '    labels = labels.to_numpy(dtype="float64").astype("int64")',
        "elif pd.api.types.is_numeric_dtype(labels):",
        "    labels = labels.to_numpy()",
        "else:",
        "    labels = labels.astype(str).to_numpy(dtype=object)",
        "CLASSES, y = np.unique(labels, return_inverse=True)",
    ]


def listed(name: str, values: Sequence[str]) -> str:
    """Write a list of names, over several lines where it is long.

    Parameters
    ----------
    name : str
        What it is assigned to.
    values : sequence of str
        The names.

    Returns
    -------
    str
        An assignment.
    """
    items = [repr(value) for value in values]
    line = f"{name} = [{', '.join(items)}]"
    if len(line) <= WIDTH:
        return line
    rows = [f"    {item}," for item in items]
    return "\n".join([f"{name} = [", *rows, "]"])
