"""All models of a project."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from models_app.comparing.asked import chosen_models
from models_app.leaderboards.pages import board
from models_app.views.addresses import with_address
from runs.access import project_for
from runs.http import PageRequest, wants_fragment


@require_GET
@login_required
@vary_on_headers("HX-Request")
def index(request: PageRequest, project_id: int) -> HttpResponse:
    """Show the project's models, ranked target by target."""
    project = project_for(request.user, project_id)
    context = {
        "project": project,
        "board": board(project, request.GET),
        "chosen": chosen_models(request.GET),
    }
    if wants_fragment(request):
        part = render(request, "models_app/leaderboard.html#board", context)
        return with_address(request, part)
    return render(request, "models_app/leaderboard.html", context)
