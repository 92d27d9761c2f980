"""What the address of a comparison asks for: models, threshold, costs, metric, class."""

import math
from dataclasses import dataclass, field

from django.http import QueryDict

from runs.addresses import whole_number

LEAST, MOST = 2, 10
COST_FIELDS = {
    "cost_fp": "A false alarm costs",
    "cost_fn": "A missed row costs",
    "cost_tp": "A row found costs",
    "cost_tn": "A row left alone costs",
}


class CompareError(ValueError):
    """These models cannot be compared; the message says why, and what to do."""


class OtherRowsError(CompareError):
    """The models' own rows cannot be compared, but rows that all predict anew can."""


@dataclass(frozen=True)
class Asked:
    """The state of the page, as its address has it."""

    models: list[int]
    threshold: float | None = None
    costs: dict[str, float] = field(default_factory=dict)  # by field; empty: none asked
    metric: str = ""
    label: str = ""  # a class; empty: the mean over all
    on: int | None = None  # the dataset of a common evaluation set
    problems: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        """Return the query that names the models and the rows, and nothing else."""
        chosen = "models=" + ",".join(map(str, self.models))
        return chosen if self.on is None else f"{chosen}&on={self.on}"

    @property
    def changes_decisions(self) -> bool:
        return self.threshold is not None or bool(self.costs)


def chosen_models(query: QueryDict) -> list[int]:
    """Return the models that an address names, `models=3,5,9`, each once."""
    numbers = [n for n in map(whole_number, words(query)) if n is not None]
    return list(dict.fromkeys(numbers))


def words(query: QueryDict) -> list[str]:
    parts = (w.strip() for text in query.getlist("models") for w in text.split(","))
    return [word for word in parts if word]


def read(query: QueryDict) -> Asked:
    """Read an address; what makes no sense is told, and left out."""
    problems: list[str] = []
    odd = [w for w in words(query) if whole_number(w) is None]
    if odd:
        problems.append(f"“{odd[0][:20]}” names no model: write models=3,5,9.")
    threshold = number(query, "threshold", "the threshold", problems)
    if threshold is not None and not 0 <= threshold <= 1:
        problems.append(
            f"A threshold of {threshold:g} was left out: it is a probability, 0 to 1."
        )
        threshold = None
    costs = {
        name: cost
        for name, label in COST_FIELDS.items()
        if (cost := number(query, name, f"“{label}”", problems)) is not None
    }
    return Asked(
        models=chosen_models(query),
        threshold=threshold,
        costs=costs,
        metric=query.get("metric", ""),
        label=query.get("class", ""),
        on=whole_number(query.get("on", "")),
        problems=problems,
    )


def number(query: QueryDict, name: str, what: str, problems: list[str]) -> float | None:
    text = query.get(name, "").strip()
    if not text:
        return None
    try:
        found = float(text)
    except ValueError:
        found = math.nan
    if math.isfinite(found) and abs(found) <= 1e12:
        return found
    problems.append(f"“{text[:20]}” was left out: {what} is a number.")
    return None


def check_number(models: list[int]) -> None:
    if len(models) < LEAST:
        start = "No model is chosen" if not models else "One model is chosen"
        raise CompareError(
            f"{start}: a comparison needs {LEAST} to {MOST} of one target."
        )
    if len(models) > MOST:
        raise CompareError(
            f"{len(models)} models are chosen, and {MOST} are the most that can be "
            "compared at once: leave some out."
        )
