"""What a model answers for rows: asked for at once, or by a file where they are many."""

import json
import tempfile
import warnings
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal, Self

import pandas as pd
from tqdm.auto import tqdm

from tuneboard_client.errors import FailedError, RowsWarning
from tuneboard_client.frames import Table, as_file, as_rows
from tuneboard_client.resources import Resource, until
from tuneboard_client.transport import Transport

# More go as a file, which a worker predicts.
FEW_ROWS = 2_000
ROWS_AT_ONCE = 1_000
# Of the JSON of a request, half of what the server takes.
BYTES_AT_ONCE = 1_000_000
# Numbers as they were written; pandas 3 reads them so by itself.
EXACT: dict[str, Any] = (
    {} if int(pd.__version__.split(".")[0]) >= 3 else {"float_precision": "round_trip"}
)
Format = Literal["csv", "parquet"]
PREDICTION, PROBABILITY = "prediction", "probability_"
# Of a note about values: taken as missing, taken as unknown.
TAKEN_AS = "; taken as "


def answer_frame(
    transport: Transport, model_id: int, rows: pd.DataFrame
) -> pd.DataFrame:
    """Predict rows, in the way that suits their number.

    Parameters
    ----------
    transport : Transport
        The server.
    model_id : int
        The model.
    rows : DataFrame of shape (n_rows, n_columns)
        With the columns of training; others are left aside.

    Returns
    -------
    DataFrame of shape (n_rows, n_answers)
        With the index of `rows`: ``prediction``, and ``probability_CLASS`` each or the
        bounds of an interval, as `Prediction.frame` names them.
    """
    if not len(rows):
        raise ValueError("There are no rows to predict: the frame is empty (0 rows).")
    if len(rows) <= FEW_ROWS:
        found = pd.DataFrame(answers_at_once(transport, model_id, rows))
    else:
        made = send_file(transport, model_id, rows).wait()
        warn_of(made.notes)
        found = made.frame()
    return found.set_axis(rows.index, axis=0)


def warn_of(notes: Sequence[str]) -> None:
    """Warn of values that were not used as they are.

    Parameters
    ----------
    notes : sequence of str
        What the server says it had to do to rows; of gaps and of columns that the model
        does not use nobody needs to be warned.
    """
    for note in notes:
        if TAKEN_AS in note:
            warnings.warn(note, RowsWarning, stacklevel=4)


def answers_at_once(
    transport: Transport, model_id: int, rows: pd.DataFrame
) -> Iterator[dict[str, Any]]:
    """Predict rows by requests of JSON.

    Parameters
    ----------
    transport : Transport
        The server.
    model_id : int
        The model.
    rows : DataFrame of shape (n_rows, n_columns)
        With the columns of training.

    Yields
    ------
    dict
        The answer of each row, as a line of a frame.
    """
    for chunk in chunks(as_rows(rows)):
        found = ask(transport, model_id, chunk)
        for answer in found["rows"]:
            yield line_of(answer, level=found.get("interval_level"))


def ask(
    transport: Transport,
    model_id: int,
    rows: Sequence[dict[str, Any]],
    *,
    explain: bool = False,
) -> dict[str, Any]:
    """Ask for the answers of some rows; nothing is stored.

    Parameters
    ----------
    transport : Transport
        The server.
    model_id : int
        The model.
    rows : sequence of dict
        Values by column.
    explain : bool, default False
        Whether what moved each answer is wanted, too.

    Returns
    -------
    dict
        The JSON of the API.
    """
    answer = transport.send(
        "POST",
        f"/models/{model_id}/predictions/rows",
        again=True,  # it changes nothing
        json={"rows": rows, "explain": explain},
    )
    return dict(answer.json())


