"""A piece of advice."""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Advice:
    """Something to know of a table, and what can be done about it.

    Attributes
    ----------
    code : str
        What it is about: "identifier", "leak", "leak_sum", "duplicates", "conflicts",
        "near_constant", "all_missing", "mostly_missing", "imbalance", "time_order",
        "groups", "few_rows", "mixed_types", "outliers", "many_categories" or
        "skewed_target".
    level : {"warning", "info"}
        A warning says that results may be wrong, an info that they may be better.
    title : str
        A few words.
    text : str
        One or two sentences with the evidence in numbers.
    columns : tuple of str
        The columns it is about, none if it is about rows.
    remedy : dict or None
        What one click does. ``action`` is one of

        - "exclude": do not predict from ``columns``
        - "set_kind": ``kinds``, a mapping from names to kinds
        - "drop_duplicates": keep the first of equal rows
        - "scheme": the run's ``scheme`` and ``split_column``
        - "metric": the run's ``scoring``
        - "preset": the run's ``preset`` and ``scoring``
        - "folds": the run's ``n_splits``
        - "missing": read ``tokens`` as missing, too

        and names besides "action" are those of the run's configuration.
    """

    code: str
    level: Literal["warning", "info"]
    title: str
    text: str
    columns: tuple[str, ...] = ()
    remedy: dict[str, Any] | None = field(default=None, hash=False)

    @property
    def key(self) -> str:
        """Name the advice, the same whenever it is given about the same columns."""
        return ":".join([self.code, *self.columns])

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON can hold it.

        Returns
        -------
        dict
            All attributes and ``key``.
        """
        return {**asdict(self), "columns": list(self.columns), "key": self.key}
