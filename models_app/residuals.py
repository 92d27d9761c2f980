"""What is stored of a regression model's errors: their size, their shape, and intervals."""

from typing import TYPE_CHECKING, Any

from models_app.answers import Answers
from models_app.enums import ArtifactKind, Rows
from models_app.models import Artifact
from models_app.samples import SAMPLE_ROWS, columns_of, sample_of, store_rows
from runs.training_data import TrainingData, split_of

if TYPE_CHECKING:
    import numpy as np

# Of a table with very many columns fewer rows are kept: 16 MB of numbers.
SAMPLE_CELLS = 2_000_000
# Of rows whose fold is not known, and of a search with a single part to score on.
N_PARTS = 5


def error_artifacts(
    data: TrainingData, answers: Answers, searched: Answers | None
) -> list[Artifact]:
    """Describe the errors on evaluated rows, and make intervals of them.

    `searched` are the out-of-fold predictions of the search if the evaluated rows are the
    holdout, and None if they were not kept.
    """
    intervals = prediction_intervals(data, answers, searched)
    n_rows = len(answers.y)
    return [
        errors(data, answers),
        Artifact(
            kind=ArtifactKind.PREDICTION_INTERVALS,
            rows=answers.rows,
            n_rows=n_rows,
            data=intervals,
        ),
    ]


def errors(data: TrainingData, answers: Answers) -> Artifact:
    """Store quantiles of the errors, and a sample of them with all columns."""
    from models_app.evaluation.errors import error_quantiles, normal_qq

    qq = normal_qq(answers.y, answers.predicted)
    columns = columns_of(data.run)
    n_rows = min(SAMPLE_ROWS, max(1, SAMPLE_CELLS // max(1, len(columns))))
    drawn = sample_of(len(answers.y), max_rows=n_rows)
    stored = store_rows(data, answers.positions[drawn])
    return Artifact(
        kind=ArtifactKind.ERRORS,
        rows=answers.rows,
        n_rows=len(answers.y),
        data={
            "quantiles": [
                found._asdict()
                for found in error_quantiles(answers.y, answers.predicted)
            ],
            "normal": None if qq is None else qq._asdict(),
            "columns": columns,
            # Rows of the table as uploaded, counted from 1.
            "row_numbers": (data.known[answers.positions[drawn]] + 1).tolist(),
            "actual": answers.y[drawn].tolist(),
            "predicted": answers.predicted[drawn].tolist(),
        },
        file=stored["name"],
        digest=stored["digest"],
    )


def prediction_intervals(
    data: TrainingData, answers: Answers, searched: Answers | None
) -> dict[str, Any]:
    """Return intervals, how they were made, and how often they held the truth."""
    import numpy as np  # noqa: PLC0415 - only workers need it

    from models_app.evaluation.coverage import measured_across, measured_apart

    missed = np.abs(answers.y - answers.predicted)
    if searched is not None:
        method, calibrated, measured = "cross_validation", Rows.OUT_OF_FOLD, "apart"
        scores = np.abs(searched.y - searched.predicted)
        found = measured_apart(scores, searched.predicted, missed, answers.predicted)
    else:
        is_holdout = answers.rows == Rows.HOLDOUT
        method = "split" if is_holdout else "cross_validation"
        calibrated, measured = answers.rows, "across"
        groups = (
            parts_of(len(missed)) if is_holdout else folds_of(data, answers.positions)
        )
        found = measured_across(missed, answers.predicted, groups)
    return {
        "method": method,
        "calibrated_on": str(calibrated),
        "measured": measured,
        # New rows are like those known only if they are not later, or of new groups.
        "is_exchangeable": data.run.scheme in {"kfold", "repeated", "holdout"},
        "n_calibration": found.n_calibration,
        "n_measured": found.n_measured,
        "levels": [level._asdict() for level in found.levels],
        "groups": [one._asdict() for one in found.groups],
    }


def parts_of(n_rows: int) -> "np.ndarray":
    import numpy as np  # noqa: PLC0415 - only workers need it

    return np.random.default_rng(0).permutation(np.arange(n_rows) % N_PARTS)


def folds_of(data: TrainingData, positions: "np.ndarray") -> "np.ndarray":
    """Return the fold that each out-of-fold row was tested in; the first, if in several."""
    import numpy as np  # noqa: PLC0415 - only workers need it

    from runs.search.folds import fold_rows

    folds = fold_rows(data.y[data.train_rows], split_of(data.run), data.train_by)
    if len(folds) < 2:
        return parts_of(len(positions))
    fold = np.full(len(data.y), -1)
    for number, (_, test) in reversed(list(enumerate(folds))):
        fold[data.train_rows[test]] = number
    found: np.ndarray = fold[positions]
    return found
