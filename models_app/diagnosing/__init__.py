"""A worker's job on a model that is ready: where it is weak, and whether more rows help."""

from models_app.answers import read_answers, store_answers
from models_app.diagnosing.folds import fold_results
from models_app.diagnosing.learning import Progress, learning_curve
from models_app.diagnosing.rows import worst_rows
from models_app.diagnosing.segments import segments
from models_app.enums import ArtifactKind, Rows
from models_app.evaluating import answers_of, errors_of, on_holdout, out_of_fold
from models_app.models import Artifact, Computation
from runs.training_data import large_turn, load_training_data


def diagnose(computation: Computation, progress: Progress) -> list[Artifact]:
    """Return folds, worst rows, segments and learning curve of a model."""
    model = computation.model
    # The turn comes first: whoever waits for it holds no rows meanwhile.
    with large_turn(model.run) as n_threads:
        progress(0.0, "reading")
        data = load_training_data(model.run)
        answers, results = read_answers(model), []
        if answers is None:  # evaluated before predictions were kept
            progress(0.02, "predicting again")
            has_holdout = bool(len(data.holdout_rows))
            evaluated = (
                on_holdout(model, data)
                if has_holdout
                else out_of_fold(model, data, n_threads)
            )
            answers = answers_of(data, evaluated)
            results = [store_answers(answers), *errors_of(model, data, answers)]
        progress(0.05, "timing predictions")
        results.append(
            Artifact(
                kind=ArtifactKind.FOLDS,
                rows=Rows.OUT_OF_FOLD,
                n_rows=len(data.train_rows),
                data=fold_results(model, data),
            )
        )
        progress(0.1, "looking for the worst rows")
        results.append(worst_rows(model, data, answers))
        progress(0.15, "looking at segments")
        results.append(segments(model, data, answers))
        results.append(
            Artifact(
                kind=ArtifactKind.LEARNING_CURVE,
                rows=Rows.OUT_OF_FOLD,
                data=learning_curve(model, data, progress, n_threads),
            )
        )
    return results
