"""The one thread from `runs`: a search that has ended wants its models."""

from typing import Any

from django.dispatch import receiver

from models_app import services
from runs.enums import Phase
from runs.models import Run
from runs.signals import run_finished


@receiver(run_finished)
def fit_models(sender: type[Run], run: Run, **_: Any) -> Phase:
    return services.advance_models(run)
