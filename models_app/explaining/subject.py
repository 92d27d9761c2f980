"""A model and the rows it is explained on."""

from typing import TYPE_CHECKING

from models_app import artifacts
from models_app.enums import Rows
from models_app.models import Computation
from models_app.training_rows import background_rows, kind_of
from runs.training_data import TrainingData, load_training_data

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from models_app.explanation.prepared import Encoded

# Rows that are looked at, at most.
MAX_ROWS = 2_000


class Subject:
    """A model and the rows it is explained on."""

    def __init__(self, computation: Computation) -> None:
        from models_app.explanation.prepared import Prepared
        from models_app.explanation.sizes import sample

        model = computation.model
        self.run = model.run
        self.bundle = artifacts.load_bundle(model)
        self.data: TrainingData = load_training_data(self.run)
        self.names = [column["name"] for column in self.bundle["columns"]]
        self.prepared: Prepared = Prepared(self.bundle["pipeline"], self.names)
        has_holdout = bool(len(self.data.holdout_rows))
        self.rows = Rows.HOLDOUT if has_holdout else Rows.TRAINING
        among = self.data.holdout_rows if has_holdout else self.data.train_rows
        self.positions = among[sample(len(among), MAX_ROWS)]
        self.X: pd.DataFrame = self.data.rows(self.positions)
        self.y = self.data.y[self.positions]
        self.encoded: Encoded = self.prepared.prepare(self.X)
        labels, positive = self.bundle["labels"], self.bundle["positive_class"]
        self.positive = labels.index(positive) if positive in labels else 1
        # Of two classes one is explained: the other is its mirror.
        self.outputs = [labels[self.positive]] if len(labels) == 2 else labels
        self.kinds = [kind_of(self.X[name]) for name in self.names]

    def background(self) -> "Encoded":
        """Prepare the training rows that others are explained against."""
        return self.prepared.prepare(background_rows(self.data))

    def output(self, encoded: "Encoded") -> "np.ndarray":
        """Return the outputs that are explained: one of two classes."""
        found = self.prepared.output(encoded)
        two = len(self.prepared.classes) == 2
        return found[:, [self.positive]] if two else found
