"""The What if tab: one row's values, what the model says of them, and why."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from models_app import asking
from models_app.charts.dependence import position_figure
from models_app.charts.waterfall import waterfall, waterfall_figure
from models_app.charts.wording import number
from models_app.explained.hints import hint_of
from models_app.explained.page import unit_of
from models_app.inference.client import ask
from models_app.inference.protocol import Answer
from models_app.models import ModelMeta

MAX_LISTED = 6  # classes whose probability is shown
OPTIONS = 60


@dataclass(frozen=True)
class Field:
    """One column of the form."""

    at: int
    name: str
    kind: str  # "number", "truth" or "text"
    value: str
    options: list[str]
    hint: str  # what the values were in training

    @property
    def key(self) -> str:
        return f"v{self.at}"


def columns_of(model: ModelMeta) -> list[dict[str, Any]]:
    """Return the columns the model takes, with what is known of their values."""
    run = model.run
    return [run.dataset.column(name) or {"name": name} for name in run.features]


def fields(model: ModelMeta, values: Mapping[str, Any]) -> list[Field]:
    """Return the form's fields with a row's values."""
    found = []
    for at, column in enumerate(columns_of(model)):
        kind = KINDS.get(column.get("dtype", ""), "text")
        top = [str(value) for value, _ in column.get("top", [])][:OPTIONS]
        found.append(
            Field(
                at=at,
                name=column["name"],
                kind=kind,
                value=text_of(values.get(column["name"])),
                options=["True", "False"] if kind == "truth" else top,
                hint="" if kind == "truth" else hint_of(column),
            )
        )
    return found


KINDS = {"int64": "number", "float64": "number", "bool": "truth"}


def text_of(value: Any) -> str:  # noqa: ANN401
    if value is None:
        return ""
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def values_of(model: ModelMeta, sent: Mapping[str, str]) -> dict[str, Any]:
    """Read a form's fields; an empty one is a missing value."""
    return {
        column["name"]: typed(sent.get(f"v{at}", ""), column.get("dtype", ""))
        for at, column in enumerate(columns_of(model))
    }


def typed(text: str, dtype: str) -> Any:  # noqa: ANN401
    """Return a value as JSON has it; what cannot be read so is left as it is written."""
    text = text.strip()
    if not text:
        return None
    if dtype == "bool" and text in ("True", "False"):
        return text == "True"
    if dtype not in ("int64", "float64"):
        return text
    try:
        number = float(text)
    except ValueError:
        return text
    if not math.isfinite(number):
        return text
    return int(number) if dtype == "int64" and number.is_integer() else number


@dataclass(frozen=True)
class Share:
    label: str
    percent: float


def answer_of(
    model: ModelMeta,
    values: Mapping[str, Any],
    *,
    column: str,
    label: str,
    timeout: float,
) -> dict[str, Any]:
    """Ask for a row's answer, and draw it."""
    answer = ask(model, [dict(values)], explain=True, curves=[column], timeout=timeout)
    return drawn(model, answer, values, column=column, label=label)


def drawn(
    model: ModelMeta,
    answer: Answer,
    values: Mapping[str, Any],
    *,
    column: str,
    label: str,
) -> dict[str, Any]:
    """Return what the page shows of an answer: words, shares and two figures."""
    why = answer["explanations"][0]
    labels = why["labels"]
    prediction = answer["predictions"][0]
    at = labels.index(label) if label in labels else 0
    if label not in labels and prediction in labels:
        at = labels.index(prediction)
    shown = labels[at] if labels else ""
    unit = unit_of(model, why["space"], shown)
    names = why["columns"]
    cells = [values.get(name) for name in names]
    steps = waterfall(names, cells, why["values"][at], base=why["base"][at])
    figures = {
        "waterfall": waterfall_figure(
            steps,
            note="this row",
            unit=unit,
            is_probability=why["space"] == "probability",
        ),
    }
    probabilities = answer["probabilities"]
    if answer["curves"]:
        curve = answer["curves"][0]
        position = answer["labels"].index(shown) if shown else 0
        output = at if labels else 0
        value = values.get(column)
        as_text = curve["kind"] != "number" and value is not None
        figures["curve"] = position_figure(
            curve,
            output,
            value=text_of(value) if as_text else value,
            answer=probabilities[0][position] if probabilities else prediction,
            unit=f"probability of {shown}" if shown else model.run.target,
            is_probability=bool(probabilities),
        )
    return {
        # A label may look like a number; it stands as it is.
        "prediction": text_of(prediction) if answer["labels"] else number(prediction),
        "shares": shares(answer),
        "intervals": intervals(model, answer),
        "notes": answer["notes"],
        "method": why["method"],
        "unit": unit,
        "figures": figures,
        "seconds": answer["seconds"],
    }


def intervals(model: ModelMeta, answer: Answer) -> list[dict[str, float]]:
    """Return the prediction intervals of a number, as predictions have them."""
    if answer["labels"]:
        return []
    [record] = asking.records(model, answer)
    found = record.get("intervals", [])
    return [{**each, "percent": 100 * each["level"]} for each in found]


def shares(answer: Answer) -> list[Share]:
    if not answer["probabilities"]:
        return []
    pairs = zip(answer["labels"], answer["probabilities"][0], strict=True)
    found = [Share(label, round(100 * p, 2)) for label, p in pairs]
    return sorted(found, key=lambda share: -share.percent)[:MAX_LISTED]
