"""The threads from `runs`: an ended search wants its models, a project's page theirs."""

from typing import Any

from django.dispatch import receiver

from models_app import services
from models_app.dashboard.contribution import contribution
from runs.dashboard.parts import Contribution
from runs.enums import Phase
from runs.models import Project, Run
from runs.signals import project_shown, run_finished


@receiver(run_finished)
def fit_models(sender: type[Run], run: Run, **_: Any) -> Phase:
    return services.advance_models(run)


@receiver(project_shown)
def show_models(sender: type[Project], project: Project, **_: Any) -> Contribution:
    return contribution(project)
