"""What would the model say if a value were another: the What if tab."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_GET, require_POST

from models_app.access import model_for
from models_app.explained.what_if import answer_of, fields, text_of, values_of
from models_app.inference.client import InferenceError, UnavailableError, ask
from models_app.models import ModelMeta
from models_app.views.frame import frame
from runs.addresses import whole_number
from runs.http import PageRequest

# A page does not wait for a server that has yet to import its libraries: it asks again.
PAGE_SECONDS = 4.0
ANSWER_SECONDS = 10.0


@require_GET
@login_required
def what_if(request: PageRequest, model_id: int) -> HttpResponse:
    model = model_for(request.user, model_id)
    context = frame(request, model, "what_if")
    if model.is_ready:
        context |= row_context(request, model)
    return render(request, "models_app/what_if.html", context)


def row_context(request: PageRequest, model: ModelMeta) -> dict[str, Any]:
    """Return a row's values, the changes the address makes, and the answer."""
    which = request.GET.get("row", "")
    which = which if which in ("random", "worst") or whole_number(which) else "first"
    names = list(model.run.features)
    column = request.GET.get("column", "")
    column = column if column in names else names[0]
    label = request.GET.get("class", "")
    try:
        row = ask(model, [], row=which, timeout=PAGE_SECONDS)["row"]
        assert row is not None
        values = row["values"]
        # The address counts columns as the form does: v0, v1, ...
        changed = {
            f"v{at}": request.GET.get(f"v{at}", text_of(values[name]))
            for at, name in enumerate(names)
        }
        now = values_of(model, changed)
        answer = answer_of(model, now, column=column, label=label, timeout=PAGE_SECONDS)
    except UnavailableError as error:
        return {"unavailable": str(error)}
    except InferenceError as error:
        return {"problem": str(error), "row_asked": which}
    return {
        "row": row,
        "row_asked": row["number"],
        "column": column,
        "output_label": label,
        "fields": fields(model, now),
        "begun": {f"v{at}": text_of(values[n]) for at, n in enumerate(names)},
        "answer": answer,
    }


@require_POST
@login_required
def answer(request: PageRequest, model_id: int) -> JsonResponse:
    """Answer with the prediction for a form's values, as words and as figures."""
    model = model_for(request.user, model_id)
    sent = request.POST.dict()
    column = sent.get("column", "")
    values = values_of(model, sent)
    try:
        found = answer_of(
            model,
            values,
            column=column if column in values else next(iter(values)),
            label=sent.get("class", ""),
            timeout=ANSWER_SECONDS,
        )
    except UnavailableError as error:
        return JsonResponse({"error": str(error)}, status=503)
    except InferenceError as error:
        return JsonResponse({"error": str(error)}, status=422)
    html = render_to_string(
        "models_app/what_if/answer.html", {"answer": found, "model": model}, request
    )
    return JsonResponse({"html": html, "figures": found["figures"]})
