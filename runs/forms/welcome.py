"""The name and password of the first account."""

from typing import TYPE_CHECKING

from django import forms
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError

if TYPE_CHECKING:
    Base = SetPasswordForm[User]
else:
    Base = SetPasswordForm


class WelcomeForm(Base):
    username = forms.CharField(
        label="Username",
        max_length=150,
        help_text="How you will sign in from now on.",
        widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    field_order = ("username", "new_password1", "new_password2")

    def clean_username(self) -> str:
        name = User.normalize_username(self.cleaned_data["username"])
        others = User.objects.exclude(pk=self.user.pk)
        if others.filter(username__iexact=name).exists():
            raise ValidationError("Somebody has this name already.")
        User.username_validator(name)
        return str(name)

    def save(self, commit: bool = True) -> User:
        self.user.username = self.cleaned_data["username"]
        return super().save(commit=commit)
