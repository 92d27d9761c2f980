"""The whole configuration as JSON: out of a form or a run, and into a form."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from runs.access import dataset_for, run_for
from runs.enums import Role
from runs.forms.documents import (
    MAX_BYTES,
    Problem,
    as_document,
    fields_of_all,
    read_text,
)
from runs.forms.runs import RunForm
from runs.http import PageRequest
from runs.specifications import specification_of
from runs.views.configuring import form_context


@require_POST
@login_required
def download(request: PageRequest, dataset_id: int) -> HttpResponse:
    """Answer with the configuration that the form stands for, as a file."""
    dataset = dataset_for(request.user, dataset_id, Role.EDITOR)
    form = RunForm(request.POST, dataset=dataset)
    if not form.is_valid() or form.configuration is None:
        return render(
            request, "runs/run_form.html", form_context(form, request.user), status=422
        )
    answer = HttpResponse(
        as_document(form.configuration, dataset), content_type="application/json"
    )
    answer["Content-Disposition"] = 'attachment; filename="run.json"'
    return answer


@require_GET
@login_required
def of_run(request: PageRequest, run_id: int) -> JsonResponse:
    run = run_for(request.user, run_id)
    answer = JsonResponse(
        specification_of(run, run.dataset), json_dumps_params={"indent": 2}
    )
    filename = f"run-{run.pk}.json"
    answer["Content-Disposition"] = f'attachment; filename="{filename}"'
    return answer


@require_POST
@login_required
def upload(request: PageRequest, dataset_id: int) -> HttpResponse:
    """Fill the form in from a document; with anything wrong it stays as it was."""
    dataset = dataset_for(request.user, dataset_id, Role.EDITOR)
    text, problems = sent_text(request)
    if not problems:
        target = request.POST.get("target", "")
        found = read_text(text, dataset=dataset, target=target)
        problems = found.problems
        if found.configuration is not None:
            fields = fields_of_all(found.configuration, dataset)
            data = RunForm(dataset=dataset, initial=fields).opened()
            data["name"] = found.name or request.POST.get("name", "")
            form = RunForm(data, dataset=dataset)
            context = form_context(form, request.user) | {"document_read": True}
            return render(request, "runs/run_form.html", context)
    form = RunForm(request.POST, dataset=dataset)
    context = form_context(form, request.user) | {
        "problems": problems,
        "document_text": text,
    }
    return render(request, "runs/run_form.html", context, status=422)


def sent_text(request: PageRequest) -> tuple[str, list[Problem]]:
    """Return the file if one was chosen, else what was pasted."""
    text = request.POST.get("document_text", "")
    file = request.FILES.get("document_file")
    if file is None:
        return text, []
    if file.size is None or file.size > MAX_BYTES:
        return text, [Problem("", "The file is too large to be a configuration.")]
    try:
        return file.read().decode("utf-8-sig"), []
    except UnicodeDecodeError:
        return text, [Problem("", "The file is no text: choose a JSON file.")]
