"""What an address asks of a run's analysis: its trials, and each chart's numbers."""

from typing import Any, NamedTuple

from django.http import QueryDict

from runs.analysis.addresses import Asked, understand
from runs.analysis.figures import Figure, readings
from runs.analysis.importances import ready_importance
from runs.analysis.snapshots import Snapshot
from runs.analysis.snapshots import snapshot as snapshot_of
from runs.charts.trials import Sheet, Trials
from runs.models import ParameterImportance, Run


class Looked(NamedTuple):
    """What a request is about: the run, its trials, and those selected."""

    run: Run
    snapshot: Snapshot
    asked: Asked
    trials: Trials
    importance: ParameterImportance | None

    @property
    def importances(self) -> list[dict[str, Any]]:
        return self.importance.data["parameters"] if self.importance else []

    def sheet(self, figure: Figure) -> Sheet:
        """Return a chart's numbers; what is not known is None."""
        found = figure.sheet(self.trials, self.asked.view, self.importances)
        rows = [[finite(cell) for cell in row] for row in found.rows]
        return Sheet(found.header, rows)

    def reading(self, figure: Figure) -> str:
        return figure.reading(self.trials, self.asked.view, self.importances)

    def readings(self) -> dict[str, str]:
        """Return the readings; those of all trials are remembered with the snapshot."""
        view = self.asked.view
        if not self.asked.selection.is_empty:
            return readings(self.trials, view, self.importances)
        made = self.importance and self.importance.pk
        key = ("readings", view.algorithm, view.x, view.y, view.baseline, made)
        if key not in self.snapshot.made:
            self.snapshot.made[key] = readings(self.trials, view, self.importances)
        remembered: dict[str, str] = self.snapshot.made[key]
        return dict(remembered)


def look(run: Run, query: QueryDict) -> Looked:
    snapshot = snapshot_of(run)
    asked = understand(query, run, snapshot)
    trials = snapshot.trials
    if not asked.selection.is_empty:
        trials = trials.take(asked.selection.mask(trials))
    importance = ready_importance(run, asked.view.algorithm)
    return Looked(run, snapshot, asked, trials, importance)


def finite(cell: object) -> object:
    return None if isinstance(cell, float) and cell != cell else cell
