"""The one-time sign-in of the first account."""

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from runs.accounts import user_for_link
from runs.forms.welcome import WelcomeForm


@sensitive_post_parameters("new_password1", "new_password2")
@never_cache
@require_http_methods(["GET", "POST"])
def welcome(request: HttpRequest, uid: str, token: str) -> HttpResponse:
    user = user_for_link(uid, token)
    if user is None:
        return render(request, "registration/welcome_invalid.html", status=410)
    if request.method == "GET":
        form = WelcomeForm(user, initial={"username": user.username})
        return render(request, "registration/welcome.html", {"form": form})
    form = WelcomeForm(user, request.POST)
    if not form.is_valid():
        return render(request, "registration/welcome.html", {"form": form}, status=422)
    # Signing in sets the last login, which the link's token depends on: it ends here.
    login(request, form.save(), "django.contrib.auth.backends.ModelBackend")
    return redirect("runs:projects")
