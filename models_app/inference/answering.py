"""Answers to the requests about one model that wait together."""

import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from models_app.inference.evaluated import NoSuchRowError
from models_app.inference.loaded import Loaded
from models_app.inference.protocol import Answer, EvaluatedRow, Place, Refusal, Request

if TYPE_CHECKING:
    from models_app.explanation.prepared import Encoded


def answers(
    loaded: Loaded, requests: Sequence[Request]
) -> Iterator[tuple[Request, Answer | Refusal]]:
    """Answer each request; the rows of all are predicted together.

    A request whose rows cannot be read gets a refusal, the others answers.
    """
    import numpy as np  # noqa: PLC0415 - the web process never calls this

    started = time.perf_counter()
    readable: list[Readable] = []
    for request in requests:
        found = read(loaded, request)
        if isinstance(found, dict):
            yield request, found
        else:
            readable.append(found)
    asked = [one.encoded for one in readable if one.request["rows"]]
    output: Any = np.empty((0, loaded.prepared.n_outputs))
    if asked:
        parts = zip(*asked, strict=True)
        output = loaded.output([np.concatenate(part) for part in parts])
    start = 0
    for one in readable:
        request = one.request
        stop = start + len(request["rows"])
        answer = answer_of(loaded, request, output[start:stop], one.notes)
        start = stop
        answer["row"] = one.row
        if request["rows"]:
            if request["explain"]:
                answer["explanations"] = loaded.explanations(one.encoded)
            curves = (loaded.curve(one.encoded, c) for c in request["curves"])
            answer["curves"] = [curve for curve in curves if curve is not None]
        elif request["explain"]:
            loaded.warm()
        answer["seconds"] = time.perf_counter() - started
        yield request, answer


class Readable(NamedTuple):
    """A request whose rows are prepared."""

    request: Request
    encoded: "Encoded"
    notes: list[str]
    row: EvaluatedRow | None


def read(loaded: Loaded, request: Request) -> Readable | Refusal:
    """Prepare the rows of a request; a refusal where that is not possible."""
    from models_app.scoring.schema import RowsError, places_of

    row = None
    try:
        if request["row"] and not request["rows"]:
            row = loaded.evaluated.row(request["row"])
            request["rows"] = [row["values"]]
        if not request["rows"]:
            return Readable(request, [], [], None)
        return Readable(request, *loaded.encode(request["rows"]), row)
    except NoSuchRowError as error:
        place: Place = {"row": 0, "column": "", "detail": str(error)}
        return {"error": str(error), "places": [place]}
    except RowsError as error:
        return {"error": str(error), "places": places_of(error)}


def answer_of(
    loaded: Loaded,
    request: Request,
    output: Any,  # noqa: ANN401 - an array
    notes: list[str],
) -> Answer:
    labels = loaded.bundle["labels"]
    return {
        "predictions": loaded.predictions(output, request["threshold"]),
        "probabilities": output.tolist() if labels else None,
        "labels": labels,
        "notes": notes,
        "explanations": [],
        "curves": [],
        "row": None,
        "seconds": 0.0,
    }