def chunks(rows: Sequence[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Divide rows into what may be asked at once.

    Parameters
    ----------
    rows : sequence of dict
        Values by column.

    Yields
    ------
    list of dict
        The next rows.
    """
    chunk: list[dict[str, Any]] = []
    size = 0
    for row in rows:
        added = len(json.dumps(row))
        if chunk and (len(chunk) == ROWS_AT_ONCE or size + added > BYTES_AT_ONCE):
            yield chunk
            chunk, size = [], 0
        chunk.append(row)
        size += added
    if chunk:
        yield chunk


def line_of(answer: dict[str, Any], *, level: float | None) -> dict[str, Any]:
    """Return the answer of a row as a line of a frame.

    Parameters
    ----------
    answer : dict
        As the API has it.
    level : float or None
        Share of intervals that hold the truth.

    Returns
    -------
    dict
        Values by the names that files of answers have.
    """
    line = {PREDICTION: answer["prediction"]}
    for name, share in (answer.get("probabilities") or {}).items():
        line[f"{PROBABILITY}{name}"] = share
    if level is not None:
        name = f"{100 * level:g}"
        line[f"lower_{name}"], line[f"upper_{name}"] = answer["interval"]
    return line


def send_file(
    transport: Transport,
    model_id: int,
    rows: Table,
    *,
    explain: bool = False,
    output_format: Format = "csv",
) -> "Prediction":
    """Have a file predicted by a worker.

    Parameters
    ----------
    transport : Transport
        The server.
    model_id : int
        The model.
    rows : DataFrame, str or Path
        Rows, or the path of a file.
    explain : bool, default False
        Whether what moved each answer is wanted, too.
    output_format : {'csv', 'parquet'}, default 'csv'
        What the answers are written as.

    Returns
    -------
    Prediction
        Not ready yet.
    """
    with as_file(rows, name="rows") as file:
        path = f"/models/{model_id}/predictions"
        form = {"explain": str(explain).lower(), "output_format": output_format}
        made = transport.create(path, data=form, file=file)
    n_given = len(rows.columns) if isinstance(rows, pd.DataFrame) else 0
    return Prediction.of(transport, {**made, "n_given": n_given})


@dataclass(kw_only=True, eq=False, repr=False)
class Prediction(Resource):
    """A file of rows that a worker predicts.

    Attributes
    ----------
    state : str
        ``waiting``, ``predicting``, ``ready`` or ``failed``.
    n_rows, n_rows_done : int or None
        How many rows there are, and are done.
    error : str
        Why it failed.
    """

    state: str
    n_rows: int | None = None
    n_rows_done: int | None = None
    error: str = ""
    notes: list[str] = field(default_factory=list)
    n_given: int = 0  # columns of the frame that was sent, which come first
    _shown: ClassVar[tuple[str, ...]] = ("state", "n_rows")

    def _path(self) -> str:
        return f"/predictions/{self.id}"

    def wait(self, *, progress: bool = False, timeout: float | None = None) -> Self:
        """Wait until all rows are predicted.

        Parameters
        ----------
        progress : bool, default False
            Whether to show a bar.
        timeout : float, optional
            Seconds after which to give up.

        Returns
        -------
        Prediction
            The same prediction.

        Raises
        ------
        FailedError
            If the rows cannot be predicted; the message says why.
        """
        with tqdm(desc="predict", unit="row", disable=not progress) as bar:
            what = f"Prediction {self.id}"
            for _ in until(self._is_settled, what=what, timeout=timeout):
                self._show(bar)
            self._show(bar)
        if self.state == "failed":
            raise FailedError(f"The rows could not be predicted: {self.error}")
        return self

    def _show(self, bar: "tqdm[Any]") -> None:
        bar.total = self.n_rows
        bar.n = self.n_rows_done or 0
        bar.refresh()

    def download(self, path: str | Path) -> Path:
        """Save the rows with their answers.

        Parameters
        ----------
        path : str or Path
            The file to write, or a folder to write it into.

        Returns
        -------
        Path
            The file.
        """
        return self._transport.download(f"{self._path()}/file", Path(path).expanduser())

    def frame(self) -> pd.DataFrame:
        """Return the answers.

        Returns
        -------
        DataFrame of shape (n_rows, n_answers)
            ``prediction``, and ``probability_CLASS`` of each class or the bounds of
            intervals; behind the columns of the file, if it was a file that was sent.
            Where that has a column of such a name itself, the answer is
            ``prediction_2``, as in the file of answers.
        """
        with tempfile.TemporaryDirectory(prefix="tuneboard-") as folder:
            path = self.download(folder)
            if path.suffix == ".parquet":
                found = pd.read_parquet(path)
            else:
                found = read_answers(path, n_given=self.n_given)
        given = {str(name) for name in found.columns[: self.n_given]}
        answers = found.iloc[:, self.n_given :]
        return answers.rename(columns=lambda name: without_number(name, given))


def without_number(name: str, taken: Collection[str]) -> str:
    """Return what an answer is called where no column that was sent has its name.

    Parameters
    ----------
    name : str
        Its name in a file of answers.
    taken : collection of str
        The names of what was sent.

    Returns
    -------
    str
        Without the number that sets it apart from one of these.
    """
    bare, _, number = name.rpartition("_")
    return bare if number.isdecimal() and bare in taken else name


def read_answers(path: Path, *, n_given: int = 0) -> pd.DataFrame:
    """Read a CSV file of answers.

    Parameters
    ----------
    path : Path
        The file.
    n_given : int, default 0
        How many columns at its beginning are no answers, if that is known.

    Returns
    -------
    DataFrame of shape (n_rows, n_columns)
        Classes are text, also where they look like numbers or like nothing ("NA").
    """
    names = list(pd.read_csv(path, nrows=0).columns)
    added = names[n_given:]
    is_class = any(name.startswith(PROBABILITY) for name in added)
    classes = [n for n in added if n.startswith(PREDICTION)][-1:] if is_class else []
    frame: pd.DataFrame = pd.read_csv(
        path,
        dtype=dict.fromkeys(classes, str),
        keep_default_na=False,
        na_values={name: [""] for name in names if name not in classes},
        **EXACT,
    )
    return frame
