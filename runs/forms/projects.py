from django import forms

from runs.enums import Role
from runs.models import Project


class ProjectForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Project
        fields = ["name", "description"]
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}
        help_texts = {"description": "What the data are about and what is to be found."}


class RoleForm(forms.Form):
    role = forms.ChoiceField(
        choices=Role.choices,
        initial=Role.VIEWER,
        help_text=(
            "Viewers see everything. Editors also upload, run and delete. "
            "Owners also manage members and the project itself."
        ),
    )

    def clean_role(self) -> Role:
        return Role(self.cleaned_data["role"])


class MemberForm(RoleForm):
    username = forms.CharField(max_length=150, label="User name")
    field_order = ["username", "role"]
