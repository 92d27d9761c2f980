"""The program that scores a trial again: its table, folds, pipeline and metric."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from runs.search.algorithms import ALGORITHMS
from runs.search.metrics import METRICS
from runs.search.parameters import Value
from runs.search.problem import TaskType
from runs.search.snippets import columns, estimators, folds, scoring
from runs.search.snippets.imports import Imports
from runs.search.snippets.preparation import preparation


@dataclass(frozen=True)
class Subject:
    """What a program is about.

    Attributes
    ----------
    title : str
        Says which trial it is, for the program's first line.
    path : str
        Name of the table's file.
    target : str
        Column to predict.
    features : sequence of str
        Columns it is predicted from.
    kinds : mapping of str to str
        Kind of each column.
    algorithm : str
        Name in the registry.
    params : mapping of str to value
        The trial's parameters, as asked for and found.
    task : TaskType
        What is predicted.
    metric : str
        The metric that ranks the trials.
    positive : str, default=""
        The class that binary metrics are about.
    classes : sequence of str, default=()
        Labels as people read them, in sorted order.
    scheme, n_splits, n_repeats, split_column, validation_fraction, holdout_fraction
        How the rows are divided, as of ``Split``.
    seed : int, default=0
        Seed of everything random.
    fold_scores : sequence of float, default=()
        What the trial scored, as people read it; the program prints it beside.
    with_model : bool, default=False
        Whether the program goes on to fit the model on all rows of the search, scores it
        on those held out, and writes the scores to ``SCORES_FILE``.
    """

    title: str
    path: str
    target: str
    features: Sequence[str]
    kinds: Mapping[str, str]
    algorithm: str
    params: Mapping[str, Value]
    task: TaskType
    metric: str
    positive: str = ""
    classes: Sequence[str] = ()
    scheme: str = "kfold"
    n_splits: int = 5
    n_repeats: int = 1
    split_column: str = ""
    validation_fraction: float = 0.2
    holdout_fraction: float = 0.2
    seed: int = 0
    fold_scores: Sequence[float] = field(default=())
    with_model: bool = False


def snippet(subject: Subject) -> str:
    """Write a program that fits and scores a trial as Tuneboard did.

    Parameters
    ----------
    subject : Subject
        The trial, its table and how the rows are divided.

    Returns
    -------
    str
        Python that needs pandas, scikit-learn and skrub, and where the trial is of
        another library, that library.
    """
    imports = Imports()
    if subject.with_model:
        imports.add("pathlib", "Path")
        imports.add_module("json")
    recipe = ALGORITHMS[subject.algorithm].recipe
    dividing = folds.dividing(subject, imports)
    if subject.with_model:
        dividing = f"{_BEFORE}\n{dividing}\n{_HELD_OUT}"
    parts = [
        columns.reading(subject, imports),
        dividing,
        preparation(recipe, imports),
        estimators.making(subject, imports),
        scoring.scoring(subject, imports),
        _loop(subject, native=recipe == "native"),
    ]
    if subject.with_model:
        parts.append(_model(subject))
    head = [f'"""{_plain(subject.title)}', "", _NOTE.format(path=subject.path), '"""']
    return "\n\n".join(["\n".join(head), imports.text(), *parts]) + "\n"


_NOTE = """The table is {path}, which the page of the dataset offers as a download. With the same
versions of the libraries the scores are those of the trial."""


def _plain(text: str) -> str:
    return text.replace("\\", "/").replace('"', "'")


def _loop(subject: Subject, *, native: bool) -> str:
    known = METRICS[subject.metric]
    sign = "" if known.greater_is_better else "-"
    stored = [float(f"{value:.10g}") for value in subject.fold_scores]
    fit = "model = fitted(X.iloc[train], y[train])"
    return f"""\
# {known.title} of the trial, fold by fold.
STORED = {stored!r}

scores = []
for number, (train, test) in enumerate(folds):
    {fit}
    scores.append({sign}float(score(model, X.iloc[test], y[test])))
    stored = f", the trial {{STORED[number]:.6f}}" if number < len(STORED) else ""
    print(f"Fold {{number + 1}}: {{scores[-1]:.6f}}{{stored}}")
print(f"Mean: {{np.mean(scores):.6f}}"){_END if not subject.with_model else ""}"""


_END = """

# The model of all rows but the holdout: fitted(X, y).predict(...)"""
# What a program with its model writes its scores to.
SCORES_FILE = "scores.json"
_BEFORE = "all_X, all_y = X, y"
_HELD_OUT = "held_out = np.setdiff1d(np.arange(len(all_y)), rows)"


def _model(subject: Subject) -> str:
    """Write how the model is fitted, and scored on rows it has not seen."""
    sign = "" if METRICS[subject.metric].greater_is_better else "-"
    return f"""\
# The model itself, of all rows but those held out.
model = fitted(X, y)
holdout = None
if len(held_out):
    holdout = {sign}float(score(model, all_X.iloc[held_out], all_y[held_out]))
    print(f"Holdout: {{holdout:.6f}}")
Path("{SCORES_FILE}").write_text(json.dumps({{"folds": scores, "holdout": holdout}}))

# To keep it: joblib.dump(model, "model.joblib"); to ask it: model.predict(all_X)"""
