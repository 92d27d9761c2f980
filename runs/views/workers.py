"""The workers of all hosts: whether there are any, and what they do."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from runs.http import PageRequest
from runs.live.fleet import fleet


@require_GET
@login_required
def index(request: PageRequest) -> HttpResponse:
    return render(request, "runs/workers.html", {"fleet": fleet(request.user)})
