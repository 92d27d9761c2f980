"""Models: asked, looked at, taken away."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, Self

import pandas as pd

from tuneboard_client import answers
from tuneboard_client.answers import PREDICTION, PROBABILITY, Format, Prediction
from tuneboard_client.decisions import Decided
from tuneboard_client.errors import FailedError
from tuneboard_client.exports import Kind, list_exports, save_export
from tuneboard_client.frames import Table, as_rows, cell
from tuneboard_client.resources import until


@dataclass(kw_only=True, eq=False, repr=False)
class Model(Decided):
    """A trial's combination, fitted on all rows that trials may see.

    Attributes
    ----------
    run, trial : int
        Where it comes from; `trial` is the trial's number.
    algorithm : str
        Its name.
    params : dict
        Its parameters.
    state : str
        ``waiting``, ``fitting``, ``fitted``, ``evaluating``, ``ready`` or ``failed``.
    error : str
        Why it failed.
    value : float
        Mean over the folds, of the metric of its run.
    metrics : dict of str to float
        On `n_rows` rows, which `rows` says.
    rows : str
        ``holdout``, ``out_of_fold`` or ``training``.
    """

    run: int
    trial: int
    algorithm: str
    params: dict[str, Any]
    state: str
    error: str
    value: float
    metrics: dict[str, float | None]
    rows: str
    n_rows: int | None
    fit_seconds: float | None
    predict_seconds: float | None
    size_bytes: int | None
    created_at: datetime
    _artifacts: list[dict[str, Any]] | None = None  # lists of models leave them out
    _shown: ClassVar[tuple[str, ...]] = ("algorithm", "state", "value")

    def _path(self) -> str:
        return f"/models/{self.id}"

    @property
    def is_ready(self) -> bool:
        """Whether it can predict."""
        return self.state == "ready"

    def wait(self, *, timeout: float | None = None) -> Self:
        """Wait until it can predict.

        Parameters
        ----------
        timeout : float, optional
            Seconds after which to give up.

        Returns
        -------
        Model
            The same model.

        Raises
        ------
        FailedError
            If it cannot be fitted; the message says why.
        """
        for _ in until(self._is_settled, what=f"Model {self.id}", timeout=timeout):
            pass
        if self.state == "failed":
            raise FailedError(f"Model {self.id} could not be fitted: {self.error}")
        return self

    # --- Answers ------------------------------------------------------------------

    def answer(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Predict rows, with everything that the model says of them.

        Up to some thousand rows are answered at once; more are sent as a file.

        Parameters
        ----------
        rows : DataFrame of shape (n_rows, n_columns)
            With the columns of training, in any order.

        Returns
        -------
        DataFrame of shape (n_rows, n_answers)
            With the index of `rows`: ``prediction``, and ``probability_CLASS`` of each
            class, or for regression the bounds of an interval.

        Raises
        ------
        InvalidRequestError
            If the rows lack a column; ``errors`` names it.
        """
        return answers.answer_frame(self._transport, self.id, rows)

    def predict(self, rows: pd.DataFrame) -> "pd.Series[Any]":
        """Predict rows.

        Parameters
        ----------
        rows : DataFrame of shape (n_rows, n_columns)
            With the columns of training, in any order.

        Returns
        -------
        Series of shape (n_rows,)
            Classes as text, by the model's threshold if it has one; or numbers.
        """
        return self.answer(rows)[PREDICTION]

    def predict_proba(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Tell how probable each class is.

        Parameters
        ----------
        rows : DataFrame of shape (n_rows, n_columns)
            With the columns of training, in any order.

        Returns
        -------
        DataFrame of shape (n_rows, n_classes)
            A column for each class, named by it.

        Raises
        ------
        TypeError
            If the model predicts a number.
        """
        found = self.answer(rows)
        names = [name for name in found if str(name).startswith(PROBABILITY)]
        if not names:
            raise TypeError(
                f"Model {self.id} predicts a number and has no probabilities: use "
                "predict(), or answer() for its interval."
            )
        return found[names].rename(columns=lambda n: n.removeprefix(PROBABILITY))

    def explain(self, rows: pd.DataFrame) -> list[dict[str, Any]]:
        """Tell what moved the answers of a few rows.

        Parameters
        ----------
        rows : DataFrame of shape (n_rows, n_columns)
            At most some hundred.

        Returns
        -------
        list of dict
            The answer of each row; ``explanation`` has the contribution of each column.
        """
        given = as_rows(rows)
        found = answers.ask(self._transport, self.id, given, explain=True)
        return list(found["rows"])

    def what_if(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """Answer one row, with what moved it away from the usual answer.

        Parameters
        ----------
        row : mapping
            Values by column.

        Returns
        -------
        dict
            The JSON of the API.
        """
        body = {"row": {str(name): cell(value) for name, value in row.items()}}
        answer = self._transport.send(
            "POST", f"{self._path()}/what-if", again=True, json=body
        )
        return dict(answer.json())

    def predict_file(
        self, rows: Table, *, explain: bool = False, output_format: Format = "csv"
    ) -> Prediction:
        """Have many rows predicted by a worker.

        Parameters
        ----------
        rows : DataFrame, str or Path
            Rows, or the path of a file of any kind that can be uploaded.
        explain : bool, default False
            Whether what moved each answer is written beside it.
        output_format : {'csv', 'parquet'}, default 'csv'
            What the answers are written as.

        Returns
        -------
        Prediction
            ``prediction.wait().download(path)``.
        """
        return answers.send_file(
            self._transport,
            self.id,
            rows,
            explain=explain,
            output_format=output_format,
        )

    def predictions(self) -> list[Prediction]:
        """Return the files that were predicted, the newest first.

        Returns
        -------
        list of Prediction
            Also those of others.
        """
        found = self._transport.pages(f"{self._path()}/predictions")
        return [Prediction.of(self._transport, one) for one in found]

    # --- What is known of it, and taking it away ------------------------------------

    @property
    def artifacts(self) -> list[dict[str, Any]]:
        """What is stored of it, with the ``kind`` of each; asked for if need be."""
        if self._artifacts is None:
            self._artifacts = self._transport.get(self._path())["artifacts"]
        return self._artifacts

    @classmethod
    def _known(cls, found: Mapping[str, Any]) -> dict[str, Any]:
        stored = {"_artifacts": found["artifacts"]} if "artifacts" in found else {}
        return super()._known(found) | stored

    def artifact(self, kind: str) -> Any:  # noqa: ANN401
        """Return the numbers of an evaluation or explanation.

        Parameters
        ----------
        kind : str
            One of those in `artifacts`, as ``confusion``, ``roc``, ``permutation``.

        Returns
        -------
        object
            The JSON of the API.
        """
        return self._transport.get(f"{self._path()}/artifacts/{kind}")

    def download(self, path: str | Path) -> Path:
        """Save the fitted pipeline, as joblib reads it.

        Parameters
        ----------
        path : str or Path
            The file to write, or a folder to write it into.

        Returns
        -------
        Path
            The file. Reading it runs what is in it: read files of your own server only.
        """
        return self._transport.download(f"{self._path()}/file", Path(path).expanduser())

    def exports(self) -> dict[str, dict[str, Any]]:
        """Return what the model can be taken away as.

        Returns
        -------
        dict of str to dict
            By kind: its ``state``, and the ``checks`` of a comparison with the model.
        """
        return list_exports(self._transport, self.id)

    def export(
        self,
        kind: Kind,
        path: str | Path,
        *,
        timeout: float | None = None,
    ) -> Path:
        """Save the model as a file of a kind; it is written first if need be.

        Parameters
        ----------
        kind : {'joblib', 'skops', 'onnx', 'folder', 'recipe'}
            What it is to be: ``folder`` runs by itself, ``recipe`` is the program that
            makes the model again.
        path : str or Path
            The file to write, or a folder to write it into.
        timeout : float, optional
            Seconds after which to give up.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        FailedError
            If the model cannot be written so; the message says why.
        """
        return save_export(
            self._transport, self.id, kind, Path(path).expanduser(), timeout=timeout
        )
