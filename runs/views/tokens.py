"""A person's tokens of the API."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from runs.forms.tokens import TokenForm
from runs.http import PageRequest
from runs.services import tokens as services


@require_http_methods(["GET", "POST"])
@login_required
@never_cache
def index(request: PageRequest) -> HttpResponse:
    """List the tokens; a new one is shown in the answer to its form, and only there."""
    form = TokenForm(request.POST or None)
    context = {"form": form, "tokens": services.tokens_of(request.user)}
    status = 200
    if request.method == "POST" and form.is_valid():
        token, secret = services.create_token(
            user=request.user,
            name=form.cleaned_data["name"],
            scopes=form.cleaned_data["scopes"],
            expires_at=form.expires_at,
        )
        context |= {"new": token, "secret": secret, "form": TokenForm()}
    elif request.method == "POST":
        status = 422
    return render(request, "runs/tokens.html", context, status=status)


@require_POST
@login_required
def revoke(request: PageRequest, token_id: int) -> HttpResponse:
    token = get_object_or_404(services.tokens_of(request.user), pk=token_id)
    services.revoke_token(token)
    messages.success(request, f"The token “{token.name}” is revoked.")
    return redirect("runs:tokens")
