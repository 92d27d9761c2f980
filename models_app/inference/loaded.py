"""One model in memory, ready to answer about rows."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from models_app.artifacts import Bundle
from models_app.inference.evaluated import Evaluated
from models_app.inference.protocol import Curve, Explanation
from models_app.models import ModelMeta

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from models_app.explanation.prepared import Encoded
    from models_app.explanation.shapley import Explainer
    from models_app.scoring.rows import Taken

Row = Mapping[str, Any]
# What a person who moves a value is willing to wait for.
EXPLAIN_SECONDS = 0.08


class Loaded:
    """Answers about rows, by the numbers the pipeline itself gives."""

    def __init__(self, bundle: Bundle, *, model: ModelMeta) -> None:
        from models_app.explanation.prepared import Prepared
        from models_app.explanation.quick import QuickRows

        self.bundle = bundle
        self.size_bytes = model.size_bytes or 0
        self.evaluated = Evaluated(model, bundle)
        self._curves: dict[str, Any] = {}
        self.names = [column["name"] for column in bundle["columns"]]
        self.prepared = Prepared(bundle["pipeline"], self.names)
        self.quick = QuickRows(
            self.prepared, bundle["columns"], bundle["categories"], self.frame
        )
        self._seen = {n: set(v) for n, v in bundle["categories"].items()}
        positive, labels = bundle["positive_class"], bundle["labels"]
        self.positive = labels.index(positive) if positive in labels else 1
        self.output(self.encode([dict.fromkeys(self.names)])[0])  # first calls are slow

    # --- Rows ---------------------------------------------------------------------

    def frame(self, rows: Sequence[Row]) -> "pd.DataFrame":
        return self.coerced(rows).X

    def coerced(self, rows: Sequence[Row]) -> "Taken":
        from models_app.scoring.rows import take_rows
        from models_app.scoring.schema import columns_of

        bundle = self.bundle
        return take_rows(
            rows,
            columns_of(bundle["columns"]),
            categories=bundle["categories"],
            target=bundle["target"],
        )

    def encode(self, rows: Sequence[Row]) -> "tuple[Encoded, list[str]]":
        """Prepare rows; say what had to be done to them."""
        from models_app.scoring.rows import trimmed

        rows = trimmed(rows)
        try:
            encoded = self.quick.encode(rows)
        except OverflowError:  # a number without end: what reads rows in full says so
            encoded = None
        if encoded is not None:
            return encoded, self.notes(rows)
        X, notes = self.coerced(rows)
        encoded = self.prepared.prepare(X)
        self.quick.remember(rows, encoded)
        return encoded, notes

    def notes(self, rows: Sequence[Row]) -> list[str]:
        """Say what is missing or was never seen in rows that came in the right types.

        In the words of `scoring.schema`, which needs tens of milliseconds for a frame.
        """
        from models_app.scoring.schema import missing_note, unseen_note

        notes = []
        gone = {n: sum(row[n] is None for row in rows) for n in self.names}
        gone = {name: n for name, n in gone.items() if n}
        if gone:
            n_lacking = sum(None in row.values() for row in rows)
            notes.append(missing_note(gone, n_lacking, len(rows)))
        unseen = {
            name: [
                r[name] for r in rows if r[name] is not None and r[name] not in known
            ]
            for name, known in self._seen.items()
        }
        unseen = {name: values for name, values in unseen.items() if values}
        if unseen:
            counts = {name: len(values) for name, values in unseen.items()}
            some = {name: [str(values[0])] for name, values in unseen.items()}
            notes.append(unseen_note(counts, some, len(rows)))
        return notes

    # --- Answers ------------------------------------------------------------------

    def output(self, encoded: "Encoded") -> "np.ndarray":
        return self.prepared.output(encoded)

    def predictions(self, output: "np.ndarray", threshold: float | None) -> list[Any]:
        """Return labels or numbers; of two classes by the model's threshold, if set."""
        labels = self.bundle["labels"]
        if not labels:
            return [float(value) for value in output[:, 0]]
        from models_app.evaluation.deciding import decide

        codes = decide(output, positive=self.positive, threshold=threshold)
        return [labels[code] for code in codes]

    # --- Why ----------------------------------------------------------------------

    @cached_property
    def explainer(self) -> "Explainer":
        """The explainer of the model's family; read once, with the rows it needs."""
        from models_app.explanation.sampled import SampledShap
        from models_app.explanation.shapley import explainer_for

        explainer = explainer_for(
            self.prepared,
            self.evaluated.background(self.prepared),
            positive=self.positive,
        )
        if isinstance(explainer, SampledShap):
            some = self.evaluated.background(self.prepared)()
            explainer.adapt(some, seconds=EXPLAIN_SECONDS, n_rows=1)
        return explainer

    def warm(self) -> None:
        """Do what the first explanation needs besides the model."""
        self.explanations(self.encode([dict.fromkeys(self.names)])[0])

    def explanations(self, encoded: "Encoded") -> list[Explanation]:
        explainer, labels = self.explainer, self.bundle["labels"]
        values = explainer.values(encoded)
        shown = [labels[self.positive]] if len(labels) == 2 else labels
        return [
            {
                "space": explainer.space,
                "method": explainer.method,
                "labels": shown,
                "base": explainer.base.tolist(),
                "output": (explainer.base + row.sum(axis=0)).tolist(),
                "values": row.T.tolist(),
                "columns": self.names,
            }
            for row in values
        ]

    def curve(self, encoded: "Encoded", name: str) -> Curve | None:
        """Answer the first row with other values of one column."""
        from models_app.explanation.dependence import individual
        from models_app.explanation.prepared import rows_of

        if name not in self.names:
            return None
        if name not in self._curves:
            self._curves[name] = self.evaluated.grid(self.prepared, name)
        kind, grid, values = self._curves[name]
        if not grid:
            return None
        first = rows_of(encoded, slice(0, 1))
        found = individual(self.prepared, first, self.names.index(name), values)[0]
        if len(self.prepared.classes) == 2:
            found = found[:, [self.positive]]
        return {"column": name, "kind": kind, "grid": grid, "outputs": found.T.tolist()}
