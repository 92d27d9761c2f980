"""The trials of a run: their table, its files, comparisons, and one trial."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models.fields.files import FieldFile
from django.http import Http404, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from runs import audit
from runs.access import dataset_for, may, run_for
from runs.charts.folds import folds_figure
from runs.enums import Action, Role
from runs.http import PageRequest, download, wants_fragment
from runs.models import Run
from runs.queries import algorithm_title
from runs.search.metrics import METRICS
from runs.trials import comparison as comparing
from runs.trials import page as trial_page
from runs.trials.code import program, program_name, table_name
from runs.trials.comparison import CompareError, Comparison, wanted_trials
from runs.trials.files import TYPES, trials_file
from runs.trials.layout import Layout, Remembered, page_size
from runs.trials.listing import Listing
from runs.trials.selection import chosen, chosen_sentence, unreadable


@require_GET
@login_required
@vary_on_headers("HX-Request")
def index(request: PageRequest, run_id: int) -> HttpResponse:
    run = run_for(request.user, run_id)
    return answer(request, run, request.GET, Remembered.of(request.user).layout)


def answer(
    request: PageRequest, run: Run, query: QueryDict, layout: Layout
) -> HttpResponse:
    listing = Listing(run, query, layout)
    fragment = "#table" if wants_fragment(request) else ""
    found = render(request, f"runs/trials.html{fragment}", listing.context())
    if fragment:
        # What stands in the address bar, without the fields that were left empty.
        found["HX-Push-Url"] = address(run, listing.address)
    return found


def address(run: Run, query: str) -> str:
    url = reverse("runs:trials", args=[run.pk])
    return f"{url}?{query}" if query else url


@require_GET
@login_required
def export(request: PageRequest, run_id: int, kind: str) -> HttpResponseBase:
    """Send the trials that pass the filters, all of their columns or those shown."""
    run = run_for(request.user, run_id)
    if kind not in TYPES:
        raise Http404
    listing = Listing(run, request.GET, Remembered.of(request.user).layout)
    columns = listing.file_columns(which=request.GET.get("columns", ""))
    return trials_file(request, listing, columns, kind=kind)


@require_POST
@login_required
@vary_on_headers("HX-Request")
def layout(request: PageRequest, run_id: int) -> HttpResponse:
    """Remember which columns are shown, in which order, and how many rows a page."""
    run = run_for(request.user, run_id)
    query = QueryDict(request.POST.get("address", ""), mutable=True)
    remembered = Remembered.of(request.user)
    columns = Listing(run, query, remembered.layout).columns
    asked, now = request.POST, remembered.layout
    if "reset" in asked:
        now = Layout(per_page=now.per_page)
    elif "per_page" in asked:
        now = replace(now, per_page=page_size(asked["per_page"], now.per_page))
        query.pop("per_page", None)
        query.pop("page", None)
    else:
        now = now.showing(columns, set(asked.getlist("show")))
        name, _, way = asked.get("move", "").partition(":")
        if way in ("up", "down"):
            now = now.moved(columns, name, -1 if way == "up" else 1)
    remembered.keep(now)
    if wants_fragment(request):
        return answer(request, run, query, now)
    return redirect(address(run, query.urlencode(safe=",:")))


@require_GET
@login_required
def compare(request: PageRequest, run_id: int) -> HttpResponse:
    """Show some trials side by side, `?trials=3,5,9`."""
    run = run_for(request.user, run_id)
    numbers = chosen(request.GET)
    context = {
        "run": run,
        "chosen": numbers,
        "differences_only": request.GET.get("show") != "all",
    }
    try:
        trials = wanted_trials(run, numbers, unreadable(request.GET))
    except CompareError as error:
        context["problem"] = str(error)
        return render(request, "runs/compare.html", context, status=422)
    comparison = comparing.compare(run, trials)
    context["comparison"] = comparison
    if figure := comparison_figure(comparison):
        context["figure"] = figure
    return render(request, "runs/compare.html", context)


def comparison_figure(comparison: Comparison) -> dict[str, Any]:
    """Return the chart of the fold scores, empty where there is nothing to draw."""
    metric = METRICS[comparison.run.scoring]
    scores = [
        (
            f"Trial {trial.number}, {algorithm_title(trial.algorithm)}",
            [metric.display(value) for value in trial.fold_scores],
        )
        for trial in comparison.trials
        if trial.fold_scores
    ]
    if not scores:
        return {}
    figure = folds_figure(scores, metric=metric.title)
    found: dict[str, Any] = json.loads(figure.to_json())
    return found


@require_GET
@login_required
def detail(request: PageRequest, run_id: int, number: int) -> HttpResponse:
    run = run_for(request.user, run_id)
    trials = run.trials.select_related("model", "reused_from__run")
    trial = get_object_or_404(trials, number=number)
    trial.run = run
    context = trial_page.context(trial)
    context["code"] = program(trial)
    numbers = chosen(request.GET)
    boxes = {number, *(row.trial.number for row in context["neighbours"])}
    context |= {
        "chosen": numbers,
        "chosen_text": chosen_sentence(numbers),
        "chosen_elsewhere": [n for n in numbers if n not in boxes],
        "can_edit": may(request.user, run.project, Role.EDITOR),
    }
    return render(request, "runs/trial.html", context)


@require_GET
@login_required
def code(request: PageRequest, run_id: int, number: int) -> HttpResponse:
    """Send the program of a trial."""
    run = run_for(request.user, run_id)
    trial = get_object_or_404(run.trials, number=number)
    trial.run = run
    text = program(trial)
    if not text:
        raise Http404
    headers = {"Content-Disposition": f'attachment; filename="{program_name(trial)}"'}
    return HttpResponse(
        text, content_type="text/x-python; charset=utf-8", headers=headers
    )


@require_GET
@login_required
def dataset_table(request: PageRequest, dataset_id: int) -> HttpResponseBase:
    """Send the table as the programs of its trials read it: a Parquet file."""
    dataset = dataset_for(request.user, dataset_id)
    if not dataset.is_ready or not dataset.table:
        raise Http404
    audit.record(Action.DATASET_DOWNLOADED, dataset, project=dataset.project)
    return download(
        request,
        chunks(dataset.table),
        filename=table_name(dataset),
        content_type=TYPES["parquet"],
    )


def chunks(stored: FieldFile) -> Iterator[bytes]:
    """Yield a stored file; it is closed at the end, also where nobody takes all of it."""
    with stored.open("rb") as file:
        yield from file.chunks()
