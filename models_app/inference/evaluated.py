"""The rows a model was evaluated on, as a person begins with one of them."""

import random
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any

from models_app.answers import read_answers
from models_app.artifacts import Bundle
from models_app.inference.protocol import EvaluatedRow
from models_app.models import ModelMeta
from models_app.training_rows import background_rows, cells, kind_of
from runs.training_data import TrainingData, load_training_data

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from models_app.explanation.prepared import Encoded, Prepared

GRID_ROWS = 2_000


class NoSuchRowError(Exception):
    """The table has no such row, or the model was not evaluated on it."""


class Evaluated:
    """The table of a model's run; read when somebody asks for a row."""

    def __init__(self, model: ModelMeta, bundle: Bundle) -> None:
        self.model = model
        self.bundle = bundle

    @cached_property
    def data(self) -> TrainingData:
        return load_training_data(self.model.run)

    @property
    def positions(self) -> "np.ndarray":
        data = self.data
        return data.holdout_rows if len(data.holdout_rows) else data.train_rows

    def background(self, prepared: "Prepared") -> "Callable[[], Encoded]":
        return lambda: prepared.prepare(background_rows(self.data))

    def row(self, which: str) -> EvaluatedRow:
        """Return an evaluated row by its number in the table, or a random or the worst."""
        position = self._position(which)
        frame = self.data.rows(self._array([position]))
        y = self.data.y[position]
        labels = self.bundle["labels"]
        return {
            "number": int(self.data.known[position]) + 1,
            "values": {str(name): plain(frame[name]) for name in frame.columns},
            "actual": labels[int(y)] if labels else float(y),
        }

    def _array(self, values: list[int]) -> "np.ndarray":
        import numpy as np  # noqa: PLC0415

        return np.asarray(values)

    def _position(self, which: str) -> int:
        import numpy as np  # noqa: PLC0415

        if which == "first":
            return int(self.positions[0])
        if which == "random":
            return int(random.choice(self.positions))  # noqa: S311
        if which == "worst":
            return self._worst()
        found = np.flatnonzero(self.data.known == int(which) - 1)
        if not len(found):
            raise NoSuchRowError(
                f"Row {which} is not in the table, or its target is not known."
            )
        return int(found[0])

    def _worst(self) -> int:
        import numpy as np  # noqa: PLC0415

        answers = read_answers(self.model)
        if answers is None:
            raise NoSuchRowError("Which row is worst is not known of this model.")
        if answers.probabilities is None:
            loss = np.abs(answers.predicted - answers.y)
        else:
            loss = -answers.probabilities[
                np.arange(len(answers.y)), answers.y.astype(int)
            ]
        return int(answers.positions[int(np.argmax(loss))])

    def grid(
        self, prepared: "Prepared", name: str
    ) -> "tuple[str, list[Any], Encoded | None]":
        """Return the kind, the values of a column to look at, and these prepared."""
        from models_app.explanation.dependence import grid_of, with_values
        from models_app.explanation.sizes import sample

        rows = self.positions[sample(len(self.positions), GRID_ROWS)]
        column = self.data.read([name], rows)[name]
        kind = kind_of(column)
        grid = grid_of(column, is_numeric=kind != "category")
        first = self.data.rows(rows[:1])
        [values] = with_values(prepared, first, [name], [grid])
        return kind, cells(grid.points, kind), values if len(grid.points) else None


def plain(column: "pd.Series") -> Any:  # noqa: ANN401
    """Return the only value of a column as JSON has it."""
    from runs.tables.labels import label

    [value] = column.tolist()
    if column.isna().iloc[0]:
        return None
    if column.dtype.kind in "iufb":
        return value
    if column.dtype.kind in "mM":
        return label(value)
    return value if isinstance(value, (str, int, float, bool)) else str(value)
