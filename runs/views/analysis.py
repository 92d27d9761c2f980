"""The analysis of a run: one selection over all charts and the table beneath."""

import gzip
import json
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from runs import queries
from runs.access import run_for
from runs.addresses import whole_number
from runs.analysis.columns import axis_data, columns
from runs.analysis.figures import FIGURES, Figure
from runs.analysis.importances import ready_importance
from runs.analysis.looking import Looked, look
from runs.analysis.snapshots import changed, last_event, read, sign_of
from runs.analysis.snapshots import snapshot as snapshot_of
from runs.charts.trials import Row, Trials
from runs.charts.wording import number
from runs.dashboard.starting import note_looked
from runs.enums import TrialState
from runs.http import PageRequest
from runs.models import Run
from runs.services.analysis import ask_importance
from runs.spreadsheets import safe_lines

# Rows of a chart's table on the page; its CSV has them all.
TABLE_ROWS = 200
BEST_ROWS = 25
# As bytes grow with the trials, so does what compression saves.
COMPRESS_LEVEL = 4


def looked_at(request: PageRequest, run_id: int) -> Looked:
    return look(run_for(request.user, run_id), request.GET)


@require_GET
@login_required
def page(request: PageRequest, run_id: int) -> HttpResponse:
    looked = looked_at(request, run_id)
    run, view = looked.run, looked.asked.view
    note_looked(request.session, run.project_id)
    texts = looked.readings()
    context = {
        "run": run,
        "view": view,
        "selection": looked.asked.selection,
        "n_trials": len(looked.snapshot.trials),
        "n_selected": len(looked.trials),
        "figures": [(figure, texts[name]) for name, figure in FIGURES.items()],
        "algorithms": [(n, queries.algorithm_title(n)) for n in run.spaces],
        "states": TrialState.choices,
        "axes": list(view.axes.get(view.algorithm, {}).values()),
        "best": best_rows(looked),
        "query": request.GET.urlencode(),
        "settings": settings_of(looked),
    }
    return render(request, "runs/analysis.html", context)


def best_rows(looked: Looked) -> list[Row]:
    scored = looked.trials.scored
    if not len(scored):
        return []
    order = (-scored.score).argsort(kind="stable")[:BEST_ROWS]
    return [scored.rows[i] for i in order]


def settings_of(looked: Looked) -> dict[str, Any]:
    """Return what the page's script has to know besides the trials."""
    run, view = looked.run, looked.asked.view
    return {
        "metric": view.metric,
        "greater_is_better": view.greater_is_better,
        "baseline": view.baseline,
        "titles": view.titles,
        "axes": {
            algorithm: [axis_data(axis) for axis in axes.values()]
            for algorithm, axes in view.axes.items()
        },
        "of": view.algorithm,
        "x": view.x,
        "y": view.y,
        "has_ended": run.has_ended,
        "run": run.pk,
    }


# --- Numbers ---------------------------------------------------------------------------


@require_GET
@login_required
@vary_on_headers("Accept-Encoding")
def data(request: PageRequest, run_id: int) -> HttpResponse:
    """Return all trials as columns, or those that have changed `since` an event."""
    run = run_for(request.user, run_id)
    since = whole_number(request.GET.get("since"))
    if since is not None:
        cursor = last_event(run)  # first: what comes in between is asked for again
        news = Trials(read(run, changed(run, since=since)), sign=sign_of(run))
        return answer(request, body(run, cursor, news))
    snapshot = snapshot_of(run)
    key = ("body", run.has_ended, run.baseline_value)
    if key not in snapshot.made:
        snapshot.made[key] = body(run, snapshot.version.event, snapshot.trials)
    return answer(request, snapshot.made[key])


def body(run: Run, cursor: int, trials: Trials) -> bytes:
    found = {"cursor": cursor, "has_ended": run.has_ended, **columns(trials)}
    text = json.dumps(found, separators=(",", ":"), allow_nan=False)
    return gzip.compress(text.encode(), COMPRESS_LEVEL)


def answer(request: PageRequest, compressed: bytes) -> HttpResponse:
    headers = {"Cache-Control": "private, no-cache"}
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        headers["Content-Encoding"] = "gzip"
        content = compressed
    else:
        content = gzip.decompress(compressed)
    return HttpResponse(content, content_type="application/json", headers=headers)


@require_GET
@login_required
def readings_json(request: PageRequest, run_id: int) -> JsonResponse:
    """Return each chart's sentence about the selected trials."""
    looked = looked_at(request, run_id)
    return JsonResponse({"n": len(looked.trials), "readings": looked.readings()})


def figure_for(name: str) -> Figure:
    if name not in FIGURES:
        raise Http404
    return FIGURES[name]


@require_GET
@login_required
def numbers(request: PageRequest, run_id: int, chart: str) -> HttpResponse:
    """Return a chart's numbers as a table, in the page or on a page of its own."""
    figure, looked = figure_for(chart), looked_at(request, run_id)
    sheet = figure.sheet(looked.trials, looked.asked.view, looked.importances)
    context = {
        "run": looked.run,
        "figure": figure,
        "header": sheet.header,
        "rows": [[shown(cell) for cell in row] for row in sheet.rows[:TABLE_ROWS]],
        "n_rows": len(sheet.rows),
        "query": request.GET.urlencode(),
    }
    part = "#table" if request.htmx else ""
    return render(request, f"runs/analysis/numbers.html{part}", context)


@require_GET
@login_required
def numbers_csv(request: PageRequest, run_id: int, chart: str) -> HttpResponse:
    figure, looked = figure_for(chart), looked_at(request, run_id)
    sheet = figure.sheet(looked.trials, looked.asked.view, looked.importances)
    return HttpResponse(
        b"".join(safe_lines([sheet.header, *sheet.rows])),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": attachment(looked.run, chart, "csv")},
    )


@require_GET
@login_required
def numbers_json(request: PageRequest, run_id: int, chart: str) -> HttpResponse:
    figure, looked = figure_for(chart), looked_at(request, run_id)
    sheet = looked.sheet(figure)
    found = {
        "chart": chart,
        "reading": looked.reading(figure),
        "columns": sheet.header,
        "rows": sheet.rows,
    }
    return JsonResponse(
        found, headers={"Content-Disposition": attachment(looked.run, chart, "json")}
    )


def shown(cell: object) -> str:
    """Return a cell as people read it."""
    if isinstance(cell, float):
        return number(cell)
    return "–" if cell is None else str(cell)


def attachment(run: Run, chart: str, kind: str) -> str:
    return f'attachment; filename="run-{run.pk}-{chart}.{kind}"'


# --- Importance ------------------------------------------------------------------------


@require_POST
@login_required
def importance(request: PageRequest, run_id: int) -> JsonResponse:
    """Have an algorithm's importances computed if they are not known; say what is."""
    run = run_for(request.user, run_id)
    algorithm = request.POST.get("algorithm", "")
    asked = ask_importance(run, algorithm)
    if asked is None:
        return JsonResponse({"state": "none"})
    ready = asked if asked.data else ready_importance(run, algorithm)
    return JsonResponse(
        {
            "state": asked.state,
            "error": asked.error,
            "progress": asked.progress,
            "n_trials": ready.n_trials if ready else None,
            "parameters": ready.data.get("parameters", []) if ready else [],
        }
    )
