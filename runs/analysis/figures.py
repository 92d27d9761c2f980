"""The charts by name: title, what the page says of them, their sheet and sentence."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from runs.charts import (
    contour,
    edf,
    gap,
    importance,
    improvement,
    parallel,
    pareto,
    rank,
    slices,
    stability,
    timeline,
)
from runs.charts.trials import Sheet, Trials, View

Importances = Sequence[dict[str, Any]]


class Figure(NamedTuple):
    """A chart of the page."""

    name: str
    title: str
    hint: str  # how to read it
    sheet: Callable[[Trials, View, Importances], Sheet]
    reading: Callable[[Trials, View, Importances], str]
    of_algorithm: bool = False  # of one algorithm, or of all
    pickers: tuple[str, ...] = ()  # the parameters it lets choose: x, y
    is_wide: bool = False


def plain(name: str, title: str, hint: str, module: Any, **more: Any) -> Figure:  # noqa: ANN401 - a module of charts
    return Figure(
        name,
        title,
        hint,
        lambda trials, view, _: module.sheet(trials, view),
        lambda trials, view, _: module.reading(trials, view),
        **more,
    )


FIGURES = {
    figure.name: figure
    for figure in (
        plain(
            "history",
            "Optimization history",
            "Every trial, and the best so far as a line.",
            improvement,
        ),
        Figure(
            "importance",
            "Parameter importance",
            "Shares of the variation of the score over all trials (fANOVA) and among "
            "the best tenth (PED-ANOVA).",
            lambda _trials, _view, found: importance.sheet(found),
            lambda trials, view, found: importance.reading(found, trials, view),
            of_algorithm=True,
        ),
        plain(
            "parallel",
            "Parallel coordinates",
            "A line for each combination; drag along an axis to select, click it to undo.",
            parallel,
            of_algorithm=True,
            is_wide=True,
        ),
        plain(
            "slice",
            "Slice",
            "A parameter against the score; the bar is one standard deviation over the folds.",
            slices,
            of_algorithm=True,
            pickers=("x",),
        ),
        plain(
            "contour",
            "Contour",
            "The score between the trials, weighted by nearness.",
            contour,
            of_algorithm=True,
            pickers=("x", "y"),
        ),
        plain(
            "rank",
            "Rank",
            "The same plane by rank: the scale of the scores does not matter.",
            rank,
            of_algorithm=True,
            pickers=("x", "y"),
        ),
        plain(
            "edf",
            "Empirical distribution",
            "The share of each algorithm's trials up to a score.",
            edf,
        ),
        plain(
            "pareto",
            "Score against time",
            "Time of all fits and scorings; the line joins the trials that no other beats in both.",
            pareto,
        ),
        plain(
            "stability",
            "Fold stability",
            "The standard deviation over the folds against the score.",
            stability,
        ),
        plain(
            "gap",
            "Train-test gap",
            "How much better a trial is on the rows fitted: large gaps say overfitting.",
            gap,
            of_algorithm=True,
            pickers=("x",),
        ),
        plain(
            "timeline",
            "Timeline of workers",
            "A bar for each trial, a lane for each worker.",
            timeline,
        ),
    )
}


def readings(trials: Trials, view: View, importances: Importances) -> dict[str, str]:
    """Return each chart's sentence about these trials."""
    return {
        name: figure.reading(trials, view, importances)
        for name, figure in FIGURES.items()
    }
