"""Stages of a model: its history, and a change."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from models_app import staging
from models_app.access import model_for
from models_app.enums import Stage
from models_app.forms import StageForm
from models_app.models import ModelMeta
from models_app.views.frame import frame
from runs.enums import Role
from runs.http import PageRequest


@require_GET
@login_required
def history(request: PageRequest, model_id: int) -> HttpResponse:
    """Show who gave the model which stage, when and why."""
    model = model_for(request.user, model_id)
    form = StageForm(initial={"stage": model.stage})
    return page(request, model, form)


@require_POST
@login_required
def change(request: PageRequest, model_id: int) -> HttpResponse:
    """Give the model another stage."""
    model = model_for(request.user, model_id, Role.EDITOR)
    form = StageForm(request.POST)
    if not form.is_valid():
        return page(request, model, form, status=422)
    stage = Stage(form.cleaned_data["stage"])
    try:
        done = staging.change_stage(
            model, stage, user=request.user, note=form.cleaned_data["note"]
        )
    except ValidationError as error:
        form.add_error(None, error)
        return page(request, model, form, status=422)
    if done is None:
        messages.info(request, f"This model is {stage.label.lower()} already.")
    else:
        messages.success(request, f"The model’s stage is now {stage.label.lower()}.")
    return redirect("models_app:stages", model.pk)


def page(
    request: PageRequest, model: ModelMeta, form: StageForm, *, status: int = 200
) -> HttpResponse:
    earlier = staging.champions(model.run.project_id, model.run.target)
    context = {
        **frame(request, model, "stages"),
        "form": form,
        "changes": model.stage_changes.select_related("created_by"),
        "champion": earlier[0] if earlier else None,
    }
    return render(request, "models_app/stages.html", context, status=status)
