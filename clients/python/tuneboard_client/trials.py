"""The trials of a run: as frames, and as a file."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from tuneboard_client.frames import flat
from tuneboard_client.steering import Steered

BASELINE = "baseline"


@dataclass(kw_only=True, eq=False, repr=False)
class Tried(Steered):
    """A run, as those see it who look at its trials.

    Attributes
    ----------
    greater_is_better : bool
        Whether a greater value of the metric that ranks is better.
    """

    greater_is_better: bool

    def trials(
        self,
        *,
        order: str = "number",
        algorithm: str | list[str] | None = None,
        state: str | list[str] | None = None,
        **filters: object,
    ) -> pd.DataFrame:
        """Return the trials, the baseline among them.

        Parameters
        ----------
        order : str, default 'number'
            Name of a column; ``-`` before it turns the order.
        algorithm : str or list of str, optional
            Only of these.
        state : str or list of str, optional
            Only these: ``waiting``, ``running``, ``complete``, ``pruned``, ``failed``,
            ``skipped``.
        **filters
            The other filters of the trials page, as ``value_min=0.9`` or
            ``params="max_depth=8"``.

        Returns
        -------
        DataFrame of shape (n_trials, n_fields)
            Indexed by ``number``: ``algorithm``, ``state``, ``value`` and
            ``fold_values`` of the metric that ranks, ``metric_NAME`` of all,
            ``param_NAME``, ``fit_seconds``, ``error``, ...
        """
        asked = {"order": order, "algorithm": algorithm, "state": state, **filters}
        return flat(list(self._transport.pages(f"{self._path()}/trials", asked)))

    def trial(self, number: int) -> dict[str, Any]:
        """Return all that was measured of a trial.

        Parameters
        ----------
        number : int
            Its number in the run.

        Returns
        -------
        dict
            As the API has it: ``fold_metrics``, ``train_metrics``, ``warnings``, ...
        """
        return dict(self._transport.get(f"{self._path()}/trials/{number}"))

    def leaderboard(self, n: int | None = None) -> pd.DataFrame:
        """Return the complete trials, the best first.

        Parameters
        ----------
        n : int, optional
            At most so many.

        Returns
        -------
        DataFrame of shape (n_trials, n_fields)
            As `trials`, without the baseline; ``rank`` from 1 comes first, and columns
            that are empty in all of them are left out.
        """
        found = self.trials(state="complete")
        found = found[found["algorithm"] != BASELINE]
        if found.empty:
            return found
        ranked = found.sort_values(
            "value", ascending=not self.greater_is_better, kind="stable"
        )
        ranked = ranked.head(len(ranked) if n is None else n)
        ranked.insert(0, "rank", range(1, len(ranked) + 1))
        return ranked.dropna(axis="columns", how="all")

    def save_trials(
        self,
        path: str | Path,
        *,
        format: Literal["csv", "parquet"] | None = None,
        order: str = "number",
        algorithm: str | list[str] | None = None,
        state: str | list[str] | None = None,
        **filters: object,
    ) -> Path:
        """Save the trials as a file, with all of their columns.

        Parameters
        ----------
        path : str or Path
            The file to write, or a folder to write it into.
        format : {'csv', 'parquet'}, optional
            What it is to be; else what the name of the file ends with, or CSV. In CSV, a
            text that a spreadsheet would take for a formula has an apostrophe before it.
        order : str, default 'number'
            Name of a column; ``-`` before it turns the order.
        algorithm : str or list of str, optional
            Only of these.
        state : str or list of str, optional
            Only in these states.
        **filters
            The other filters, as `trials` has them.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        ValueError
            If the name ends with something else and no format is given.
        """
        target = Path(path).expanduser()
        ending = "" if target.is_dir() else target.suffix.lower()
        if format is None and ending not in {"", ".csv", ".parquet"}:
            raise ValueError(
                f"Trials are saved as .csv or .parquet, not as {ending}: change the "
                "name, or choose format='csv' or format='parquet'."
            )
        kind = format or ("parquet" if ending == ".parquet" else "csv")
        asked = {"order": order, "algorithm": algorithm, "state": state, **filters}
        return self._transport.download(
            f"{self._path()}/trials/file", target, {**asked, "format": kind}
        )
