"""The models of a project: ranked, the champion among them, and side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from tuneboard_client import comparing
from tuneboard_client.comparing import Comparison
from tuneboard_client.datasets import Dataset
from tuneboard_client.decisions import Outcome, Stage
from tuneboard_client.errors import NotFoundError, Problem
from tuneboard_client.models import Model
from tuneboard_client.resources import Resource


@dataclass(kw_only=True, eq=False, repr=False)
class Ranked(Resource):
    """A project, as those see it who choose among its models."""

    def leaderboard(
        self,
        *,
        target: str | None = None,
        stage: Stage | Literal["all"] | None = None,
        sort: str | None = None,
        **filters: object,
    ) -> pd.DataFrame:
        """Return the models that can predict, target by target, the best first.

        Parameters
        ----------
        target : str, optional
            Only of this target.
        stage : {'candidate', 'champion', 'archived', 'all'}, optional
            Only in this stage; else all that are not archived.
        sort : str, optional
            As on the page of the leaderboard; ``-`` before it turns the order.
        **filters
            Its other filters: ``dataset``, ``run`` and ``algorithm``.

        Returns
        -------
        DataFrame of shape (n_models, n_fields)
            Indexed by ``model``, its number: ``rank``, ``target``, ``fold_score``,
            ``measured``, ``stage``, ...
        """
        asked = {"target": target, "stage": stage, "sort": sort, **filters}
        found = list(self._transport.pages(f"{self._path()}/leaderboard", asked))
        if not found:
            return pd.DataFrame({"model": []}).set_index("model")
        frame = pd.DataFrame(found).drop(columns="url").set_index("model")
        at = pd.to_datetime(frame["created_at"], utc=True, format="ISO8601")
        return frame.assign(created_at=at)

    def champion(self, target: str) -> Model:
        """Return the model that is used for a target.

        Parameters
        ----------
        target : str
            The column that it predicts.

        Returns
        -------
        Model
            The champion; ``model.set_stage("champion")`` makes one.

        Raises
        ------
        NotFoundError
            If no model of the target is one.
        """
        asked = {"target": target, "stage": "champion", "limit": 1}
        path = f"{self._path()}/leaderboard"
        for one in self._transport.get(path, asked)["items"]:
            found = self._transport.get(f"/models/{one['model']}")
            return Model.of(self._transport, found)
        raise NotFoundError(
            Problem(
                status=404,
                title="Not found",
                detail=f"No model of “{target}” is champion: model.set_stage() makes one.",
            )
        )

    def compare(
        self,
        models: Sequence[Model | int],
        *,
        on: Dataset | int | None = None,
        metric: str | None = None,
        threshold: float | None = None,
        costs: Mapping[Outcome, float] | None = None,
        timeout: float | None = None,
    ) -> Comparison:
        """Compare models, on the rows they have in common or on those of a dataset.

        Parameters
        ----------
        models : sequence of Model or int
            Two to ten of one target.
        on : Dataset or int, optional
            A dataset whose rows all are to predict: for models of different tables. They
            are waited for.
        metric : str, optional
            Rank by it.
        threshold : float, optional
            Of all models, for this comparison.
        costs : mapping, optional
            What each outcome costs, as ``{"false_positive": 1, "false_negative": 5}``.
        timeout : float, optional
            Seconds after which to give up waiting for the rows of `on`.

        Returns
        -------
        Comparison
            ``comparison.metrics`` is a frame, ``comparison.sentences`` say what it comes
            to.

        Raises
        ------
        FailedError
            If a model cannot predict the rows of `on`; the message says why.
        """
        return comparing.compare(
            self._transport,
            self.id,
            models,
            on=on.id if isinstance(on, Dataset) else on,
            metric=metric,
            threshold=threshold,
            costs=costs,
            timeout=timeout,
        )

    def evaluation_sets(self, models: Sequence[Model | int]) -> list[dict[str, Any]]:
        """Return the datasets whose rows models can be compared on, the fairest first.

        These are the ones with the most rows that no model has learnt from.

        Parameters
        ----------
        models : sequence of Model or int
            Two to ten of one target.

        Returns
        -------
        list of dict
            Each with ``dataset``, its number, for `compare`; ``name``, ``n_rows``,
            ``n_learners``: of the models, how many have learnt from it, and ``n_unseen``:
            rows that none has learnt from, at most so many.
        """
        asked = {"models": comparing.numbers_of(models)}
        found = self._transport.get(f"{self._path()}/comparison/sets", asked)
        return list(found["items"])
