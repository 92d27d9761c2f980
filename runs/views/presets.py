"""Presets: beginning with one, taking changes back, keeping one's own."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from runs.access import dataset_for, preset_for
from runs.enums import Role
from runs.forms import resets
from runs.forms.runs import RunForm
from runs.forms.saving import PresetForm, SaveForm, not_kept
from runs.http import PageRequest
from runs.services import presets as services
from runs.specifications import not_reusable, reusable
from runs.views.configuring import form_context


@require_POST
@login_required
def reset(request: PageRequest, dataset_id: int) -> HttpResponse:
    """Answer with the page after a preset was chosen, or a change of it taken back."""
    dataset = dataset_for(request.user, dataset_id, Role.EDITOR)
    wanted, choose = request.POST.get("reset", ""), request.POST.get("choose", "")
    if choose:
        data = resets.chosen(request.POST, choose, dataset=dataset)
    else:
        data = resets.reset(request.POST, wanted, dataset=dataset)
    form = RunForm(data, dataset=dataset)
    return render(request, "runs/run_form.html", form_context(form, request.user))


@require_POST
@login_required
def save(request: PageRequest, dataset_id: int) -> HttpResponse:
    """Keep the form as it stands as a preset of the project."""
    dataset = dataset_for(request.user, dataset_id, Role.EDITOR)
    data = request.POST.copy()
    form, saving = RunForm(data, dataset=dataset), SaveForm(data)
    said: list[str] = []
    if saving.is_valid() and form.is_valid() and form.configuration:
        wish = form.configuration
        try:
            preset = services.save_preset(
                dataset.project,
                user=request.user,
                name=saving.cleaned_data["preset_name"],
                description=saving.cleaned_data["preset_description"],
                specification=reusable(wish),
                replace=saving.cleaned_data["preset_replace"],
            )
        except ValidationError as error:
            saving.add_error("preset_name", error.messages)
        else:
            data["preset"] = preset.name
            form, saving = RunForm(data, dataset=dataset), SaveForm()
            said.append(f"The preset “{preset.name}” is saved.")
            if columns := not_reusable(wish, dataset):
                said.append(not_kept(columns))
    elif not saving.errors:
        saving.add_error(None, "Put right what is marked first, then save.")
    context = form_context(form, request.user) | {"saving": saving, "said": said}
    status = 422 if saving.is_bound else 200
    return render(request, "runs/run_form.html", context, status=status)


@require_http_methods(["GET", "POST"])
@login_required
def edit(request: PageRequest, preset_id: int) -> HttpResponse:
    preset = preset_for(request.user, preset_id, Role.EDITOR)
    form = PresetForm(request.POST or None, preset=preset)
    if form.is_valid():
        try:
            services.change_preset(preset, **form.cleaned_data)
        except ValidationError as error:
            form.add_error("name", error.messages)
            preset.refresh_from_db()
        else:
            messages.success(request, f"The preset “{preset.name}” is saved.")
            return redirect(preset.project)
    status = 422 if form.is_bound else 200
    context = {"form": form, "preset": preset, "project": preset.project}
    return render(request, "runs/preset_form.html", context, status=status)


@require_http_methods(["GET", "POST"])
@login_required
def delete(request: PageRequest, preset_id: int) -> HttpResponse:
    preset = preset_for(request.user, preset_id, Role.EDITOR)
    if request.method == "POST":
        services.delete_preset(preset)
        messages.success(request, f"The preset “{preset.name}” is deleted.")
        return redirect(preset.project)
    return render(request, "runs/preset_delete.html", {"preset": preset})
