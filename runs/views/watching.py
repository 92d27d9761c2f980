"""What a run's live page asks for besides itself: its charts' numbers and its log."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from runs import queries
from runs.access import run_for
from runs.charts.trajectory import digests, kept
from runs.http import PageRequest, wants_fragment
from runs.live.log import LINES, log_lines, log_query


@require_GET
@login_required
def history(request: PageRequest, run_id: int) -> JsonResponse:
    """Answer every point, or with `few` what is enough to draw a long search."""
    found = queries.history(run_for(request.user, run_id))
    if "few" in request.GET:
        points, seconds = found["points"], found["seconds"]
        chosen = kept(points, greater_is_better=found["greater_is_better"])
        found |= {
            "digests": digests(points),
            "points": [points[i] for i in chosen],
            "seconds": [seconds[i] for i in chosen],
        }
    return JsonResponse(found)


@require_GET
@login_required
@vary_on_headers("HX-Request")
def log(request: PageRequest, run_id: int) -> HttpResponse:
    run = run_for(request.user, run_id)
    query = log_query(request.GET.dict())
    found = log_lines(run, query)
    lines = found[:LINES]
    older = ""
    if len(found) > LINES:
        asked = request.GET.copy()
        asked["before"] = str(lines[-1].pk)
        older = asked.urlencode()
    context = {"run": run, "query": query, "lines": lines, "older": older}
    page = "runs/run/log_lines.html" if wants_fragment(request) else "runs/log.html"
    return render(request, page, context)
