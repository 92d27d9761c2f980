"""A person's own account."""

from typing import cast

from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.models import User
from django.contrib.auth.views import PasswordChangeView
from django.http import HttpResponse

from runs import audit
from runs.enums import Action


class PasswordChange(PasswordChangeView):
    """Django's page; that a password was changed is in the audit log."""

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        answer = super().form_valid(form)
        audit.record(Action.PASSWORD_CHANGED, cast("User", self.request.user))
        return answer
