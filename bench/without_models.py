"""A Django app that ends a run with its search: no model is fitted or explained.

What a benchmark times is over by then, and models would compute while the next side is
timed. See search_settings.py.
"""

from django.apps import AppConfig

from runs.signals import run_finished


class WithoutModels(AppConfig):
    name = "without_models"

    def ready(self) -> None:
        from models_app.receivers import fit_models  # noqa: PLC0415 - models exist now

        run_finished.disconnect(fit_models)
