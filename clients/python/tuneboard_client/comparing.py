"""Models side by side, on rows that all of them were evaluated on or predict anew."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from tuneboard_client.decisions import Outcome
from tuneboard_client.errors import FailedError
from tuneboard_client.models import Model
from tuneboard_client.resources import until
from tuneboard_client.transport import Transport

COSTS: dict[Outcome, str] = {
    "false_positive": "cost_fp",
    "false_negative": "cost_fn",
    "true_positive": "cost_tp",
    "true_negative": "cost_tn",
}
VALUE = ("value", "low", "high")


@dataclass(frozen=True)
class Comparison:
    """What the comparison page shows, as numbers.

    Attributes
    ----------
    target : str
        What the models predict.
    rows : str
        Which rows the numbers are of.
    warnings : list of str
        What to know of these rows.
    ranked_by : str
        The metric.
    best : int
        The model that is first.
    tied : list of int
        Models that may as well be the best one.
    sentences : list of str
        What it comes to, in words.
    data : dict
        All of it, as the API has it.
    """

    target: str
    rows: str
    warnings: list[str]
    ranked_by: str
    best: int
    tied: list[int]
    sentences: list[str]
    data: dict[str, Any]

    @property
    def metrics(self) -> pd.DataFrame:
        """The models with their metrics.

        Indexed by the model's number, the best first: ``rank``, ``name``, and of each
        metric ``METRIC`` with the ends of its interval, ``METRIC_low`` and
        ``METRIC_high``.
        """
        lines = []
        for model in self.data["models"]:
            line = {"model": model["id"], "rank": model["rank"], "name": model["name"]}
            for name, found in model["metrics"].items():
                ends = {f"{name}_{end}": found[end] for end in VALUE[1:]}
                line |= {name: found["value"], **ends}
            lines.append(line)
        return pd.DataFrame(lines).set_index("model").sort_values("rank")

    @property
    def parts(self) -> list[str]:
        """The names of the parts that have tables."""
        return [name for name, tables in self.data["tables"].items() if tables]

    def table(self, part: str) -> pd.DataFrame:
        """Return the numbers of a part of the page.

        Parameters
        ----------
        part : str
            One of `parts`.

        Returns
        -------
        DataFrame
            Its most detailed table.

        Raises
        ------
        KeyError
            If there is no such part; the message names those there are.
        """
        if part not in self.parts:
            raise KeyError(f"There is no part {part!r}, only {', '.join(self.parts)}.")
        found = self.data["tables"][part][-1]
        return pd.DataFrame(found["rows"], columns=found["header"])


def compare(
    transport: Transport,
    project_id: int,
    models: Sequence[Model | int],
    *,
    on: int | None,
    metric: str | None,
    threshold: float | None,
    costs: Mapping[Outcome, float] | None,
    timeout: float | None,
) -> Comparison:
    """Compare models; have them predict a common set first where that is asked for.

    Parameters
    ----------
    transport : Transport
        The server.
    project_id : int
        Their project.
    models : sequence of Model or int
        Two to ten of one target.
    on : int or None
        The dataset whose rows all are to predict.
    metric : str or None
        Rank by it.
    threshold : float or None
        Of all models.
    costs : mapping or None
        Of each outcome.
    timeout : float or None
        Seconds after which to give up waiting for a common set.

    Returns
    -------
    Comparison
        The numbers.

    Raises
    ------
    FailedError
        If a model cannot predict the rows; the message says why.
    """
    numbers = numbers_of(models)
    if on is not None:
        predict_set(transport, project_id, numbers, on, timeout=timeout)
    asked: dict[str, Any] = {"models": numbers, "on": on, "metric": metric}
    asked |= {"threshold": threshold}
    asked |= {COSTS[name]: cost for name, cost in (costs or {}).items()}
    found = transport.get(f"/projects/{project_id}/comparison", asked)
    named = {name: found[name] for name in Comparison.__annotations__ if name in found}
    return Comparison(**named, data=found)


def predict_set(
    transport: Transport,
    project_id: int,
    models: list[int],
    dataset_id: int,
    *,
    timeout: float | None,
) -> None:
    """Have models predict rows of a dataset, and wait until they have.

    Parameters
    ----------
    transport : Transport
        The server.
    project_id : int
        Their project.
    models : list of int
        Their numbers.
    dataset_id : int
        The dataset.
    timeout : float or None
        Seconds after which to give up.

    Raises
    ------
    FailedError
        If a model cannot predict them; the message says why.
    """
    path = f"/projects/{project_id}/comparison/sets"
    # Who may only look finds what others have asked for.
    found = transport.get(f"{path}/{dataset_id}", {"models": models})
    if found["state"] in {"missing", "failed"}:
        found = transport.create(path, {"models": models, "on": dataset_id})

    def is_settled() -> bool:
        """Ask again."""
        if found["state"] == "computing":
            found.update(transport.get(f"{path}/{dataset_id}", {"models": models}))
        return bool(found["state"] != "computing")

    what = f"The prediction of dataset {dataset_id} by all models"
    for _ in until(is_settled, what=what, timeout=timeout):
        pass
    if found["state"] != "ready":
        raise FailedError(found["sentence"])


def numbers_of(models: Sequence[Model | int]) -> list[int]:
    """Return the numbers of models.

    Parameters
    ----------
    models : sequence of Model or int
        Models, or their numbers.

    Returns
    -------
    list of int
        Their numbers.
    """
    return [model if isinstance(model, int) else model.id for model in models]
