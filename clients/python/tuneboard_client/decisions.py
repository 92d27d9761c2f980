"""What is decided about a model: its stage, and how its predictions are told."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypedDict, Unpack

import pandas as pd

from tuneboard_client.resources import Resource

Stage = Literal["candidate", "champion", "archived"]
Outcome = Literal["false_positive", "false_negative", "true_positive", "true_negative"]


class Choices(TypedDict, total=False):
    """What can be decided of a model's predictions; what is left out stays."""

    threshold: float | None
    costs: Mapping[Outcome, float]
    recalibration: Literal["", "sigmoid", "isotonic"]


class Decision(TypedDict):
    """What was decided of a model's predictions."""

    threshold: float | None
    costs: dict[str, float]
    recalibration: str
    notes: list[str]


@dataclass(kw_only=True, eq=False, repr=False)
class Decided(Resource):
    """A model, as those see it who decide about its use.

    Attributes
    ----------
    stage : {'candidate', 'champion', 'archived'}
        What it is used for.
    """

    stage: Stage = "candidate"

    def set_stage(self, stage: Stage, *, note: str = "") -> dict[str, Any] | None:
        """Give the model a stage.

        Of a project's models of a target one is the champion: the earlier one is a
        candidate again.

        Parameters
        ----------
        stage : {'candidate', 'champion', 'archived'}
            The stage from now on.
        note : str, default ''
            Why; kept with the change.

        Returns
        -------
        dict or None
            The change, as `stages` has it; None if it was so already.
        """
        body = {"stage": stage, "note": note}
        answer = self._transport.send("PUT", f"{self._path()}/stage", json=body).json()
        self.stage = answer["stage"]
        change: dict[str, Any] | None = answer["change"]
        return change

    def stages(self) -> pd.DataFrame:
        """Return who gave the model which stage, when and why.

        Returns
        -------
        DataFrame of shape (n_changes, 5)
            The latest first: ``before``, ``after``, ``note``, ``created_by``,
            ``created_at``.
        """
        found = list(self._transport.pages(f"{self._path()}/stages"))
        names = ["before", "after", "note", "created_by", "created_at"]
        frame = pd.DataFrame(found, columns=names)
        at = pd.to_datetime(frame["created_at"], utc=True, format="ISO8601")
        return frame.assign(created_at=at)

    def decision(self) -> Decision:
        """Return what was decided of the model's predictions.

        Returns
        -------
        dict
            ``threshold``, ``costs``, ``recalibration``, and ``notes``, which say how its
            predictions differ from what the pipeline says by itself.
        """
        found: Decision = self._transport.get(f"{self._path()}/decision")
        return found

    def decide(self, **choices: Unpack[Choices]) -> Decision:
        """Decide how the model's predictions are told: all that is asked for, or nothing.

        Parameters
        ----------
        **choices
            ``threshold``: of two classes, the probability from which on the positive one
            is answered, None for the more probable class; ``costs`` of each outcome;
            ``recalibration`` of the probabilities, empty for none.

        Returns
        -------
        dict
            As `decision`.
        """
        path = f"{self._path()}/decision"
        found: Decision = self._transport.send("PUT", path, json=choices).json()
        return found
