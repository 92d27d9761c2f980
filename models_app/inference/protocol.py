"""What the client and the server of inference say to each other, and where."""

from typing import Any, TypedDict

# Requests are a list that any number of servers take from; each answer is a list of its
# own with one item, which goes by itself if nobody fetches it.
REQUESTS = "tuneboard:inference:requests"
ANSWERS = "tuneboard:inference:answers:"
ALIVE = "tuneboard:inference:alive"
ALIVE_SECONDS = 10
# What stands there while a server reads its libraries; afterwards the time.
STARTING = "starting"
ANSWER_SECONDS = 60
# A request is a handful of rows; a file of rows is a task of the workers.
MAX_ROWS = 1_000


class Request(TypedDict):
    """One question about a model, in JSON."""

    id: str
    model: int
    file: str  # of its pipeline: a name is never used twice
    threshold: float | None
    rows: list[dict[str, Any]]
    explain: bool
    curves: list[str]  # columns whose individual curve is wanted for the first row
    row: str  # an evaluated row to begin with: its number, "first", "random" or "worst"; or ""
    until: float  # seconds since the epoch; later nobody waits any more


class Explanation(TypedDict):
    """What moved one answer: base + the sum over the columns = output, for each class.

    With two classes there is one list, of the positive class.
    """

    space: str  # "probability", "log-odds" or "value"
    method: str  # which explainer, in words
    labels: list[str]  # of the outputs that are explained
    base: list[float]
    output: list[float]
    values: list[list[float]]  # an output a row, a column of the table a number
    columns: list[str]


class Curve(TypedDict):
    """The answers for one row if only this column were another."""

    column: str
    kind: str  # "number", "date" or "category"
    grid: list[Any]  # numbers, or labels of categories
    outputs: list[list[float]]  # a class (or the number) a row, a grid value a number


class EvaluatedRow(TypedDict):
    """A row of the table that the model was evaluated on."""

    number: int  # in the uploaded table, from 1
    values: dict[str, Any]  # as JSON has them
    actual: Any  # label, or number


class Place(TypedDict):
    """What is wrong with one value of a request's rows (see `scoring.schema.Place`)."""

    row: int
    column: str
    detail: str


class Refusal(TypedDict):
    """Why there is no answer; with places it is a fault of the rows."""

    error: str
    places: list[Place]


class Answer(TypedDict):
    """Predictions for the rows of a request, in their order."""

    predictions: list[Any]  # labels as text, or numbers
    probabilities: list[list[float]] | None  # a label a number
    labels: list[str]
    notes: list[str]  # what had to be done to the rows
    explanations: list[Explanation]
    curves: list[Curve]
    row: EvaluatedRow | None
    seconds: float  # that the server worked on it
