"""Taking back what differs from a preset, one answer or all of them."""

from django.http import QueryDict

from runs.forms.differences import SPACE
from runs.forms.opening import settle
from runs.forms.presets import initial_of
from runs.forms.runs import RunForm
from runs.forms.spaces import as_text
from runs.models import Dataset
from runs.search.json_text import read_json

ALL = "all"
# Fields that stand for an answer, where they do not have its name.
FIELDS = {
    "time_budget_seconds": ["time_budget_minutes"],
    "validation_fraction": ["validation_percent"],
    "holdout_fraction": ["holdout_percent"],
    "halving": ["halving_resource", "halving_eta", "halving_start"],
}
# What a preset has no word in.
KEPT = {"name", "target", "from_run", "descent", "preset"}


def reset(sent: QueryDict, wanted: str, *, dataset: Dataset) -> QueryDict:
    """Return what was sent with an answer as the preset has it, or with `all`."""
    data = sent.copy()
    is_detected = wanted in {ALL, "task"}
    base = opened_by(sent, dataset, task="" if is_detected else sent.get("task", ""))
    if wanted == ALL:
        for name in RunForm.base_fields:
            if name not in KEPT:
                take_back(data, base, name)
        put_spaces(data, base.get("spaces", ""))
        drop_first(data)
    elif wanted.startswith(SPACE):
        put_space(data, base, wanted.removeprefix(SPACE))
    elif wanted == "first":
        drop_first(data)
    elif wanted == "strategy":  # values to try are those of a strategy
        take_back(data, base, "strategy")
        put_spaces(data, base.get("spaces", ""))
    elif wanted == "task":
        data["task"] = ""
        data = settle(data, dataset=dataset, changed="task")
    else:
        for name in FIELDS.get(wanted, [wanted]):
            if name in RunForm.base_fields:
                take_back(data, base, name)
    return data


def chosen(sent: QueryDict, preset: str, *, dataset: Dataset) -> QueryDict:
    """Return what was sent with all that a preset answers; the rest stays as it is."""
    data = sent.copy()
    data["preset"] = preset
    answers = initial_of(data, dataset)
    base = opened_by(data, dataset, task=data.get("task", ""))
    # Left as they are: what a person knows of this table and a preset does not.
    own = {"task", "exclude", "seed", "split_column"} - set(answers)
    for name in RunForm.base_fields:
        if name not in KEPT | own:
            take_back(data, base, name)
    put_spaces(data, base.get("spaces", ""))
    return data


def opened_by(sent: QueryDict, dataset: Dataset, *, task: str) -> QueryDict:
    """Return what a form opened by the preset would send."""
    query = QueryDict(mutable=True)
    query["task"] = task
    for name in ("preset", "target"):
        query[name] = sent.get(name, "")
    initial = {**initial_of(query, dataset), "task": task}
    return RunForm(dataset=dataset, initial=initial).opened()


def take_back(data: QueryDict, base: QueryDict, name: str) -> None:
    if name in base:
        data.setlist(name, base.getlist(name))
    else:
        data.pop(name, None)


def put_space(data: QueryDict, base: QueryDict, algorithm: str) -> None:
    """Put the values of one algorithm back; a JSON that is none is left to its author."""
    now, then = spaces_in(data), spaces_in(base)
    if now is None:
        return
    now.pop(algorithm, None)
    if then and algorithm in then:
        now[algorithm] = then[algorithm]
    data.setlist("open", [n for n in data.getlist("open") if n != algorithm])
    put_spaces(data, as_text(now), close=False)


def put_spaces(data: QueryDict, text: str, *, close: bool = True) -> None:
    data["spaces"] = data["spaces_before"] = text
    if close:  # the fields of an opened section would say something else
        data.setlist("open", [])


def spaces_in(data: QueryDict) -> dict[str, dict[str, object]] | None:
    text = data.get("spaces", "").strip()
    try:
        found = read_json(text) if text else {}
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def drop_first(data: QueryDict) -> None:
    for key in [k for k in data if k == "first" or k.startswith("f:")]:
        del data[key]
