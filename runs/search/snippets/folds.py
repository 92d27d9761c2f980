"""Which rows are held out, and which are in which fold."""

from typing import TYPE_CHECKING

from runs.search.snippets.imports import Imports

if TYPE_CHECKING:
    from runs.search.snippets.program import Subject

MODULE = "sklearn.model_selection"


def dividing(subject: "Subject", imports: Imports) -> str:
    """Write how the rows are divided.

    Parameters
    ----------
    subject : Subject
        The trial.
    imports : Imports
        Gathers what is needed.

    Returns
    -------
    str
        Code that leaves ``X`` and ``y``, the rows of the search, and ``folds``.
    """
    lines = []
    if subject.split_column:
        lines.append(f"by = table[{subject.split_column!r}].to_numpy()")
    if subject.scheme == "group":
        lines += _groups()
    lines += _holdout(subject, imports)
    return "\n".join([*lines, *_folds(subject, imports)])


def _groups() -> list[str]:
    return [
        "# A row without a group is a group of its own.",
        "groups, _ = pd.factorize(pd.Series(by))",
        "alone = groups < 0",
        'groups = groups.astype("int64")',
        "groups[alone] = len(groups) + np.arange(alone.sum())",
    ]


def _holdout(subject: "Subject", imports: Imports) -> list[str]:
    share, is_class = subject.holdout_fraction, subject.task.is_classification
    lines = ["rows = np.arange(len(y))"]
    if subject.scheme == "time":
        lines = [
            "# In the order of time; the latest rows are held out.",
            'rows = np.argsort(by, kind="stable")',
        ]
        if share:
            lines.append(
                f"rows = rows[: len(rows) - int(np.ceil({share!r} * len(rows)))]"
            )
    elif share and subject.scheme == "group":
        imports.add(MODULE, "GroupShuffleSplit")
        lines += [
            "# The holdout is for the final model: no trial sees it.",
            f"holdout = GroupShuffleSplit(1, test_size={share!r}, random_state=SEED)",
            "rows, _ = next(holdout.split(rows, y, groups))",
        ]
    elif share:
        imports.add(MODULE, "train_test_split")
        stratify = ", stratify=y" if is_class else ""
        lines += [
            "# The holdout is for the final model: no trial sees it.",
            "rows, _ = train_test_split(",
            f"    rows, test_size={share!r}, random_state=SEED{stratify}",
            ")",
        ]
    lines.append("X, y = X.iloc[rows].reset_index(drop=True), y[rows]")
    if subject.split_column:
        lines.append("by = by[rows]")
    if subject.scheme == "group":
        # Numbered anew: a group without a row of the search has no number.
        lines += _groups()
    return lines


def _folds(subject: "Subject", imports: Imports) -> list[str]:
    n, is_class = subject.n_splits, subject.task.is_classification
    shuffled = "shuffle=True, random_state=SEED"
    match subject.scheme:
        case "repeated":
            kind = "RepeatedStratifiedKFold" if is_class else "RepeatedKFold"
            drawn = f"{kind}(n_splits={n}, n_repeats={subject.n_repeats}, random_state=SEED).split(X, y)"
        case "group":
            kind = "StratifiedGroupKFold" if is_class else "GroupKFold"
            drawn = f"{kind}({n}, {shuffled}).split(X, y, groups)"
        case "time":
            kind = "TimeSeriesSplit"
            drawn = f"{kind}({n}).split(X)"
        case "predefined":
            kind = "PredefinedSplit"
            drawn = f"{kind}(pd.factorize(pd.Series(by), sort=True)[0]).split()"
        case "holdout":
            imports.add(MODULE, "train_test_split")
            stratify = ", stratify=y" if is_class else ""
            return [
                "folds = [",
                "    train_test_split(",
                f"        np.arange(len(y)), test_size={subject.validation_fraction!r}, random_state=SEED{stratify}",
                "    )",
                "]",
            ]
        case _:
            kind = "StratifiedKFold" if is_class else "KFold"
            drawn = f"{kind}({n}, {shuffled}).split(X, y)"
    imports.add(MODULE, kind)
    return [f"folds = list({drawn})"]
