"""What stands in the cells of the trials table."""

from collections.abc import Callable
from typing import Any

from django.template.defaultfilters import date as date_text
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime

from runs.enums import BASELINE, ENSEMBLE
from runs.models import Run, Trial
from runs.queries import algorithm_title, shown_params
from runs.search.metrics import METRICS
from runs.templatetags.display import duration, figures, parameter_text, score
from runs.trials.columns import TrialColumn

NOTHING = "–"
Cell = Callable[[Trial], Any]
PINNED = {"best": "best", "baseline": "baseline"}


def cell_of(run: Run, column: TrialColumn, picked: frozenset[int]) -> Cell:
    """Return what turns a trial into the text of a column's cell."""
    match column.name:
        case "number":
            return lambda trial: number_cell(run, trial, picked)
        case "algorithm":
            return lambda trial: algorithm_cell(trial.algorithm)
        case "params":
            return params_cell
        case "state":
            return state_cell
        case "value":
            return lambda trial: score(trial.value, run.scoring)
        case "folds":
            return lambda trial: folds_cell(trial, run.scoring)
        case "origin":
            return lambda trial: trial.get_origin_display()
    return plain_cell(column)


def plain_cell(column: TrialColumn) -> Cell:
    def text(trial: Trial) -> Any:  # noqa: ANN401
        value = column.read(trial)
        if column.kind == "parameter":
            return parameter_cell(trial, column.label, value)
        if value is None or value == "":
            return NOTHING
        if column.kind == "seconds":
            return duration(value)
        if column.kind == "moment":
            return date_text(localtime(value), "j M, H:i:s")
        if column.kind == "megabytes":
            return filesizeformat(trial.peak_memory_bytes or 0)
        return figures(value) if column.kind == "number" else str(value)

    return text


def number_cell(run: Run, trial: Trial, picked: frozenset[int]) -> SafeString:
    place = getattr(trial, "pinned", "")
    tag = format_html(' <span class="tag">{}</span>', PINNED[place]) if place else ""
    return format_html(
        '<span class="trial-pick">{}<a href="{}">{}</a>{}</span>',
        pick_box(trial.number, is_picked=trial.number in picked, place=place),
        reverse("runs:trial", args=[run.pk, trial.number]),
        trial.number,
        tag,
    )


def pick_box(number: int, *, is_picked: bool, place: str = "") -> SafeString:
    """Return the box that chooses a trial to compare."""
    return format_html(
        '<input class="form-check-input" type="checkbox" name="trials" value="{}" '
        'id="pick{}-{}" form="compare-form" aria-label="Choose trial {} to compare"'
        " data-pick{}>",
        number,
        f"-{place}" if place else "",
        number,
        number,
        mark_safe(" checked") if is_picked else "",
    )


def algorithm_cell(name: str) -> str:
    return "Baseline" if name == BASELINE else algorithm_title(name)


def params_cell(trial: Trial) -> SafeString:
    found = shown_params(trial)
    if trial.algorithm == BASELINE:
        params: SafeString | str = "guesses without looking at the columns"
    elif not found:
        params = format_html('<span class="param-name">{}</span>', "defaults")
    else:
        params = format_html_join(
            " ",
            '<span><span class="param-name">{}</span> {}</span>',
            ((name, parameter_text(value)) for name, value in found.items()),
        )
    error = ""
    if trial.error:
        error = format_html(
            '<div class="trial-error clamp-2" title="{0}">{0}</div>', trial.error
        )
    return format_html('<div class="params">{}</div>{}', params, error)


def parameter_cell(trial: Trial, name: str, value: Any) -> str | SafeString:  # noqa: ANN401
    if trial.algorithm == ENSEMBLE or name not in trial.full_params:
        return NOTHING
    if name in trial.found:
        return format_html(
            '<span title="Found by the evaluation">{}</span>', parameter_text(value)
        )
    return parameter_text(value)


def state_cell(trial: Trial) -> SafeString:
    reused = ""
    if trial.reused_from_id:
        reused = format_html(' <span class="tag">{}</span>', "reused")
    return format_html(
        '<span class="state state-{}">{}</span>{}',
        trial.state,
        trial.get_state_display(),
        reused,
    )


def folds_cell(trial: Trial, scoring: str) -> SafeString | str:
    if not trial.fold_scores:
        return NOTHING
    shown = METRICS[scoring].display
    return format_html(
        '<span class="fold-scores">{}</span>',
        format_html_join(
            " ", "<span>{}</span>", ((figures(shown(s)),) for s in trial.fold_scores)
        ),
    )
