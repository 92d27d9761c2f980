"""A button of the configure page: from what was sent to what is shown next."""

from typing import NamedTuple

from django.contrib.auth.models import User
from django.http import QueryDict

from runs.forms.first import (
    add_copies,
    best_of,
    default_params,
    drop_row,
    put_row,
    read_rows,
)
from runs.forms.runs import RunForm
from runs.forms.space_actions import Page, act, keep_in_step
from runs.forms.space_converting import converted
from runs.models import Dataset

NOTHING = "There is nothing more to copy from this run."


class Changed(NamedTuple):
    """The page after a change, with what is to be said of it."""

    form: RunForm
    notes: list[str]


def change(sent: QueryDict, wish: str, *, dataset: Dataset, user: User) -> Changed:
    """Carry out what a button asks for; what is none of its wishes changes nothing."""
    data = sent.copy()
    notes = converted_to(data, dataset)
    if wish == "json":  # what was typed there gives way to the fields
        data["spaces"] = data.get("spaces_before", "")
    if wish.startswith("first"):
        notes += change_first(data, wish, RunForm(data, dataset=dataset), user)
    else:
        act(page_of(data, dataset), wish)
    if wish not in {"fields", "json"}:
        keep_in_step(page_of(data, dataset))
    return Changed(RunForm(data, dataset=dataset), notes)


def converted_to(data: QueryDict, dataset: Dataset) -> list[str]:
    """Let the values follow the strategy and the task that are chosen now."""
    form = RunForm(data, dataset=dataset)
    return converted(
        data, form.available, task=form.task_type, strategy=form.chosen_strategy
    )


def page_of(data: QueryDict, dataset: Dataset) -> Page:
    form = RunForm(data, dataset=dataset)
    return Page(data, form.merged, data.getlist("algorithms"))


def change_first(data: QueryDict, wish: str, form: RunForm, user: User) -> list[str]:
    """Add, remove or copy combinations to try first."""
    action, _, number = wish.partition(":")
    task = form.task_type
    if action == "first-add":
        chosen = data.get("first_algorithm", "")
        for algorithm in form.available:
            if algorithm.name == chosen:
                params = default_params(algorithm, task, form.chosen_strategy)
                put_row(data, algorithm.name, params)
    elif action == "first-drop":
        drop_row(data, number)
    elif action == "first-parameter":
        for row in read_rows(data, task):
            name = data.get(f"f:{number}:new", "")
            if row.number == number and name in {p.name for p in row.addable}:
                data[f"f:{number}:p:{name}"] = ""
    elif action == "first-copy":
        reference = f"{data.get('first_run', '')}:{data.get('first_n', '')}"
        found = best_of(user, reference)
        return [] if add_copies(data, found, task) else [NOTHING]
    return []
